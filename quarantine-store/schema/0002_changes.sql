-- Change numbers: what makes it cheap for a milter to ask what is new.

-- Moments travel as microseconds since 1970, so that no session's time zone matters.
create function lazaret.moment(micros bigint) returns timestamptz
    language sql immutable strict parallel safe
    return to_timestamp(micros::double precision / 1e6);
create function lazaret.micros(at timestamptz) returns bigint
    language sql stable strict parallel safe
    return (extract(epoch from at) * 1000000)::bigint;

-- A number is taken under a lock that is kept until the transaction ends: numbers become visible
-- in their order, so that a reader who asks for "above 17" can never skip a 16 that was committed
-- late. Holds of mail do not come here.
create function lazaret.next_change() returns bigint language plpgsql as $$
begin
    perform pg_advisory_xact_lock(7230947201);
    perform pg_notify('lazaret_policy', '');
    return nextval('lazaret.change_number');
end $$;

create function lazaret.number_change() returns trigger language plpgsql as $$
begin
    new.change := lazaret.next_change();
    new.changed := now();
    return new;
end $$;

create trigger numbered before insert or update on lazaret.domain
    for each row execute function lazaret.number_change();
create trigger numbered before insert or update on lazaret.setting
    for each row execute function lazaret.number_change();
-- Counting hits is no change.
create trigger numbered
    before insert or update of owner, kind, sender, list_id, proof, expires, enabled, gone
    on lazaret.list_entry for each row execute function lazaret.number_change();

-- The account of an address, made when it has none. Two at once get the same one.
create function lazaret.account_of(a_tenant int, an_address text) returns bigint
language plpgsql as $$
declare
    answer bigint;
begin
    select account_id into answer from lazaret.address
        where tenant_id = a_tenant and address = an_address;
    if found then return answer; end if;

    insert into lazaret.account (tenant_id) values (a_tenant) returning account_id into answer;
    insert into lazaret.address (tenant_id, address, account_id)
        values (a_tenant, an_address, answer) on conflict do nothing;
    if found then return answer; end if;

    delete from lazaret.account where tenant_id = a_tenant and account_id = answer;
    select account_id into answer from lazaret.address
        where tenant_id = a_tenant and address = an_address;
    return answer;
end $$;

-- An account that owns something is known to the milters from now on, by all its addresses.
create function lazaret.publish_account(a_tenant int, an_account bigint) returns void
    language sql as $$
    update lazaret.address set change = lazaret.next_change()
        where tenant_id = a_tenant and account_id = an_account and change is null;
$$;

-- All that changed after a number, in its order, at most `most` rows. One statement, so one view
-- of the data. `kind` is domain, setting, account or entry.
create function lazaret.changes_after(after bigint, most int)
returns table (kind text, change bigint, tenant_id int, gone boolean, owner text, name text,
               number bigint, list_kind text, list_id text, proof text, expires bigint,
               enabled boolean, chosen text)
language sql stable as $$
    select * from (
        (select 'domain', d.change, d.tenant_id, d.gone, '', d.name, 0::bigint, '', '', '',
                null::bigint, true, ''
         from lazaret.domain d where d.change > after order by d.change limit most)
        union all
        (select 'setting', s.change, s.tenant_id, s.gone, s.owner, '', 0, '', '', '', null, true,
                s.chosen::text
         from lazaret.setting s where s.change > after order by s.change limit most)
        union all
        (select 'account', a.change, a.tenant_id, false, '', a.address, a.account_id, '', '', '',
                null, true, ''
         from lazaret.address a where a.change > after order by a.change limit most)
        union all
        (select 'entry', e.change, e.tenant_id, e.gone, e.owner, e.sender, e.entry_id, e.kind,
                e.list_id, e.proof, lazaret.micros(e.expires), e.enabled, ''
         from lazaret.list_entry e where e.change > after order by e.change limit most)
    ) as news (kind, change) order by change limit most
$$;
