-- Whose message is long gone need not be known for ever (SECURITY.md): the audit goes after three
-- years, requests after four hundred days like a mailbox's counters. What is about a message that
-- is still held, under legal hold perhaps, stays as long as that.
create index audit_at on lazaret.audit using brin (at);

create function lazaret.tidy_old_deeds(today date) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    removed bigint;
    n bigint;
begin
    delete from lazaret.request r
        where r.made < (today - 400)::timestamp at time zone 'UTC'
          and not exists (select from lazaret.held_copy h where h.reference = r.reference);
    get diagnostics removed = row_count;
    delete from lazaret.audit b
        where b.at < (today - 1100)::timestamp at time zone 'UTC'
          and not exists (select from lazaret.held_copy h where h.reference = b.subject);
    get diagnostics n = row_count;
    return removed + n;
end $$;
revoke all on function lazaret.tidy_old_deeds(date) from public;
grant execute on function lazaret.tidy_old_deeds(date) to lazaret_admin;
