-- The portal is the program that strangers talk to: of what decides about mail it may change only
-- what its pages offer.

-- List entries: those of an account, and of these only what a link made or may make anew. The
-- owner of the tables and the functions that run as it are not asked.
alter table lazaret.list_entry enable row level security;
create policy readable on lazaret.list_entry for select using (true);
create policy administered on lazaret.list_entry to lazaret_admin using (true) with check (true);
create policy made_by_link on lazaret.list_entry for insert to lazaret_portal
    with check (owner like 'account:%' and origin = 'report');
create policy changed_by_link on lazaret.list_entry for update to lazaret_portal
    using (owner like 'account:%'
           and (origin = 'report' or gone or not enabled or expires < now()))
    with check (owner like 'account:%' and origin = 'report');

-- Settings: none. What List-Unsubscribe does is one function: it turns reports off wherever the
-- account or one of its addresses chose otherwise (the address is asked last, and would win), and
-- notes that its owner is to be told once. All or nothing. False: there is no such account.
revoke insert on lazaret.setting from lazaret_portal;
revoke update (chosen, gone) on lazaret.setting from lazaret_portal;

create function lazaret.turn_reports_off(a_tenant int, an_account bigint, who text,
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
          and s.owner = 'address:' || a.address and not s.gone
          and s.chosen ->> 'report.frequency' <> 'none'
        returning s.owner
    loop
        insert into lazaret.audit (tenant_id, who, from_where, what, subject, detail)
            values (a_tenant, who, from_where, 'setting', one, 'report.frequency = none');
    end loop;

    perform lazaret.notify_of(a_tenant, an_account, 'reports-off', first_address, null, now);
    return true;
end $$;
revoke all on function lazaret.turn_reports_off(int, bigint, text, text, timestamptz) from public;
grant execute on function lazaret.turn_reports_off(int, bigint, text, text, timestamptz)
    to lazaret_portal, lazaret_admin;

-- As in 0008_told_again.sql, and only to an address that is one of the account's own; of reports
-- on demand ten a day, since everybody who has an old report can order them.
create or replace function lazaret.notify_of(tenant int, account bigint, kind text, mailbox text,
                                             request bigint, now timestamptz) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
    insert into lazaret.notification as n (tenant_id, kind, account_id, mailbox, request_id, made,
                                           changed, message_id)
        select tenant, kind, account, mailbox, request, now, now,
               gen_random_uuid() || '@' || split_part(mailbox, '@', -1)
        from lazaret.address a
        where a.tenant_id = tenant and a.account_id = account and a.address = mailbox
          and (kind <> 'report-now' or 10 > (
               select count(*) from lazaret.notification o
               where o.tenant_id = tenant and o.account_id = account and o.kind = 'report-now'
                 and o.made > now - interval '1 day' and o.changed > now - interval '1 day'))
        on conflict (tenant_id, kind, account_id, coalesce(request_id, 0))
            where state in ('waiting', 'sending', 'failed')
            do update set made = excluded.made, tried = null
$$;
