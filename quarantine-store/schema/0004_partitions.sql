-- Days come and go while mail is being held. Every function here takes its locks for moments, and
-- fails with lock_not_available rather than make a hold wait longer; the caller tries again.

-- Partition of a parent for a day: lazaret.held_mail_20261207.
create function lazaret.day_table(parent text, day date) returns text
    language sql immutable return parent || '_' || to_char(day, 'YYYYMMDD');

-- Makes one day's partition of one parent. Rows of that day that stand in the default partition
-- are moved; that one must be locked by the caller. `bound` is how the key's type writes a day.
create function lazaret.make_day_table(parent text, key text, day date, bound text)
returns bigint language plpgsql as $$
declare
    child text := lazaret.day_table(parent, day);
    low text := format(bound, day);
    high text := format(bound, day + 1);
    moved bigint;
begin
    execute format('create table lazaret.%I (like lazaret.%I including all)', child, parent);
    execute format('alter table lazaret.%I add constraint of_day check (%I >= %s and %I < %s)',
                   child, key, low, key, high);
    execute format('with gone as (delete from lazaret.%I where %I >= %s and %I < %s returning *)
                    insert into lazaret.%I select * from gone',
                   parent || '_default', key, low, key, high, child);
    get diagnostics moved = row_count;
    execute format('alter table lazaret.%I attach partition lazaret.%I for values from (%s) to (%s)',
                   parent, child, low, high);
    execute format('alter table lazaret.%I drop constraint of_day', child);
    return moved;
end $$;

-- Makes an expiry day of the quarantine: mail and copies together.
-- Answers the rows moved, or -1 when the day was there.
create function lazaret.make_expiry_day(day date) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp
set lock_timeout = '1s' as $$
declare
    moved bigint := 0;
begin
    if to_regclass('lazaret.' || lazaret.day_table('held_copy', day)) is not null then
        return -1;
    end if;
    -- Copies first, as in lazaret.hold: who holds mail has looked at them before.
    lock table lazaret.held_copy_default in access exclusive mode;
    lock table lazaret.held_mail_default in access exclusive mode;
    if to_regclass('lazaret.' || lazaret.day_table('held_copy', day)) is not null then
        return -1;
    end if;
    moved := lazaret.make_day_table('held_copy', 'expires', day, '%L::date');
    moved := moved + lazaret.make_day_table('held_mail', 'expires', day, '%L::date');
    return moved;
end $$;

-- Makes a day of the notes: passages and refusals. As make_expiry_day.
create function lazaret.make_note_day(day date) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp
set lock_timeout = '1s' as $$
declare
    moved bigint := 0;
    bound text := '(%L::date)::timestamp at time zone ''UTC''';
begin
    if to_regclass('lazaret.' || lazaret.day_table('passage', day)) is not null then
        return -1;
    end if;
    lock table lazaret.passage_default in access exclusive mode;
    lock table lazaret.refusal_default in access exclusive mode;
    if to_regclass('lazaret.' || lazaret.day_table('passage', day)) is not null then
        return -1;
    end if;
    moved := lazaret.make_day_table('passage', 'at', day, bound);
    moved := moved + lazaret.make_day_table('refusal', 'at', day, bound);
    return moved;
end $$;

-- The days that have partitions of a parent.
create function lazaret.days_of(parent text) returns setof date
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select to_date(right(c.relname, 8), 'YYYYMMDD')
    from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = to_regclass('lazaret.' || parent) and c.relname ~ '_[0-9]{8}$'
    order by 1
$$;

-- The expiry days whose rows stand in the default partitions.
create function lazaret.stray_days() returns setof date
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select expires from lazaret.held_copy_default
    union select expires from lazaret.held_mail_default order by 1
$$;

-- The same of passages and refusals.
create function lazaret.stray_note_days() returns setof date
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select (at at time zone 'UTC')::date from lazaret.passage_default
    union select (at at time zone 'UTC')::date from lazaret.refusal_default order by 1
$$;

-- Drops an expired day. Answers false, and drops nothing, while a copy of that day is on its way
-- to the mail server.
create function lazaret.drop_expiry_day(day date) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp
set lock_timeout = '200ms' as $$
declare
    copies text := lazaret.day_table('held_copy', day);
    mails text := lazaret.day_table('held_mail', day);
    on_its_way boolean;
