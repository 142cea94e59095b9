-- What its owner chooses for an account in its pages, and the addresses that belong to it. The
-- portal's role writes neither table: it has functions that take the secret of a full session, and
-- touch its account only.

-- The secret is in a mail to the address; here is its hash. What is over goes when the next one is
-- made.
create table lazaret.address_link (
    tenant_id int not null,
    token_hash bytea not null,
    account_id bigint not null,       -- who asked, and may open it
    address text not null,
    expires timestamptz not null,
    primary key (tenant_id, token_hash)
);
create index address_link_account on lazaret.address_link (tenant_id, account_id);

alter table lazaret.notification drop constraint notification_kind_check;
alter table lazaret.notification add constraint notification_kind_check
    check (kind in ('report-now', 'request-made', 'request-answered', 'reports-off', 'password',
                    'address'));

-- The account of a full session; no row when it is over, or another kind.
create function lazaret.full_session_of(a_hash bytea, now timestamptz)
returns table (tenant int, account bigint, address text)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select s.tenant_id, s.account_id, s.address from lazaret.session s
    where s.token_hash = a_hash and s.kind = 'full' and s.expires > now
$$;

-- Of a null it is the name that counts: such a choice is taken back.
create function lazaret.is_own_choice(name text, value text) returns boolean
language sql immutable set search_path = pg_catalog, pg_temp as $$
    select coalesce(case name
        when 'language' then value ~ '^[a-z]{2,3}$'
        when 'time_zone' then value ~ '^[A-Za-z0-9_+/-]{1,64}$'
        when 'report.frequency' then value in ('none', 'daily', 'workdays', 'weekly', 'monthly')
        when 'report.hour' then value ~ '^(1?[0-9]|2[0-3])$'
        when 'report.weekday' then value ~ '^[a-z]{6,9}$'
        when 'report.monthday' then value ~ '^([1-9]|[12][0-9]|3[01])$'
        when 'report.format' then value in ('html', 'text', 'link')
        when 'report.empty' then value in ('on', 'off')
        when 'action.newsletter' then value in ('hold', 'tag', 'deliver')
        else false end, true)
$$;

-- What the owner of a session chooses: name to value, or to null for what he leaves to his
-- administrator. An address is asked after its account and would win, so what was set for one of
-- his addresses goes where he chose something else. False: the session is over.
create function lazaret.choose_settings(a_session bytea, wanted jsonb, a_client text,
                                        now timestamptz) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    mine record;
    of_account text;
    before jsonb;
    chosen_now jsonb;
    one record;
begin
    if exists (select from jsonb_each_text(wanted) w (name, value)
               where not lazaret.is_own_choice(w.name, w.value)) then
        raise insufficient_privilege using message = 'not what an account may choose';
    end if;
    -- As everybody who changes what milters fetch.
    perform pg_advisory_xact_lock(7230947201);
    select * into mine from lazaret.full_session_of(a_session, now);
    if not found then return false; end if;
    of_account := 'account:' || mine.account;
    select s.chosen into before from lazaret.setting s where s.owner = of_account and not s.gone;
    before := coalesce(before, '{}');
    chosen_now := jsonb_strip_nulls(before || wanted);
    if chosen_now <> before then
        update lazaret.setting s set gone = true
            where s.owner = of_account and s.tenant_id <> mine.tenant and not s.gone;
        insert into lazaret.setting (tenant_id, owner, chosen, gone)
            values (mine.tenant, of_account, chosen_now, chosen_now = '{}')
            on conflict (tenant_id, owner)
                do update set chosen = excluded.chosen, gone = excluded.gone;
        perform lazaret.publish_account(mine.tenant, mine.account);
        insert into lazaret.audit (tenant_id, who, from_where, what, subject, detail)
            select mine.tenant, mine.address, a_client, 'setting', of_account,
                   w.name || coalesce(' = ' || w.value, ' unset')
            from jsonb_each_text(wanted) w (name, value)
            where w.value is distinct from before ->> w.name;
    end if;
    for one in
        select s.tenant_id, s.owner, array_agg(w.name order by w.name) as names
        from lazaret.address a
        join lazaret.setting s on s.owner = 'address:' || a.address and not s.gone
        join jsonb_each_text(wanted) w (name, value) on s.chosen ->> w.name <> w.value
        where a.tenant_id = mine.tenant and a.account_id = mine.account
        group by s.tenant_id, s.owner
    loop
        update lazaret.setting s set chosen = s.chosen - one.names,
                                     gone = (s.chosen - one.names = '{}')
            where s.tenant_id = one.tenant_id and s.owner = one.owner;
        insert into lazaret.audit (tenant_id, who, from_where, what, subject, detail)
            select mine.tenant, mine.address, a_client, 'setting', one.owner,
                   n || ' unset: chosen in the account' from unnest(one.names) n;
    end loop;
    return true;
