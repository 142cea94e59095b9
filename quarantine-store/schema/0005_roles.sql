-- Each program has a role that can do what it needs and no more. They can log in but have no
-- password: use peer or certificate authentication, or give them one (ALTER ROLE ... PASSWORD).
do $$
declare
    one text;
begin
    foreach one in array array['lazaret_milter', 'lazaret_report', 'lazaret_portal', 'lazaret_admin']
    loop
        if not exists (select from pg_roles where rolname = one) then
            execute format('create role %I login', one);
        end if;
    end loop;
end $$;

revoke all on all tables in schema lazaret from public;
revoke all on all sequences in schema lazaret from public;
revoke all on all functions in schema lazaret from public;

grant usage on schema lazaret
    to lazaret_milter, lazaret_report, lazaret_portal, lazaret_admin;
grant select on lazaret.schema_version
    to lazaret_milter, lazaret_report, lazaret_portal, lazaret_admin;

-- The milter adds held mail through lazaret.hold, and never reads bytes, subjects or previews.
grant execute on function lazaret.hold(date, bytea, bytea, bigint, json, json, json, bytea, json),
    lazaret.first_deferred(int, bytea, bigint), lazaret.note(text, boolean, json),
    lazaret.changes_after(bigint, int), lazaret.moment(bigint), lazaret.micros(timestamptz)
    to lazaret_milter;
grant select on lazaret.domain, lazaret.setting, lazaret.list_entry, lazaret.model,
    lazaret.feed_state to lazaret_milter;
grant select (tenant_id, address, account_id, change) on lazaret.address to lazaret_milter;
grant select on sequence lazaret.change_number to lazaret_milter;

-- The administrator's commands.
grant select, insert, update, delete on all tables in schema lazaret to lazaret_admin;
revoke insert, update, delete on lazaret.schema_version from lazaret_admin;
revoke update, delete on lazaret.audit from lazaret_admin;
grant usage, select on all sequences in schema lazaret to lazaret_admin;
grant execute on all functions in schema lazaret to lazaret_admin;