begin
    if to_regclass('lazaret.' || copies) is null then return true; end if;
    execute format('lock table lazaret.%I in share mode', copies);
    execute format('select exists (select from lazaret.%I where state = ''releasing'')', copies)
        into on_its_way;
    if on_its_way then return false; end if;
    execute format('drop table lazaret.%I, lazaret.%I', copies, mails);
    return true;
end $$;

create function lazaret.drop_note_day(day date) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp
set lock_timeout = '200ms' as $$
begin
    execute format('drop table if exists lazaret.%I, lazaret.%I',
                   lazaret.day_table('passage', day), lazaret.day_table('refusal', day));
    return true;
end $$;

-- Rows of expired days that stand in the default partitions, because nobody made their day.
create function lazaret.remove_expired_strays(today date) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp
set lock_timeout = '200ms' as $$
declare
    removed bigint;
begin
    delete from lazaret.held_mail_default m where m.expires < today and not exists (
        select from lazaret.held_copy_default c
        where c.tenant_id = m.tenant_id and c.digest = m.digest and c.expires = m.expires
          and c.state = 'releasing');
    delete from lazaret.held_copy_default c where c.expires < today and not exists (
        select from lazaret.held_mail_default m
        where m.tenant_id = c.tenant_id and m.digest = c.digest and m.expires = c.expires);
    get diagnostics removed = row_count;
    -- Only with its copy: one that was held a moment ago must still be found by a retry.
    delete from lazaret.waiting w where w.expires < today and not exists (
        select from lazaret.held_copy c
        where c.reference = w.reference and c.tenant_id = w.tenant_id and c.expires = w.expires);
    return removed;
end $$;

-- Old passages and refusals that stand in the default partitions, because nobody made their day.
create function lazaret.remove_old_notes(before date) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp
set lock_timeout = '200ms' as $$
declare
    old timestamptz := before::timestamp at time zone 'UTC';
    removed bigint;
    more bigint;
begin
    delete from lazaret.passage_default where at < old;
    get diagnostics removed = row_count;
    delete from lazaret.refusal_default where at < old;
    get diagnostics more = row_count;
    return removed + more;
end $$;

-- Puts all copies of one message of one tenant and day where nothing expires, or back; the
-- message with them. Answers how many copies went.
create function lazaret.move_legal(a_tenant int, a_digest bytea, day date, new_day date)
returns bigint language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    moved bigint;
begin
    perform pg_advisory_xact_lock(hashtextextended(encode(a_digest, 'hex'), a_tenant));
    update lazaret.held_copy set expires = new_day
        where tenant_id = a_tenant and digest = a_digest and expires = day;
    get diagnostics moved = row_count;
    -- Where the day has this message too (it was released from legal hold, and sent again), its
    -- row serves both.
    update lazaret.held_mail m set expires = new_day
        where tenant_id = a_tenant and digest = a_digest and expires = day
          and not exists (select from lazaret.held_mail n where n.tenant_id = a_tenant
                          and n.digest = a_digest and n.expires = new_day);
    delete from lazaret.held_mail
        where tenant_id = a_tenant and digest = a_digest and expires = day;
    update lazaret.waiting set expires = new_day
        where tenant_id = a_tenant and digest = a_digest and expires = day;
    return moved;
end $$;

-- Removes tombstones and small notes older than a moment; sums old counters.
create function lazaret.tidy(today date) returns bigint
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
    if highest is not null then
        update lazaret.feed_state set purged_through = greatest(purged_through, highest);
        delete from lazaret.domain where gone and changed < old;
        get diagnostics n = row_count; removed := removed + n;
        delete from lazaret.setting where gone and changed < old;
        get diagnostics n = row_count; removed := removed + n;
        delete from lazaret.list_entry where gone and changed < old;
        get diagnostics n = row_count; removed := removed + n;
    end if;
    delete from lazaret.deferral where first_seen < old;
    get diagnostics n = row_count; removed := removed + n;
    delete from lazaret.note_batch where at < now() - interval '2 days';
    get diagnostics n = row_count; removed := removed + n;
    with many as (
        delete from lazaret.counter where day < today - 62 and mailbox <> '' returning *)
    insert into lazaret.counter as c (tenant_id, mailbox, day, class, action, messages)
        select tenant_id, '', day, class, action, sum(messages) from many group by 1, 3, 4, 5
    on conflict (tenant_id, mailbox, day, class, action)
        do update set messages = c.messages + excluded.messages;
    return removed;
end $$;