end $$;

-- The owner of a session wants an address in his account. What is done is the same whether it has
-- an account of its own or not. The answer: 'over' (the session), 'foreign' (no domain of this
-- tenant), 'own' (already), 'asked'; with `until` nothing was done, since there were too many.
-- Too many for that address: no mail, and nobody hears of it.
create function lazaret.ask_address(a_session bytea, an_address text, network text,
                                    now timestamptz, out answer text, out until timestamptz)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    mine record;
begin
    select * into mine from lazaret.full_session_of(a_session, now);
    if not found then answer := 'over'; return; end if;
    answer := 'foreign';
    perform from lazaret.domain d where d.tenant_id = mine.tenant
        and d.name = split_part(an_address, '@', -1) and not d.gone;
    if not found then return; end if;
    answer := 'own';
    perform from lazaret.address a where a.tenant_id = mine.tenant
        and a.account_id = mine.account and a.address = an_address;
    if found then return; end if;
    answer := 'asked';
    until := lazaret.count_attempt(array['address ' || network, 'address by ' || mine.account],
                                   array[10, 10], now);
    if until is not null or
       lazaret.count_attempt(array['address ' || an_address], array[3], now) is not null then
        return;
    end if;
    -- And ten a day to one mailbox, however many ask.
    if 10 <= (select count(*) from lazaret.notification n
              where n.tenant_id = mine.tenant and n.kind = 'address' and n.mailbox = an_address
                and n.made > now - interval '1 day') then
        return;
    end if;
    -- Below zero, so that it is no request's: one mail for each address that is asked for.
    insert into lazaret.notification as n (tenant_id, kind, account_id, mailbox, request_id, made,
                                           changed, message_id)
        values (mine.tenant, 'address', mine.account, an_address,
                -1 - (hashtextextended(an_address, 0) & 9223372036854775806), now, now,
                gen_random_uuid() || '@' || split_part(an_address, '@', -1))
        on conflict (tenant_id, kind, account_id, coalesce(request_id, 0))
            where state in ('waiting', 'sending', 'failed')
            do update set made = excluded.made, tried = null;
end $$;

-- As lazaret.make_password_link.
create function lazaret.make_address_link(a_tenant int, a_notification bigint, a_hash bytea,
                                          now timestamptz)
returns boolean language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    delete from lazaret.address_link l where l.expires <= now;
    insert into lazaret.address_link (tenant_id, token_hash, account_id, address, expires)
        select n.tenant_id, a_hash, n.account_id, n.mailbox, now + interval '30 minutes'
        from lazaret.notification n
        where n.tenant_id = a_tenant and n.notification_id = a_notification
          and n.kind = 'address' and n.state = 'sending' and n.made > now - interval '6 hours';
    return found;
end $$;

