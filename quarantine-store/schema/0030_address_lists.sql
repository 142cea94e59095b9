-- Entries for one address of an account, beside those for all of it.

-- Whose lists the portal may write for its owner: an account, or an address of one whose domain is
-- still of that tenant.
create function lazaret.is_own_list(a_tenant int, an_owner text) returns boolean
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select an_owner like 'account:%' or (an_owner like 'address:%' and exists (
        select from lazaret.address a
        join lazaret.domain d on d.tenant_id = a.tenant_id
            and d.name = split_part(a.address, '@', -1) and not d.gone
        where a.tenant_id = a_tenant and a.address = substr(an_owner, 9)))
$$;
revoke all on function lazaret.is_own_list(int, text) from public;
grant execute on function lazaret.is_own_list(int, text) to lazaret_portal;

drop policy made_by_owner on lazaret.list_entry;
drop policy changed_by_owner on lazaret.list_entry;
create policy made_by_owner on lazaret.list_entry for insert to lazaret_portal
    with check (lazaret.is_own_list(tenant_id, owner) and origin in ('report', 'account'));
create policy changed_by_owner on lazaret.list_entry for update to lazaret_portal
    using (lazaret.is_own_list(tenant_id, owner)
           and (origin in ('report', 'account') or gone or not enabled or expires < now()))
    with check (lazaret.is_own_list(tenant_id, owner) and origin in ('report', 'account'));
