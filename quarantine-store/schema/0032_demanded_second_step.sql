-- A site, a tenant or a domain demands a second step of whoever has his password here: by that alone
-- no full session begins. Whose password another server knows is that server's business.

create table lazaret.second_step_demand (
    tenant_id int not null,
    owner text not null,              -- site, tenant:3, domain:example.org
    made timestamptz not null default now(),
    made_by text not null default '',
    primary key (tenant_id, owner)
);

-- Whether it is demanded of an account, for any of its addresses: he may come in by each.
create function lazaret.demands_step(a_tenant int, an_account bigint) returns boolean
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select exists (
        select from lazaret.second_step_demand q
        where q.owner in ('site', 'tenant:' || a_tenant) or q.owner in (
            select 'domain:' || split_part(a.address, '@', -1) from lazaret.address a
            where a.tenant_id = a_tenant and a.account_id = an_account))
$$;

-- As in 0019_second_factor.sql; by a password alone also only where no second step is demanded.
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
        or lazaret.wants_code(a_tenant, an_account)
        or lazaret.demands_step(a_tenant, an_account)) then
        return false;
    end if;
    perform lazaret.add_session(a_tenant, an_account, an_address,
                                case when verified is null then 'link' else 'full' end,
                                a_hash, a_client, an_agent, now, ends);
    return true;
end $$;

-- Whose first step was right waits for his second; of those who wait for an account the nine newest
-- stay.
create function lazaret.wait_for_step(a_tenant int, an_account bigint, an_address text,
                                      verified text, a_hash bytea, now timestamptz) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    delete from lazaret.code_wanted w using (
        select o.token_hash from lazaret.code_wanted o
        where o.tenant_id = a_tenant and o.account_id = an_account
        order by o.expires desc, o.token_hash offset 9) old
        where w.tenant_id = a_tenant and w.token_hash = old.token_hash;
    insert into lazaret.code_wanted (tenant_id, token_hash, account_id, address, verified, expires)
        values (a_tenant, a_hash, an_account, an_address, verified, now + interval '10 minutes');
end $$;

-- As in 0019_second_factor.sql.
create or replace function lazaret.want_code(a_tenant int, an_account bigint, an_address text,
                                             verified text, a_hash bytea, now timestamptz)
returns boolean language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    if not lazaret.wants_code(a_tenant, an_account)
       or not lazaret.is_verified(a_tenant, an_account, an_address, verified) then
        return false;
    end if;
    perform lazaret.wait_for_step(a_tenant, an_account, an_address, verified, a_hash, now);
    return true;
end $$;

-- A password was right whose owner has to set a second step up before anything opens. It waits as
-- who has to give a code does (lazaret.want_code). False: it is not demanded, or he has one.
create function lazaret.want_step(a_tenant int, an_account bigint, an_address text, verified text,
                                  a_hash bytea, now timestamptz)
returns boolean language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    if verified is null or lazaret.wants_code(a_tenant, an_account)
       or not lazaret.demands_step(a_tenant, an_account)
       or not lazaret.is_verified(a_tenant, an_account, an_address, verified) then
        return false;
    end if;
    perform lazaret.wait_for_step(a_tenant, an_account, an_address, verified, a_hash, now);
    return true;
end $$;

-- Who it is that has to set one up. No row: he gave his password too long ago, or has one by now.
create function lazaret.step_wanted(a_hash bytea, now timestamptz)
returns table (tenant int, account bigint, address text)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select w.tenant_id, w.account_id, w.address from lazaret.code_wanted w
    where w.token_hash = a_hash and w.expires > now and w.verified is not null
      and not lazaret.wants_code(w.tenant_id, w.account_id)
$$;

-- With its recovery codes, in hex. False: there is one.
create function lazaret.add_factor(a_tenant int, an_account bigint, a_secret text, step bigint,
                                   code_hashes text[], now timestamptz) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    insert into lazaret.second_factor (tenant_id, account_id, secret, last_step, made)
        values (a_tenant, an_account, a_secret, step, now) on conflict do nothing;
    if not found then return false; end if;
    delete from lazaret.recovery_code
        where tenant_id = a_tenant and account_id = an_account;
    insert into lazaret.recovery_code (tenant_id, account_id, hash)
        select a_tenant, an_account, decode(h, 'hex') from unnest(code_hashes) h;
    return true;
end $$;

-- As in 0019_second_factor.sql.
create or replace function lazaret.set_factor(a_session bytea, verified text, a_secret text,
                                              step bigint, code_hashes text[], a_client text,
                                              now timestamptz)
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
    if not lazaret.add_factor(mine.tenant_id, mine.account_id, a_secret, step, code_hashes,
                              now) then
        return false;
    end if;
    delete from lazaret.session s where s.tenant_id = mine.tenant_id
        and s.account_id = mine.account_id and s.token_hash <> a_session;
    insert into lazaret.audit (tenant_id, who, from_where, what, subject, detail)
        values (mine.tenant_id, mine.address, a_client, 'second factor set up',
                'account:' || mine.account_id, '');
    return true;
end $$;

-- Sets it up and begins the session, for whoever gave the password of an account that has none. Its
-- other sessions end, as by lazaret.set_factor.
create function lazaret.begin_with_new_factor(wanted bytea, a_secret text, step bigint,
                                              code_hashes text[], a_hash bytea, a_client text,
                                              an_agent text, now timestamptz, ends timestamptz)
