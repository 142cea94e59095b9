-- Getting in: sessions, passwords, links by mail, and how often somebody tried. The portal talks to
-- strangers, so its role reads and writes none of these tables: it has functions that answer about
-- the one session, link or address whose secret or name it was shown.

-- Of what is a secret in somebody's browser or mailbox only a hash (BLAKE2b) stands here.
create table lazaret.session (
    tenant_id int not null,
    session_id bigint generated always as identity,
    token_hash bytea not null,
    account_id bigint not null,
    address text not null,            -- of the account: whom pages and the audit name
    kind text not null check (kind in ('link', 'full')),
    made timestamptz not null,
    seen timestamptz not null,        -- to a few minutes
    expires timestamptz not null,
    client text not null,
    agent text not null,              -- in short: 'Firefox, Windows'
    primary key (tenant_id, session_id)
);
create unique index session_token on lazaret.session (token_hash);
create index session_account on lazaret.session (tenant_id, account_id);
create index session_expires on lazaret.session (expires);

create table lazaret.password (
    tenant_id int not null,
    account_id bigint not null,
    hash text not null check (hash like '$argon2id$%'),
    changed timestamptz not null,
    primary key (tenant_id, account_id)
);

-- Who asked for a link, as he wrote himself. Whether there is such an account is asked later, by
-- another program: whoever asks cannot see it in how long his answer takes. Of tenant 0, since
-- nobody knows better yet.
create table lazaret.password_request (
    tenant_id int not null default 0,
    address text not null,
    asked timestamptz not null,
    primary key (tenant_id, address)
);

create table lazaret.password_link (
    tenant_id int not null,
    token_hash bytea not null,
    account_id bigint not null,
    address text not null,
    expires timestamptz not null,
    primary key (tenant_id, token_hash)
);
create index password_link_account on lazaret.password_link (tenant_id, account_id);

create table lazaret.attempt (
    tenant_id int not null default 0,
    key text not null,                -- 'sign-in a@example.com', 'link 192.0.2.0/24'
    failures int not null,
    last timestamptz not null,
    until timestamptz not null,       -- nothing is tried before
    primary key (tenant_id, key)
);

alter table lazaret.notification drop constraint notification_kind_check;
alter table lazaret.notification add constraint notification_kind_check
    check (kind in ('report-now', 'request-made', 'request-answered', 'reports-off', 'password'));

-- Counts one more try for each key, before it is made, so that many at once are counted, too. From
-- the try number free[n] of a day on, the next must wait: 15 seconds, then twice as long each time,
-- a quarter of an hour at most. When it is too early: until when, and nothing is counted.
create function lazaret.count_attempt(keys text[], free int[], now timestamptz)
returns timestamptz language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    latest timestamptz;
begin
    insert into lazaret.attempt (key, failures, last, until)
        select k, 0, now, now from unnest(keys) k order by k on conflict do nothing;
    -- In one order, so that no two wait for each other.
    perform from lazaret.attempt a where a.tenant_id = 0 and a.key = any (keys)
        order by a.key for update;
    select max(a.until) into latest from lazaret.attempt a
        where a.tenant_id = 0 and a.key = any (keys);
    if latest > now then return latest; end if;
    update lazaret.attempt a
        set failures = t.tries, last = now,
            until = case when t.tries < t.free then now
                         else now + least(interval '15 minutes',
                                  interval '15 seconds' * (2 ^ least(t.tries - t.free, 10))) end
        from (select k.key, k.free,
                     case when b.last < now - interval '1 day' then 1 else b.failures + 1 end tries
              from unnest(keys, free) k (key, free)
              join lazaret.attempt b on b.tenant_id = 0 and b.key = k.key) t
        where a.tenant_id = 0 and a.key = t.key;
    return null;
end $$;

-- It was no failure: what was counted for the person is forgotten, for his network this one try.
create function lazaret.forgive_attempt(person text, network text, now timestamptz)
returns void language sql security definer set search_path = pg_catalog, pg_temp as $$
    delete from lazaret.attempt where tenant_id = 0 and key = person;
    update lazaret.attempt a set failures = greatest(a.failures - 1, 0), until = now
        where a.tenant_id = 0 and a.key = network
$$;

