-- Of an address the account counts that the tenant has which has its domain now, and no other: a
-- domain may go from one customer to another, and nothing that the first one's people chose may
-- decide about mail of the second's.

-- The account that counts for an address. No row: its domain is not protected, or its tenant has no
-- account of it. Milters keep the same rule (policy_for).
create function lazaret.account_for(an_address text) returns table (tenant_id int, account_id bigint)
language sql stable as $$
    select a.tenant_id, a.account_id from lazaret.domain d
    join lazaret.address a on a.tenant_id = d.tenant_id and a.address = an_address
    where d.name = split_part(an_address, '@', -1) and not d.gone
$$;

-- Whether another tenant has the domain of an address now: what one customer was sent, or is to be
-- told, is not for the next one's people.
create function lazaret.is_elsewhere(a_tenant int, an_address text) returns boolean
language sql stable as $$
    select exists (select from lazaret.domain d where d.tenant_id <> a_tenant
                   and d.name = split_part(an_address, '@', -1) and not d.gone)
$$;

-- What customers who had a domain before chose for it and its addresses, whom they let in as
-- delegates, and who of it administers, is not for the one who has it now. Their accounts stay as
-- they are: those count for the domains that they still have.
create function lazaret.forget_domain_choices(a_domain text, but_of_tenant int) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
    update lazaret.setting s set gone = true
        where s.tenant_id <> but_of_tenant and not s.gone
          and (s.owner = 'domain:' || a_domain
               or (s.owner like 'address:%' and split_part(s.owner, '@', -1) = a_domain));
    update lazaret.list_entry e set gone = true
        where e.tenant_id <> but_of_tenant and not e.gone
          and (e.owner = 'domain:' || a_domain
               or (e.owner like 'address:%' and split_part(e.owner, '@', -1) = a_domain));
    delete from lazaret.second_step_demand q
        where q.tenant_id <> but_of_tenant and q.owner = 'domain:' || a_domain;
    delete from lazaret.delegate d
        where d.tenant_id <> but_of_tenant and split_part(d.address, '@', -1) = a_domain;
    delete from lazaret.administrator r
        where r.tenant_id <> but_of_tenant and split_part(r.address, '@', -1) = a_domain;
$$;

-- As in 0025_tenant_pages.sql, but who sees it is the owner of the account that counts.
create or replace function lazaret.note_search(a_session bytea, of_tenant int, looked_for text,
                                               a_mailbox text, a_client text, now timestamptz)
returns void language sql security definer set search_path = pg_catalog, pg_temp as $$
    insert into lazaret.audit (at, tenant_id, who, from_where, what, subject, detail)
        select now, coalesce(w.tenant_id, of_tenant), mine.address, a_client, 'search', n.subject,
               looked_for
        from lazaret.full_session_of(a_session, now) mine
        left join lazaret.account_for(a_mailbox) w on of_tenant in (0, w.tenant_id)
        cross join lateral (
            select coalesce('account:' || w.account_id, 'tenant:' || of_tenant) as subject) n
        where lazaret.right_in_tenant(a_session, of_tenant, now) is not null
          and not exists (select from lazaret.audit b
                          where b.subject = n.subject and b.what = 'search'
                            and b.who = mine.address and b.detail = looked_for
                            and b.at > now - interval '1 hour')
$$;

-- As in 0009_portal_rights.sql, but no setting of an address that is another tenant's now.
create or replace function lazaret.turn_reports_off(a_tenant int, an_account bigint, who text,
                                         from_where text, now timestamptz) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    off constant jsonb := '{"report.frequency": "none"}';
    of_account constant text := 'account:' || an_account;
    first_address text;
    before jsonb;
    one text;
begin
    select address into first_address from lazaret.address
        where tenant_id = a_tenant and account_id = an_account order by created, address limit 1;
    if not found then return false; end if;
    -- As everybody who changes what milters fetch.
    perform pg_advisory_xact_lock(7230947201);

    select chosen into before from lazaret.setting where owner = of_account and not gone;
    update lazaret.setting set gone = true
        where owner = of_account and tenant_id <> a_tenant and not gone;
    insert into lazaret.setting (tenant_id, owner, chosen)
        values (a_tenant, of_account, coalesce(before, '{}') || off)
        on conflict (tenant_id, owner) do update set chosen = excluded.chosen, gone = false;
    perform lazaret.publish_account(a_tenant, an_account);
    insert into lazaret.audit (tenant_id, who, from_where, what, subject, detail)
        values (a_tenant, who, from_where, 'setting', of_account, 'report.frequency = none');

    for one in
        update lazaret.setting s set chosen = s.chosen || off
        from lazaret.address a
        where a.tenant_id = a_tenant and a.account_id = an_account
          and s.tenant_id = a_tenant and s.owner = 'address:' || a.address and not s.gone
          and s.chosen ->> 'report.frequency' <> 'none'
        returning s.owner
    loop
        insert into lazaret.audit (tenant_id, who, from_where, what, subject, detail)
            values (a_tenant, who, from_where, 'setting', one, 'report.frequency = none');
    end loop;

    perform lazaret.notify_of(a_tenant, an_account, 'reports-off', first_address, null, now);
    return true;
end $$;

-- As in 0017_account_settings.sql, but no setting of an address that is another tenant's now.
create or replace function lazaret.choose_settings(a_session bytea, wanted jsonb, a_client text,
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
        join lazaret.setting s on s.tenant_id = a.tenant_id
            and s.owner = 'address:' || a.address and not s.gone
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

revoke all on function lazaret.forget_domain_choices(text, int) from public;
grant execute on function lazaret.forget_domain_choices(text, int) to lazaret_admin;
