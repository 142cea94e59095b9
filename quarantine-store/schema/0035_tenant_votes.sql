-- Of what the accounts of one tenant say on a day, the later the less teaches what all share
-- (tools/lazaretctl/lesson.hpp): its place among them is counted.
create index vote_of_tenant on lazaret.vote (tenant_id, at) where account_id > 0;

-- Whether a tenant could outvote others.
create function lazaret.has_several_tenants() returns boolean
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select count(*) > 1 from (
        select d.tenant_id from lazaret.domain d where d.tenant_id > 0 and not d.gone
        group by d.tenant_id limit 2) t
$$;
revoke all on function lazaret.has_several_tenants() from public;
grant execute on function lazaret.has_several_tenants() to lazaret_admin;
