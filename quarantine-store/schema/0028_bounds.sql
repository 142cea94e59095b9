-- What was asked of senders, and what was said of messages, is not kept for ever; and the votes of
-- one list entry are found by an index.

create index vote_of_entry on lazaret.vote (entry) where entry > 0;

-- As in 0024_votes.sql, by its index.
create or replace function lazaret.unsay_block(an_entry bigint, now timestamptz) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
    update lazaret.vote v set says = null, at = now, entry = 0, refusals = 0, set_aside = false
        from lazaret.list_entry e
        where e.entry_id = an_entry and (e.gone or not e.enabled)
          and v.tenant_id = e.tenant_id and e.owner = 'account:' || v.account_id
          and v.entry > 0 and v.entry = an_entry and v.origin = 'block' and v.says = 'spam'
$$;

-- Removes what was asked of senders as long ago as other notes (lazaret.tidy); votes that say
-- nothing and of which the model was told nothing; those on messages that nobody has any more (each
-- round of the trainer would look for all of them in vain); and votes older than any held copy can
-- be, which nobody can take back any more: what they taught stays. Where a rollback would find what
-- was told before, a vote stays until that is gone (Models::prune).
create function lazaret.tidy_what_was_said(today date) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    old timestamptz := (today - 30)::timestamp at time zone 'UTC';
    oldest timestamptz := (today - 400)::timestamp at time zone 'UTC';
    removed bigint;
    n bigint;
begin
    delete from lazaret.unsubscription where asked < old;
    get diagnostics removed = row_count;
    delete from lazaret.vote v
        where v.account_id > 0 and v.at < old
          and (v.at < oldest or (v.told is null and (v.says is null or (
               v.tried is null and not v.set_aside and not exists (
                   select from lazaret.message_bytes m
                   where m.tenant_id = v.tenant_id and m.digest = v.digest)))))
          and not exists (select from lazaret.told_before b where b.tenant_id = v.tenant_id
                          and b.account_id = v.account_id and b.digest = v.digest);
    get diagnostics n = row_count; removed := removed + n;
    delete from lazaret.vote_excess where day < today - 30;
    get diagnostics n = row_count;
    return removed + n;
end $$;

revoke all on function lazaret.tidy_what_was_said(date) from public;
grant execute on function lazaret.tidy_what_was_said(date) to lazaret_admin;