-- What a link would do, for whoever asked for it: `held` copies would come, and an account end; or
-- nothing, since that account `wants_code` (0019_second_factor.sql): a mail alone opens none such.
create function lazaret.address_link_of(a_session bytea, a_hash bytea, now timestamptz)
returns table (address text, held bigint, ends_account boolean, wants_code boolean)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
    return query select l.address,
           (select count(*) from lazaret.held_copy h where h.tenant_id = l.tenant_id
                and h.account_id = a.account_id and h.mailbox = l.address and h.state = 'held'),
           a.account_id is not null and not exists (
               select from lazaret.address o where o.tenant_id = a.tenant_id
                   and o.account_id = a.account_id and o.address <> a.address),
           lazaret.wants_code(a.tenant_id, a.account_id)
    from lazaret.full_session_of(a_session, now) mine
    join lazaret.address_link l on l.tenant_id = mine.tenant and l.account_id = mine.account
    left join lazaret.address a on a.tenant_id = l.tenant_id and a.address = l.address
    where l.token_hash = a_hash and l.expires > now;
end $$;

-- When an address joined an account. Its first one is the one that reports go to: it stays that,
-- whichever clocks there are.
create function lazaret.after_addresses_of(a_tenant int, an_account bigint, now timestamptz)
returns timestamptz
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select greatest(now, max(a.created) + interval '1 microsecond') from lazaret.address a
    where a.tenant_id = a_tenant and a.account_id = an_account
$$;

-- An address with what is its own: held copies, requests, what is still to be mailed about these.
-- With `whole` everything that its account holds. What no report of the old account told counts as
-- come now: the new one's reports may be past it. How many copies.
create function lazaret.move_address(a_tenant int, an_address text, from_account bigint,
                                     to_account bigint, whole boolean, now timestamptz)
returns bigint language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    told timestamptz;
    moved bigint;
begin
    select max(r.period_end) into told from lazaret.report_sent r
        where r.tenant_id = a_tenant and r.account_id = from_account
          and r.state in ('sent', 'empty');
    update lazaret.held_copy h
        set account_id = to_account,
            back_at = case when h.state = 'held'
                                and greatest(h.received, h.back_at) > coalesce(told, '-infinity')
                           then now else h.back_at end
        where h.tenant_id = a_tenant and h.account_id = from_account
          and (whole or h.mailbox = an_address);
    get diagnostics moved = row_count;
    update lazaret.request q set account_id = to_account
        where q.tenant_id = a_tenant and q.account_id = from_account
          and (whole or q.recipient = an_address);
    update lazaret.notification n set account_id = to_account
        where n.tenant_id = a_tenant and n.account_id = from_account
          and n.kind in ('request-made', 'request-answered', 'warned')
          and (whole or n.mailbox = an_address);
    update lazaret.notification n set state = 'empty', changed = now
        where n.tenant_id = a_tenant and n.account_id = from_account
          and n.state in ('waiting', 'sending', 'failed') and (whole or n.mailbox = an_address);
    update lazaret.address a
        set account_id = to_account,
            created = lazaret.after_addresses_of(a_tenant, to_account, now),
            change = lazaret.next_change()
        where a.tenant_id = a_tenant and a.address = an_address;
    return moved;
end $$;

-- Lists and votes of an account that ends. Owner and sender of an entry never change: it goes, and
-- one like it comes. Of two that say something about the same sender the newer one counts.
create function lazaret.move_lists(a_tenant int, from_account bigint, to_account bigint)
returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    old_owner constant text := 'account:' || from_account;
begin
    insert into lazaret.list_entry as e (tenant_id, owner, kind, sender, list_id, proof, expires,
                                         enabled, comment, origin, created_by, created, hits,
                                         last_hit, change)
        select s.tenant_id, 'account:' || to_account, s.kind, s.sender, s.list_id, s.proof,
               s.expires, s.enabled, s.comment, s.origin, s.created_by, s.created, s.hits,
               s.last_hit, 0
        from lazaret.list_entry s
        where s.tenant_id = a_tenant and s.owner = old_owner and not s.gone
        on conflict (tenant_id, owner, kind, sender, list_id) do update
            set proof = excluded.proof, expires = excluded.expires, enabled = excluded.enabled,
                comment = excluded.comment, origin = excluded.origin,
                created_by = excluded.created_by, created = excluded.created,
                hits = excluded.hits, last_hit = excluded.last_hit, gone = false
            where e.gone or e.changed < (
                select o.changed from lazaret.list_entry o
                where o.tenant_id = excluded.tenant_id and o.owner = old_owner
                  and o.kind = excluded.kind and o.sender = excluded.sender
                  and o.list_id = excluded.list_id);
    update lazaret.list_entry e set gone = true
        where e.tenant_id = a_tenant and e.owner = old_owner and not e.gone;
    update lazaret.vote v set account_id = to_account
        where v.tenant_id = a_tenant and v.account_id = from_account
          and not exists (select from lazaret.vote o where o.tenant_id = a_tenant
                          and o.account_id = to_account and o.digest = v.digest);