-- One hash for one address; no row when there is none, also when its domain is no longer ours.
create function lazaret.password_of(an_address text)
returns table (tenant int, account bigint, hash text)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select p.tenant_id, p.account_id, p.hash
    from lazaret.address a
    join lazaret.domain d on d.tenant_id = a.tenant_id
        and d.name = split_part(a.address, '@', -1) and not d.gone
    join lazaret.password p on p.tenant_id = a.tenant_id and p.account_id = a.account_id
    where a.address = an_address
$$;

-- Begins a session of the account's address. With `verified`, the hash that the password was
-- compared with, it is a full one, unless that is no longer the account's. Of each kind an account
-- has fifty; what was seen longest ago makes room.
create function lazaret.begin_session(a_tenant int, an_account bigint, an_address text,
                                      verified text, a_hash bytea, a_client text, an_agent text,
                                      now timestamptz, ends timestamptz)
returns boolean language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    of_kind constant text := case when verified is null then 'link' else 'full' end;
begin
    perform from lazaret.address a where a.tenant_id = a_tenant and a.account_id = an_account
        and a.address = an_address;
    if not found then return false; end if;
    if verified is not null then
        -- Whoever changes the password waits for this, and ends this session, too.
        perform from lazaret.password p where p.tenant_id = a_tenant
            and p.account_id = an_account and p.hash = verified for share;
        if not found then return false; end if;
    end if;
    delete from lazaret.session s using (
        select o.session_id from lazaret.session o
        where o.tenant_id = a_tenant and o.account_id = an_account and o.kind = of_kind
        order by o.seen desc, o.session_id desc offset 49) old
        where s.tenant_id = a_tenant and s.session_id = old.session_id;
    insert into lazaret.session (tenant_id, token_hash, account_id, address, kind, made, seen,
                                 expires, client, agent)
        values (a_tenant, a_hash, an_account, an_address, of_kind, now, now, ends, a_client,
                an_agent);
    return true;
end $$;

-- The session of a token, and that it was seen.
create function lazaret.session_of(a_hash bytea, now timestamptz)
returns table (tenant int, session bigint, account bigint, address text, kind text,
               expires timestamptz)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    update lazaret.session s set seen = now
        where s.token_hash = a_hash and s.seen < now - interval '5 minutes' and s.expires > now;
    return query select s.tenant_id, s.session_id, s.account_id, s.address, s.kind, s.expires
        from lazaret.session s where s.token_hash = a_hash and s.expires > now;
end $$;

create function lazaret.end_session(a_hash bytea)
returns void language sql security definer set search_path = pg_catalog, pg_temp as $$
    delete from lazaret.session where token_hash = a_hash
$$;

-- All sessions of the account of this one, which must be a full one.
create function lazaret.sessions_beside(a_hash bytea, now timestamptz)
returns table (session bigint, is_this boolean, kind text, made timestamptz, seen timestamptz,
               client text, agent text)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select s.session_id, s.token_hash = a_hash, s.kind, s.made, s.seen, s.client, s.agent
    from lazaret.session mine
    join lazaret.session s on s.tenant_id = mine.tenant_id and s.account_id = mine.account_id
    where mine.token_hash = a_hash and mine.kind = 'full' and mine.expires > now
      and s.expires > now
    order by s.seen desc, s.session_id desc
$$;

-- Ends one of them, or with null all, this one too. How many.
create function lazaret.end_sessions_beside(a_hash bytea, which bigint, a_client text,
                                            now timestamptz)
returns bigint language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    mine record;
    ended bigint;
begin
    select s.tenant_id, s.account_id, s.address into mine from lazaret.session s
        where s.token_hash = a_hash and s.kind = 'full' and s.expires > now;
    if not found then return 0; end if;
    delete from lazaret.session s where s.tenant_id = mine.tenant_id
        and s.account_id = mine.account_id and (which is null or s.session_id = which);
    get diagnostics ended = row_count;
    if ended > 0 then
        insert into lazaret.audit (tenant_id, who, from_where, what, subject, detail)
            values (mine.tenant_id, mine.address, a_client, 'sessions ended',
                    'account:' || mine.account_id, ended::text);
    end if;
    return ended;
end $$;

