-- The mailboxes that mail about an account may go to: its addresses, and the delegate who gets its
-- reports. A link opens the account only for whoever reads one of them now.
create function lazaret.mailboxes_of(a_tenant int, an_account bigint) returns setof text
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select a.address from lazaret.address a
    where a.tenant_id = a_tenant and a.account_id = an_account
    union
    select d.address from lazaret.delegate d
    where d.tenant_id = a_tenant and d.account_id = an_account
      and d.gets_reports and d.agreed is not null
$$;
revoke all on function lazaret.mailboxes_of(int, bigint) from public;
grant execute on function lazaret.mailboxes_of(int, bigint) to lazaret_portal;