end $$;

-- What nobody needs who has no address any more: settings, password, sessions, links, reports that
-- were begun. The row of the account stays: the audit names it.
create function lazaret.end_account(a_tenant int, an_account bigint, now timestamptz)
returns void language sql security definer set search_path = pg_catalog, pg_temp as $$
    update lazaret.setting set gone = true where owner = 'account:' || an_account and not gone;
    delete from lazaret.session where tenant_id = a_tenant and account_id = an_account;
    delete from lazaret.password where tenant_id = a_tenant and account_id = an_account;
    delete from lazaret.password_link where tenant_id = a_tenant and account_id = an_account;
    delete from lazaret.address_link where tenant_id = a_tenant and account_id = an_account;
    update lazaret.report_sent set state = 'empty', changed = now
        where tenant_id = a_tenant and account_id = an_account and state in ('sending', 'failed');
$$;

-- Uses up a link: its address joins the account that asked, for whoever is in that account. An
-- account whose last address leaves it ends. No row: it is no link of his, or over, or the address
-- is of an account that wants a code.
create function lazaret.use_address_link(a_session bytea, a_hash bytea, a_client text,
                                         now timestamptz)
returns table (address text, moved bigint)
language plpgsql security definer set search_path = pg_catalog, pg_temp
set lock_timeout = '3s' as $$
#variable_conflict use_column
declare
    mine record;
    joining text;
    old bigint;
    whole boolean;
    copies bigint := 0;
begin
    select * into mine from lazaret.full_session_of(a_session, now);
    if not found then return; end if;
    -- No mail is held meanwhile for the account that it was: lazaret.hold waits here.
    lock table only lazaret.held_copy in share row exclusive mode;
    perform pg_advisory_xact_lock(7230947201);
    select l.address into joining from lazaret.address_link l
        where l.token_hash = a_hash and l.expires > now
          and l.tenant_id = mine.tenant and l.account_id = mine.account;
    if not found then return; end if;
    select a.account_id into old from lazaret.address a
        where a.tenant_id = mine.tenant and a.address = joining for update;
    -- Who sets a second step up, or signs in, waits.
    perform from lazaret.account c where c.tenant_id = mine.tenant and c.account_id = old
        for update;
    if old <> mine.account and lazaret.wants_code(mine.tenant, old) then return; end if;
    delete from lazaret.address_link l where l.tenant_id = mine.tenant and l.address = joining;
    perform from lazaret.domain d where d.tenant_id = mine.tenant
        and d.name = split_part(joining, '@', -1) and not d.gone;
    if not found then return; end if;

    if old = mine.account then return query select joining, copies; return; end if;
    if old is null then
        insert into lazaret.address (tenant_id, address, account_id, created, change)
            values (mine.tenant, joining, mine.account,
                    lazaret.after_addresses_of(mine.tenant, mine.account, now),
                    lazaret.next_change());
    else
        whole := not exists (select from lazaret.address a where a.tenant_id = mine.tenant
                             and a.account_id = old and a.address <> joining);
        copies := lazaret.move_address(mine.tenant, joining, old, mine.account, whole, now);
        delete from lazaret.session s where s.tenant_id = mine.tenant and s.account_id = old
            and s.address = joining;
        delete from lazaret.password_link l where l.tenant_id = mine.tenant
            and l.address = joining;
        if whole then
            perform lazaret.move_lists(mine.tenant, old, mine.account);
            perform lazaret.end_account(mine.tenant, old, now);
        end if;
        insert into lazaret.audit (tenant_id, who, from_where, what, subject, detail)
            values (mine.tenant, mine.address, a_client, 'address left', 'account:' || old,
                    format('%s to account:%s, %s copies%s', joining, mine.account, copies,
                           case when whole then '; the account ended' else '' end));
    end if;
    update lazaret.address a set verified = true
        where a.tenant_id = mine.tenant and a.address = joining;
    -- Its lists count for the address, and so do its settings.
    perform lazaret.publish_account(mine.tenant, mine.account);
    insert into lazaret.audit (tenant_id, who, from_where, what, subject, detail)
        values (mine.tenant, mine.address, a_client, 'address added', 'account:' || mine.account,
                format('%s%s, %s copies', joining, coalesce(' from account:' || old, ''), copies));
    return query select joining, copies;
