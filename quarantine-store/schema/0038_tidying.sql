-- What is tidied at night is many rows at times. Only rows that milters fetch by change number need
-- the lock of changes, and it is everybody's.

create function lazaret.tidy_changes(today date) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    old timestamptz := (today - 30)::timestamp at time zone 'UTC';
    removed bigint := 0;
    n bigint;
    highest bigint;
begin
    perform pg_advisory_xact_lock(7230947201);  -- as next_change(): nobody revives a row now
    select max(change) into highest from (
        select max(change) as change from lazaret.domain where gone and changed < old
        union all select max(change) from lazaret.setting where gone and changed < old
        union all select max(change) from lazaret.list_entry where gone and changed < old) x;
    if highest is null then return 0; end if;
    update lazaret.feed_state set purged_through = greatest(purged_through, highest);
    delete from lazaret.domain where gone and changed < old;
    get diagnostics n = row_count; removed := removed + n;
    delete from lazaret.setting where gone and changed < old;
    get diagnostics n = row_count; removed := removed + n;
    delete from lazaret.list_entry where gone and changed < old;
    get diagnostics n = row_count; removed := removed + n;
    return removed;
end $$;
revoke all on function lazaret.tidy_changes(date) from public;
grant execute on function lazaret.tidy_changes(date) to lazaret_admin;

-- As in 0021_account_speed.sql, without that.
create or replace function lazaret.tidy(today date) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    old timestamptz := (today - 30)::timestamp at time zone 'UTC';
    removed bigint := 0;
    n bigint;
begin
    delete from lazaret.deferral where first_seen < old;
    get diagnostics n = row_count; removed := removed + n;
    delete from lazaret.note_batch where at < now() - interval '2 days';
    get diagnostics n = row_count; removed := removed + n;
    with many as (
        delete from lazaret.counter where mailbox <> '' and (
            day < today - 400
            or (day < today - 100 and day <> date_trunc('month', day)::date)) returning *)
    insert into lazaret.counter as c (tenant_id, mailbox, day, class, action, messages)
        select tenant_id, case when day < today - 400 then '' else mailbox end,
               date_trunc('month', day)::date, class, action, sum(messages)
        from many group by 1, 2, 3, 4, 5
    on conflict (tenant_id, mailbox, day, class, action)
        do update set messages = c.messages + excluded.messages;
    return removed;
end $$;
