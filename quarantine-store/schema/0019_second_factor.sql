-- A second factor: codes of an app on the telephone (TOTP), and codes to get in without it. And
-- sessions of people whose password another server knows. As in 0014_sign_in.sql the portal's role
-- reads none of these tables; it has functions that answer about the one session or sign-in whose
-- secret it was shown.

create table lazaret.second_factor (
    tenant_id int not null,
    account_id bigint not null,
    secret text not null,             -- sealed with a key that is not in the database
    last_step bigint not null,        -- a code counts once: later ones only
    made timestamptz not null,
    primary key (tenant_id, account_id)
);

-- Each is good once; a hash (BLAKE2b) of 80 random bits.
create table lazaret.recovery_code (
    tenant_id int not null,
    account_id bigint not null,
    hash bytea not null,
    primary key (tenant_id, account_id, hash)
);

-- Whose password was right, and whose code is still to come. No session: it opens nothing.
create table lazaret.code_wanted (
    tenant_id int not null,
    token_hash bytea not null,
    account_id bigint not null,
    address text not null,
    verified text,                    -- the hash that counted; null: another server's word
    expires timestamptz not null,
    primary key (tenant_id, token_hash)
);
create index code_wanted_account on lazaret.code_wanted (tenant_id, account_id);

-- Whether an account wants a code besides the password.
create function lazaret.wants_code(a_tenant int, an_account bigint) returns boolean
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select exists (select from lazaret.second_factor f
                   where f.tenant_id = a_tenant and f.account_id = an_account)
$$;

-- The hash counts; with null the address must be one of a domain that is ours. Whoever changes the
-- password waits for this.
create function lazaret.is_verified(a_tenant int, an_account bigint, an_address text,
                                    verified text)
returns boolean language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    perform from lazaret.address a
        join lazaret.domain d on d.tenant_id = a.tenant_id
            and d.name = split_part(a.address, '@', -1) and not d.gone
        where a.tenant_id = a_tenant and a.account_id = an_account and a.address = an_address;
    if not found then return false; end if;
    if verified is null then return true; end if;
    perform from lazaret.password p where p.tenant_id = a_tenant
        and p.account_id = an_account and p.hash = verified for share;
    return found;
end $$;

-- What every beginning does: of each kind an account has fifty; what was seen longest ago makes
-- room.
create function lazaret.add_session(a_tenant int, an_account bigint, an_address text,
                                    of_kind text, a_hash bytea, a_client text, an_agent text,
                                    now timestamptz, ends timestamptz)
returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    delete from lazaret.session s using (
        select o.session_id from lazaret.session o
        where o.tenant_id = a_tenant and o.account_id = an_account and o.kind = of_kind
        order by o.seen desc, o.session_id desc offset 49) old
        where s.tenant_id = a_tenant and s.session_id = old.session_id;
    insert into lazaret.session (tenant_id, token_hash, account_id, address, kind, made, seen,
                                 expires, client, agent)
        values (a_tenant, a_hash, an_account, an_address, of_kind, now, now, ends, a_client,
                an_agent);
end $$;

-- As in 0014_sign_in.sql; a full one only where no code is wanted as well.
create or replace function lazaret.begin_session(a_tenant int, an_account bigint, an_address text,
                                                 verified text, a_hash bytea, a_client text,
                                                 an_agent text, now timestamptz, ends timestamptz)
returns boolean language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    perform from lazaret.address a where a.tenant_id = a_tenant and a.account_id = an_account
        and a.address = an_address;
    if not found then return false; end if;
    -- Who sets a factor up, or locks somebody out, ends the sessions that began before.
    perform from lazaret.account c
        where c.tenant_id = a_tenant and c.account_id = an_account for share;
    if verified is not null and (
        not lazaret.is_verified(a_tenant, an_account, an_address, verified)
        or lazaret.wants_code(a_tenant, an_account)) then
        return false;
    end if;
    perform lazaret.add_session(a_tenant, an_account, an_address,
                                case when verified is null then 'link' else 'full' end,
                                a_hash, a_client, an_agent, now, ends);
    return true;
end $$;

-- A full one on the word of another server, which knows the password of this address.
create function lazaret.begin_connected_session(a_tenant int, an_account bigint, an_address text,
                                                a_hash bytea, a_client text, an_agent text,
                                                now timestamptz, ends timestamptz)
returns boolean language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    perform from lazaret.account c
        where c.tenant_id = a_tenant and c.account_id = an_account for share;
    if not lazaret.is_verified(a_tenant, an_account, an_address, null)
       or lazaret.wants_code(a_tenant, an_account) then
        return false;
    end if;
    perform lazaret.add_session(a_tenant, an_account, an_address, 'full', a_hash, a_client,
                                an_agent, now, ends);
    return true;
end $$;

-- The account of an address whose password another server found right; made when it has none. No
-- row where its domain is not ours.
create function lazaret.connected_account(an_address text)
returns table (tenant int, account bigint)
language sql security definer set search_path = pg_catalog, pg_temp as $$
    select d.tenant_id, lazaret.account_of(d.tenant_id, an_address) from lazaret.domain d
    where d.name = split_part(an_address, '@', -1) and not d.gone