end $$;

-- An address leaves the account of a session, with the mail that is held for it, and has one of its
-- own from then on. False: it is not one of the account's, or its last.
create function lazaret.remove_address(a_session bytea, an_address text, a_client text,
                                       now timestamptz) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp
set lock_timeout = '3s' as $$
declare
    mine record;
    left_over text;
    fresh bigint;
    copies bigint;
begin
    select * into mine from lazaret.full_session_of(a_session, now);
    if not found then return false; end if;
    -- As in lazaret.use_address_link.
    lock table only lazaret.held_copy in share row exclusive mode;
    perform pg_advisory_xact_lock(7230947201);
    perform from lazaret.address a where a.tenant_id = mine.tenant
        and a.account_id = mine.account and a.address = an_address for update;
    if not found then return false; end if;
    select a.address into left_over from lazaret.address a where a.tenant_id = mine.tenant
        and a.account_id = mine.account and a.address <> an_address
        order by a.created, a.address limit 1;
    if not found then return false; end if;

    insert into lazaret.account (tenant_id) values (mine.tenant) returning account_id into fresh;
    copies := lazaret.move_address(mine.tenant, an_address, mine.account, fresh, false, now);
    -- Whoever came in by that address has no way in any more, save the one who does this.
    update lazaret.session s set address = left_over
        where s.token_hash = a_session and s.address = an_address;
    delete from lazaret.session s where s.tenant_id = mine.tenant
        and s.account_id = mine.account and s.address = an_address;
    delete from lazaret.password_link l where l.tenant_id = mine.tenant and l.address = an_address;
    insert into lazaret.audit (tenant_id, who, from_where, what, subject, detail)
        values (mine.tenant, mine.address, a_client, 'address left', 'account:' || mine.account,
                format('%s to account:%s, %s copies', an_address, fresh, copies)),
               (mine.tenant, mine.address, a_client, 'address added', 'account:' || fresh,
                format('%s from account:%s, %s copies', an_address, mine.account, copies));
    return true;
end $$;

do $$
declare
    one regprocedure;
begin
    for one in select oid from pg_proc where pronamespace = 'lazaret'::regnamespace
        and proname in ('full_session_of', 'is_own_choice', 'choose_settings', 'ask_address',
            'make_address_link', 'address_link_of', 'after_addresses_of', 'move_address',
            'move_lists', 'end_account', 'use_address_link', 'remove_address')
    loop
        execute format('revoke all on function %s from public', one);
    end loop;
end $$;
grant execute on function
    lazaret.choose_settings(bytea, jsonb, text, timestamptz),
    lazaret.ask_address(bytea, text, text, timestamptz),
    lazaret.address_link_of(bytea, bytea, timestamptz),
    lazaret.use_address_link(bytea, bytea, text, timestamptz),
    lazaret.remove_address(bytea, text, text, timestamptz)
    to lazaret_portal;
grant execute on function lazaret.make_address_link(int, bigint, bytea, timestamptz)
    to lazaret_report;