-- Somebody wants a link for an address. Too often from his network: until when, and nothing is
-- noted. Too often for the address: it is not noted, and nobody hears of that.
create function lazaret.ask_password_link(an_address text, network text, now timestamptz)
returns timestamptz language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    blocked timestamptz;
begin
    blocked := lazaret.count_attempt(array['link ' || network], array[10], now);
    if blocked is not null then return blocked; end if;
    if an_address <> '' and
       lazaret.count_attempt(array['link ' || an_address], array[3], now) is null then
        insert into lazaret.password_request (address, asked) values (an_address, now)
            on conflict do nothing;
    end if;
    return null;
end $$;

-- Makes notifications of what was asked for, ten a day for each account; of addresses that have no
-- account nothing becomes.
create function lazaret.answer_password_requests(now timestamptz)
returns void language sql security definer set search_path = pg_catalog, pg_temp as $$
    with asked as (delete from lazaret.password_request r returning r.address, r.asked)
    insert into lazaret.notification as n (tenant_id, kind, account_id, mailbox, made, changed,
                                           message_id)
        select distinct on (a.tenant_id, a.account_id)
               a.tenant_id, 'password', a.account_id, a.address, asked.asked, now,
               gen_random_uuid() || '@' || split_part(a.address, '@', -1)
        from asked join lazaret.address a on a.address = asked.address
        join lazaret.domain d on d.tenant_id = a.tenant_id
            and d.name = split_part(a.address, '@', -1) and not d.gone
        where 10 > (select count(*) from lazaret.notification o
                    where o.tenant_id = a.tenant_id and o.account_id = a.account_id
                      and o.kind = 'password' and o.made > now - interval '1 day')
        order by a.tenant_id, a.account_id, asked.asked desc
        on conflict (tenant_id, kind, account_id, coalesce(request_id, 0))
            where state in ('waiting', 'sending', 'failed')
            do update set made = excluded.made, mailbox = excluded.mailbox, tried = null
$$;

-- The link of a notification that is being sent: good for half an hour from now. False when it was
-- asked for too long ago; nobody waits for it any more.
create function lazaret.make_password_link(a_tenant int, a_notification bigint, a_hash bytea,
                                           now timestamptz)
returns boolean language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    insert into lazaret.password_link (tenant_id, token_hash, account_id, address, expires)
        select n.tenant_id, a_hash, n.account_id, n.mailbox, now + interval '30 minutes'
        from lazaret.notification n
        where n.tenant_id = a_tenant and n.notification_id = a_notification
          and n.kind = 'password' and n.state = 'sending' and n.made > now - interval '6 hours';
    return found;
end $$;

create function lazaret.password_link_of(a_hash bytea, now timestamptz)
returns table (tenant int, account bigint, address text)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select l.tenant_id, l.account_id, l.address from lazaret.password_link l
    where l.token_hash = a_hash and l.expires > now
$$;

-- What every new password does: the old one, every session and every link of the account end.
create function lazaret.renew_password(a_tenant int, an_account bigint, an_address text,
                                       new_hash text, a_client text, now timestamptz)
returns void language sql security definer set search_path = pg_catalog, pg_temp as $$
    insert into lazaret.password (tenant_id, account_id, hash, changed)
        values (a_tenant, an_account, new_hash, now)
        on conflict (tenant_id, account_id)
            do update set hash = excluded.hash, changed = excluded.changed;
    delete from lazaret.session where tenant_id = a_tenant and account_id = an_account;
    delete from lazaret.password_link where tenant_id = a_tenant and account_id = an_account;
    delete from lazaret.attempt where tenant_id = 0 and key = 'sign-in ' || an_address;
    insert into lazaret.audit (tenant_id, who, from_where, what, subject, detail)
        values (a_tenant, an_address, a_client, 'password set', 'account:' || an_account, '')
$$;

-- Uses up a link. Of two at the same time one is the first.
create function lazaret.use_password_link(a_hash bytea, new_hash text, a_client text,
                                          now timestamptz)
returns table (tenant int, account bigint, address text)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    used record;
begin
    delete from lazaret.password_link l where l.token_hash = a_hash and l.expires > now
        returning l.tenant_id, l.account_id, l.address into used;
    if not found then return; end if;
    perform lazaret.renew_password(used.tenant_id, used.account_id, used.address, new_hash,
                                   a_client, now);
    return query select used.tenant_id, used.account_id, used.address;
