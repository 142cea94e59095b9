-- What a site with many accounts showed: look-ups by address or account alone, months of one's own
-- counters, ways in that outlived their domain, reports that were ordered in vain, and numbers that
-- are another's.

-- Who asks by these does not know the tenant.
create index address_name on lazaret.address (address);
create index account_number on lazaret.account (account_id);

-- A try counts for a day from the first of its count, not for ever while somebody tries once a day.
alter table lazaret.attempt add column since timestamptz not null default now();

-- As in 0014_sign_in.sql, and: nothing is stored while a key is blocked, and the count begins anew
-- a day after it began.
create or replace function lazaret.count_attempt(keys text[], free int[], now timestamptz)
returns timestamptz language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    latest timestamptz;
begin
    -- In one order, so that no two wait for each other.
    perform from lazaret.attempt a where a.tenant_id = 0 and a.key = any (keys)
        order by a.key for update;
    select max(a.until) into latest from lazaret.attempt a
        where a.tenant_id = 0 and a.key = any (keys);
    if latest > now then return latest; end if;
    insert into lazaret.attempt (key, failures, last, until, since)
        select k, 0, now, now, now from unnest(keys) k order by k on conflict do nothing;
    perform from lazaret.attempt a where a.tenant_id = 0 and a.key = any (keys)
        order by a.key for update;
    update lazaret.attempt a
        set failures = t.tries, last = now,
            since = case when t.tries = 1 then now else a.since end,
            until = case when t.tries < t.free then now
                         else now + least(interval '15 minutes',
                                  interval '15 seconds' * (2 ^ least(t.tries - t.free, 10))) end
        from (select k.key, k.free,
                     case when b.since < now - interval '1 day' then 1 else b.failures + 1 end tries
              from unnest(keys, free) k (key, free)
              join lazaret.attempt b on b.tenant_id = 0 and b.key = k.key) t
        where a.tenant_id = 0 and a.key = t.key;
    return null;
end $$;

-- Whether the domain of an address is one of a tenant's.
create function lazaret.is_protected(a_tenant int, an_address text) returns boolean
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select exists (select from lazaret.domain d where d.tenant_id = a_tenant
                   and d.name = split_part(an_address, '@', -1) and not d.gone)
$$;
revoke all on function lazaret.is_protected(int, text) from public;

-- As in 0014_sign_in.sql, and only while the address's domain is protected.
create or replace function lazaret.session_of(a_hash bytea, now timestamptz)
returns table (tenant int, session bigint, account bigint, address text, kind text,
               expires timestamptz)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    update lazaret.session s set seen = now
        where s.token_hash = a_hash and s.seen < now - interval '5 minutes' and s.expires > now;
    return query select s.tenant_id, s.session_id, s.account_id, s.address, s.kind, s.expires
        from lazaret.session s where s.token_hash = a_hash and s.expires > now
            and lazaret.is_protected(s.tenant_id, s.address);
end $$;

create or replace function lazaret.password_link_of(a_hash bytea, now timestamptz)
returns table (tenant int, account bigint, address text)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select l.tenant_id, l.account_id, l.address from lazaret.password_link l
    where l.token_hash = a_hash and l.expires > now
      and lazaret.is_protected(l.tenant_id, l.address)
$$;

create or replace function lazaret.use_password_link(a_hash bytea, new_hash text, a_client text,
                                                     now timestamptz)
returns table (tenant int, account bigint, address text)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    used record;
begin
    delete from lazaret.password_link l where l.token_hash = a_hash and l.expires > now
            and lazaret.is_protected(l.tenant_id, l.address)
        returning l.tenant_id, l.account_id, l.address into used;
    if not found then return; end if;
    perform lazaret.renew_password(used.tenant_id, used.account_id, used.address, new_hash,
                                   a_client, now);
    return query select used.tenant_id, used.account_id, used.address;
end $$;

-- As in 0009_portal_rights.sql, and says whether a report is on its way: ten that were sent within
-- a day are the most, and one that waits is on its way, whoever asks again.
drop function lazaret.notify_of(int, bigint, text, text, bigint, timestamptz);
create function lazaret.notify_of(tenant int, account bigint, kind text, mailbox text,
                                  request bigint, now timestamptz) returns boolean
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
                 and o.state in ('sent', 'empty')
                 and o.made > now - interval '1 day' and o.changed > now - interval '1 day'))
        on conflict (tenant_id, kind, account_id, coalesce(request_id, 0))
            where state in ('waiting', 'sending', 'failed')
            do update set made = excluded.made, tried = null
        returning true
$$;
revoke all on function lazaret.notify_of(int, bigint, text, text, bigint, timestamptz) from public;
grant execute on function lazaret.notify_of(int, bigint, text, text, bigint, timestamptz)
    to lazaret_portal, lazaret_admin;

-- The owner of a full session names another by its number. Whether it is somebody else's; then the
-- audit says so.
create index session_number on lazaret.session (session_id);
create function lazaret.note_trespass_on_session(a_hash bytea, which bigint, a_client text,
                                                 now timestamptz)
returns boolean language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    mine record;
    whose text;
begin
    select * into mine from lazaret.full_session_of(a_hash, now);
    if not found then return false; end if;
    select 'account:' || s.account_id into whose from lazaret.session s
        where s.session_id = which and (s.tenant_id, s.account_id) <> (mine.tenant, mine.account);
    if not found then return false; end if;
    insert into lazaret.audit (tenant_id, who, from_where, what, subject, detail)
        values (mine.tenant, mine.address, a_client, 'trespass', 'session:' || which,
                format('account:%s named one of %s', mine.account, whose));
    return true;
end $$;
revoke all on function
    lazaret.note_trespass_on_session(bytea, bigint, text, timestamptz) from public;
grant execute on function
    lazaret.note_trespass_on_session(bytea, bigint, text, timestamptz) to lazaret_portal;

-- As in 0004_partitions.sql, and the counters of one mailbox are kept for a year: by day for a
-- hundred days, then summed into the first day of their month.
create or replace function lazaret.tidy(today date) returns bigint
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
