-- The addresses of an account whose domain is its tenant's now, the oldest first: those that reports
-- go to, and in whose name a session is begun. The account keeps the others, for the mail that was
-- held for them.
create function lazaret.addresses_of(a_tenant int, an_account bigint) returns setof text
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select a.address from lazaret.address a
    where a.tenant_id = a_tenant and a.account_id = an_account
      and lazaret.is_protected(a_tenant, a.address)
    order by a.created, a.address
$$;
revoke all on function lazaret.addresses_of(int, bigint) from public;
grant execute on function lazaret.addresses_of(int, bigint) to lazaret_portal;

-- As in 0042_links_of_mailboxes.sql, of those.
create or replace function lazaret.mailboxes_of(a_tenant int, an_account bigint) returns setof text
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select lazaret.addresses_of(a_tenant, an_account)
    union
    select d.address from lazaret.delegate d
    where d.tenant_id = a_tenant and d.account_id = an_account
      and d.gets_reports and d.agreed is not null
      and lazaret.is_protected(a_tenant, d.address)
$$;

-- As in 0040_accounts_that_count.sql, but who is told is one whose domain is ours now, and reports
-- that are off already are no news: a mail program may say it many times.
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
    select a.address into first_address from lazaret.address a
        where a.tenant_id = a_tenant and a.account_id = an_account
        order by not lazaret.is_protected(a_tenant, a.address), a.created, a.address limit 1;
    if not found then return false; end if;
    -- As everybody who changes what milters fetch.
    perform pg_advisory_xact_lock(7230947201);

    if exists (
        select from lazaret.setting s where s.tenant_id = a_tenant and s.owner = of_account
          and not s.gone and s.chosen ->> 'report.frequency' = 'none')
       and not exists (
        select from lazaret.address a
        join lazaret.setting s on s.tenant_id = a_tenant and s.owner = 'address:' || a.address
        where a.tenant_id = a_tenant and a.account_id = an_account and not s.gone
          and s.chosen ->> 'report.frequency' <> 'none') then
        return true;
    end if;

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