returns boolean language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    mine record;
begin
    perform from lazaret.account c join lazaret.code_wanted w
        on w.tenant_id = c.tenant_id and w.account_id = c.account_id
        where w.token_hash = wanted for update of c;
    select w.tenant_id, w.account_id, w.address, w.verified into mine
        from lazaret.code_wanted w where w.token_hash = wanted and w.expires > now for update;
    if not found or mine.verified is null
       or not lazaret.is_verified(mine.tenant_id, mine.account_id, mine.address, mine.verified) then
        return false;
    end if;
    if not lazaret.add_factor(mine.tenant_id, mine.account_id, a_secret, step, code_hashes,
                              now) then
        return false;
    end if;
    delete from lazaret.code_wanted w
        where w.tenant_id = mine.tenant_id and w.account_id = mine.account_id;
    delete from lazaret.session s
        where s.tenant_id = mine.tenant_id and s.account_id = mine.account_id;
    perform lazaret.add_session(mine.tenant_id, mine.account_id, mine.address, 'full', a_hash,
                                a_client, an_agent, now, ends);
    insert into lazaret.audit (tenant_id, who, from_where, what, subject, detail)
        values (mine.tenant_id, mine.address, a_client, 'second factor set up',
                'account:' || mine.account_id, 'demanded');
    return true;
end $$;

-- As in 0019_second_factor.sql, and whether it is demanded.
drop function lazaret.factor_of_session(bytea, timestamptz);
create function lazaret.factor_of_session(a_session bytea, now timestamptz)
returns table (secret text, made timestamptz, codes_left bigint, is_demanded boolean)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select f.secret, f.made, (select count(*) from lazaret.recovery_code c
                              where c.tenant_id = f.tenant_id and c.account_id = f.account_id),
           lazaret.demands_step(s.tenant_id, s.account_id)
    from lazaret.session s
    join lazaret.second_factor f on f.tenant_id = s.tenant_id and f.account_id = s.account_id
    where s.token_hash = a_session and s.kind = 'full' and s.expires > now
$$;

-- As in 0019_second_factor.sql; not where it is demanded.
create or replace function lazaret.remove_factor(a_session bytea, verified text, step bigint,
                                                 code_hash bytea, a_client text, now timestamptz)
returns boolean language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    mine record;
begin
    select s.tenant_id, s.account_id, s.address into mine from lazaret.session s
        where s.token_hash = a_session and s.kind = 'full' and s.expires > now;
    if not found or
       (verified is not null and lazaret.demands_step(mine.tenant_id, mine.account_id)) or
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

-- An administrator demands it. The full sessions of whoever has a password here and no second step
-- end: how many.
create function lazaret.demand_step(a_tenant int, an_owner text, a_who text, a_from text)
returns bigint language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    ended bigint;
begin
    insert into lazaret.second_step_demand (tenant_id, owner, made_by)
        values (a_tenant, an_owner, a_who) on conflict do nothing;
    if found then
        insert into lazaret.audit (tenant_id, who, from_where, what, subject, detail)
            values (a_tenant, a_who, a_from, 'second step demanded', an_owner, '');
    end if;
    -- Who begins one just now is waited for: what begins later sees the demand.
    perform from lazaret.account c where lazaret.demands_step(c.tenant_id, c.account_id)
        and exists (select from lazaret.password p where p.tenant_id = c.tenant_id
                    and p.account_id = c.account_id)
        order by c.tenant_id, c.account_id for update;
    delete from lazaret.session s
        where s.kind = 'full' and not lazaret.wants_code(s.tenant_id, s.account_id)
          and exists (select from lazaret.password p where p.tenant_id = s.tenant_id
                      and p.account_id = s.account_id)
          and lazaret.demands_step(s.tenant_id, s.account_id);
    get diagnostics ended = row_count;
    return ended;
end $$;

-- False: it was not demanded.
create function lazaret.free_step(an_owner text, a_who text, a_from text)
returns boolean language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    of_tenant int;
begin
    delete from lazaret.second_step_demand q where q.owner = an_owner
        returning q.tenant_id into of_tenant;
    if not found then return false; end if;
    insert into lazaret.audit (tenant_id, who, from_where, what, subject, detail)
        values (of_tenant, a_who, a_from, 'second step not demanded', an_owner, '');
    return true;
end $$;

-- Who has a password here and no second step, by the oldest address; of whom it is demanded first.
create function lazaret.without_step()
returns table (address text, is_demanded boolean)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select n.address, lazaret.demands_step(p.tenant_id, p.account_id)
    from lazaret.password p
    cross join lateral (
        select lazaret.name_of_account(p.tenant_id, p.account_id) as address) n
    where n.address is not null and not lazaret.wants_code(p.tenant_id, p.account_id)
    order by 2 desc, 1
$$;

do $$
declare
    one regprocedure;
begin
    for one in select oid from pg_proc where pronamespace = 'lazaret'::regnamespace
        and proname in ('demands_step', 'wait_for_step', 'add_factor', 'want_step', 'step_wanted',
                        'begin_with_new_factor', 'factor_of_session', 'demand_step', 'free_step',
                        'without_step')
    loop
        execute format('revoke all on function %s from public', one);
    end loop;
end $$;
grant execute on function
    lazaret.want_step(int, bigint, text, text, bytea, timestamptz),
    lazaret.step_wanted(bytea, timestamptz),
    lazaret.begin_with_new_factor(bytea, text, bigint, text[], bytea, text, text, timestamptz,
                                  timestamptz),
    lazaret.factor_of_session(bytea, timestamptz) to lazaret_portal;
grant select on lazaret.second_step_demand to lazaret_admin;
grant execute on function
    lazaret.demand_step(int, text, text, text), lazaret.free_step(text, text, text),
    lazaret.without_step() to lazaret_admin;