$$;

-- It was no try: nobody could be asked. What count_attempt() counted is taken back.
create function lazaret.uncount_attempt(keys text[], now timestamptz)
returns void language sql security definer set search_path = pg_catalog, pg_temp as $$
    with mine as (select a.key from lazaret.attempt a where a.tenant_id = 0 and a.key = any (keys)
                  order by a.key for update)
    update lazaret.attempt a set failures = greatest(a.failures - 1, 0), until = now
        from mine where a.tenant_id = 0 and a.key = mine.key
$$;

-- A first step of two; false where the account has no factor, or `verified` does not count.
create function lazaret.want_code(a_tenant int, an_account bigint, an_address text, verified text,
                                  a_hash bytea, now timestamptz)
returns boolean language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    if not lazaret.wants_code(a_tenant, an_account)
       or not lazaret.is_verified(a_tenant, an_account, an_address, verified) then
        return false;
    end if;
    delete from lazaret.code_wanted w using (
        select o.token_hash from lazaret.code_wanted o
        where o.tenant_id = a_tenant and o.account_id = an_account
        order by o.expires desc, o.token_hash offset 9) old
        where w.tenant_id = a_tenant and w.token_hash = old.token_hash;
    insert into lazaret.code_wanted (tenant_id, token_hash, account_id, address, verified, expires)
        values (a_tenant, a_hash, an_account, an_address, verified, now + interval '10 minutes');
    return true;
end $$;

-- What a code is compared with, for whoever gave his password.
create function lazaret.factor_wanted(a_hash bytea, now timestamptz)
returns table (tenant int, account bigint, address text, secret text)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select f.tenant_id, f.account_id, w.address, f.secret
    from lazaret.code_wanted w
    join lazaret.second_factor f on f.tenant_id = w.tenant_id and f.account_id = w.account_id
    where w.token_hash = a_hash and w.expires > now
$$;

-- Uses a code up, of either kind: that of a step when it is newer than the last one. Of two at the
-- same time one is the first. With `new_secret` the secret stands there anew sealed.
create function lazaret.use_code(a_tenant int, an_account bigint, step bigint, code_hash bytea,
                                 new_secret text)
returns boolean language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    if step is not null then
        update lazaret.second_factor f
            set last_step = step, secret = coalesce(new_secret, f.secret)
            where f.tenant_id = a_tenant and f.account_id = an_account and f.last_step < step;
        return found;
    end if;
    delete from lazaret.recovery_code c
        where c.tenant_id = a_tenant and c.account_id = an_account and c.hash = code_hash;
    return found;
end $$;

-- The second step: the session begins, and both steps are used up.
create function lazaret.begin_with_code(wanted bytea, step bigint, code_hash bytea,
                                        new_secret text, a_hash bytea, a_client text,
                                        an_agent text, now timestamptz, ends timestamptz)
returns boolean language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    mine record;
begin
    -- As in lazaret.begin_session.
    perform from lazaret.account c join lazaret.code_wanted w
        on w.tenant_id = c.tenant_id and w.account_id = c.account_id
        where w.token_hash = wanted for share of c;
    select w.tenant_id, w.account_id, w.address, w.verified into mine
        from lazaret.code_wanted w where w.token_hash = wanted and w.expires > now for update;
    if not found then return false; end if;
    if not lazaret.is_verified(mine.tenant_id, mine.account_id, mine.address, mine.verified)
       or not lazaret.use_code(mine.tenant_id, mine.account_id, step, code_hash, new_secret) then
        return false;
    end if;
    delete from lazaret.code_wanted w where w.token_hash = wanted;
    perform lazaret.add_session(mine.tenant_id, mine.account_id, mine.address, 'full', a_hash,
                                a_client, an_agent, now, ends);
    if step is null then
        insert into lazaret.audit (tenant_id, who, from_where, what, subject, detail)
            values (mine.tenant_id, mine.address, a_client, 'recovery code used',
                    'account:' || mine.account_id, '');
    end if;
    return true;
end $$;

-- The factor of a full session's account; no row without one.
create function lazaret.factor_of_session(a_session bytea, now timestamptz)
returns table (secret text, made timestamptz, codes_left bigint)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select f.secret, f.made, (select count(*) from lazaret.recovery_code c
                              where c.tenant_id = f.tenant_id and c.account_id = f.account_id)
    from lazaret.session s
    join lazaret.second_factor f on f.tenant_id = s.tenant_id and f.account_id = s.account_id
    where s.token_hash = a_session and s.kind = 'full' and s.expires > now
$$;

-- Sets a factor up where there is none, and ends the account's other sessions: they had none.
create function lazaret.set_factor(a_session bytea, verified text, a_secret text, step bigint,
                                   code_hashes text[], a_client text, now timestamptz)