end $$;

-- For whoever is signed in and knows the password: `verified` is the hash that it was compared with.
create function lazaret.change_password(a_session bytea, verified text, new_hash text,
                                        a_client text, now timestamptz)
returns boolean language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    mine record;
begin
    select s.tenant_id, s.account_id, s.address into mine
        from lazaret.session s
        join lazaret.password p on p.tenant_id = s.tenant_id and p.account_id = s.account_id
        where s.token_hash = a_session and s.kind = 'full' and s.expires > now
          and p.hash = verified for update of p;
    if not found then return false; end if;
    perform lazaret.renew_password(mine.tenant_id, mine.account_id, mine.address, new_hash,
                                   a_client, now);
    return true;
end $$;

-- The administrator's: ends all sessions of an address's account, and on wish its password. How
-- many sessions; null when there is no such account.
create function lazaret.lock_out(an_address text, and_password boolean)
returns bigint language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    found_one boolean := false;
    ended bigint := 0;
    one record;
    these bigint;
begin
    for one in select a.tenant_id, a.account_id from lazaret.address a where a.address = an_address
    loop
        found_one := true;
        if and_password then
            delete from lazaret.password p
                where p.tenant_id = one.tenant_id and p.account_id = one.account_id;
            delete from lazaret.password_link l
                where l.tenant_id = one.tenant_id and l.account_id = one.account_id;
        end if;
        delete from lazaret.session s
            where s.tenant_id = one.tenant_id and s.account_id = one.account_id;
        get diagnostics these = row_count;
        ended := ended + these;
    end loop;
    delete from lazaret.attempt where tenant_id = 0 and key = 'sign-in ' || an_address;
    return case when found_one then ended end;
end $$;

create function lazaret.tidy_sign_ins(now timestamptz)
returns bigint language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    removed bigint := 0;
    these bigint;
begin
    delete from lazaret.session where expires <= now;
    get diagnostics these = row_count;
    removed := removed + these;
    delete from lazaret.password_link where expires <= now;
    get diagnostics these = row_count;
    removed := removed + these;
    delete from lazaret.attempt where last < now - interval '1 day' and until <= now;
    get diagnostics these = row_count;
    removed := removed + these;
    delete from lazaret.password_request where asked < now - interval '1 day';
    get diagnostics these = row_count;
    return removed + these;
end $$;

do $$
declare
    one regprocedure;
begin
    for one in select oid from pg_proc where pronamespace = 'lazaret'::regnamespace
        and proname in ('count_attempt', 'forgive_attempt', 'password_of', 'begin_session',
            'session_of', 'end_session', 'sessions_beside', 'end_sessions_beside',
            'ask_password_link', 'answer_password_requests', 'make_password_link',
            'password_link_of', 'renew_password', 'use_password_link', 'change_password',
            'lock_out', 'tidy_sign_ins')
    loop
        execute format('revoke all on function %s from public', one);
    end loop;
end $$;
grant execute on function
    lazaret.count_attempt(text[], int[], timestamptz),
    lazaret.forgive_attempt(text, text, timestamptz),
    lazaret.password_of(text),
    lazaret.begin_session(int, bigint, text, text, bytea, text, text, timestamptz, timestamptz),
    lazaret.session_of(bytea, timestamptz), lazaret.end_session(bytea),
    lazaret.sessions_beside(bytea, timestamptz),
    lazaret.end_sessions_beside(bytea, bigint, text, timestamptz),
    lazaret.ask_password_link(text, text, timestamptz),
    lazaret.password_link_of(bytea, timestamptz),
    lazaret.use_password_link(bytea, text, text, timestamptz),
    lazaret.change_password(bytea, text, text, text, timestamptz)
    to lazaret_portal;
grant execute on function lazaret.answer_password_requests(timestamptz),
    lazaret.make_password_link(int, bigint, bytea, timestamptz) to lazaret_report;
grant execute on function lazaret.lock_out(text, boolean), lazaret.tidy_sign_ins(timestamptz)
    to lazaret_admin;