returns boolean language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    mine record;
begin
    select s.tenant_id, s.account_id, s.address into mine from lazaret.session s
        where s.token_hash = a_session and s.kind = 'full' and s.expires > now;
    if not found then return false; end if;
    perform from lazaret.account c where c.tenant_id = mine.tenant_id
        and c.account_id = mine.account_id for update;
    if not lazaret.is_verified(mine.tenant_id, mine.account_id, mine.address, verified) then
        return false;
    end if;
    insert into lazaret.second_factor (tenant_id, account_id, secret, last_step, made)
        values (mine.tenant_id, mine.account_id, a_secret, step, now) on conflict do nothing;
    if not found then return false; end if;
    delete from lazaret.recovery_code
        where tenant_id = mine.tenant_id and account_id = mine.account_id;
    insert into lazaret.recovery_code (tenant_id, account_id, hash)
        select mine.tenant_id, mine.account_id, decode(h, 'hex') from unnest(code_hashes) h;
    delete from lazaret.session s where s.tenant_id = mine.tenant_id
        and s.account_id = mine.account_id and s.token_hash <> a_session;
    insert into lazaret.audit (tenant_id, who, from_where, what, subject, detail)
        values (mine.tenant_id, mine.address, a_client, 'second factor set up',
                'account:' || mine.account_id, '');
    return true;
end $$;

create function lazaret.forget_factor(a_tenant int, an_account bigint)
returns boolean language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    had_one boolean;
begin
    delete from lazaret.second_factor f
        where f.tenant_id = a_tenant and f.account_id = an_account;
    had_one := found;
    delete from lazaret.recovery_code c
        where c.tenant_id = a_tenant and c.account_id = an_account;
    delete from lazaret.code_wanted w
        where w.tenant_id = a_tenant and w.account_id = an_account;
    return had_one;
end $$;

-- For whoever is signed in, knows the password, and has a code.
create function lazaret.remove_factor(a_session bytea, verified text, step bigint, code_hash bytea,
                                      a_client text, now timestamptz)
returns boolean language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    mine record;
begin
    select s.tenant_id, s.account_id, s.address into mine from lazaret.session s
        where s.token_hash = a_session and s.kind = 'full' and s.expires > now;
    if not found or
       not lazaret.is_verified(mine.tenant_id, mine.account_id, mine.address, verified) or
       not lazaret.use_code(mine.tenant_id, mine.account_id, step, code_hash, null) then
        return false;
    end if;
    perform lazaret.forget_factor(mine.tenant_id, mine.account_id);
    insert into lazaret.audit (tenant_id, who, from_where, what, subject, detail)
        values (mine.tenant_id, mine.address, a_client, 'second factor removed',
                'account:' || mine.account_id, '');
    return true;
end $$;

-- As in 0014_sign_in.sql; with the password goes the factor.
create or replace function lazaret.lock_out(an_address text, and_password boolean)
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
        -- Who begins a session just now is waited for.
        perform from lazaret.account c
            where c.tenant_id = one.tenant_id and c.account_id = one.account_id for update;
        if and_password then
            delete from lazaret.password p
                where p.tenant_id = one.tenant_id and p.account_id = one.account_id;
            delete from lazaret.password_link l
                where l.tenant_id = one.tenant_id and l.account_id = one.account_id;
            perform lazaret.forget_factor(one.tenant_id, one.account_id);
        end if;
        delete from lazaret.code_wanted w
            where w.tenant_id = one.tenant_id and w.account_id = one.account_id;
        delete from lazaret.session s
            where s.tenant_id = one.tenant_id and s.account_id = one.account_id;
        get diagnostics these = row_count;
        ended := ended + these;
        delete from lazaret.attempt where tenant_id = 0
            and key = 'code ' || one.tenant_id || '/' || one.account_id;
    end loop;
    delete from lazaret.attempt where tenant_id = 0 and key = 'sign-in ' || an_address;
    return case when found_one then ended end;
end $$;

create or replace function lazaret.tidy_sign_ins(now timestamptz)
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
    delete from lazaret.code_wanted where expires <= now;
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
        and proname in ('wants_code', 'is_verified', 'add_session', 'begin_connected_session',
            'connected_account', 'uncount_attempt', 'want_code', 'factor_wanted', 'use_code',
            'begin_with_code', 'factor_of_session', 'set_factor', 'forget_factor',
            'remove_factor')
    loop
        execute format('revoke all on function %s from public', one);
    end loop;
end $$;
grant execute on function
    lazaret.begin_connected_session(int, bigint, text, bytea, text, text, timestamptz,
                                    timestamptz),
    lazaret.connected_account(text), lazaret.uncount_attempt(text[], timestamptz),
    lazaret.want_code(int, bigint, text, text, bytea, timestamptz),
    lazaret.factor_wanted(bytea, timestamptz),
    lazaret.begin_with_code(bytea, bigint, bytea, text, bytea, text, text, timestamptz,
                            timestamptz),
    lazaret.factor_of_session(bytea, timestamptz),
    lazaret.set_factor(bytea, text, text, bigint, text[], text, timestamptz),
    lazaret.remove_factor(bytea, text, bigint, bytea, text, timestamptz)
    to lazaret_portal;
