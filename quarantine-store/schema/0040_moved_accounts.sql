-- Which account counts for an address: that of the tenant which has its domain, and no other. What
-- people chose goes along when their domain moves to another tenant. Else the first held message
-- made an empty account beside the old one, and which of the two counted was left to chance.

-- The account that counts for an address. No row: its domain is not protected, or its tenant has no
-- account of it. Milters keep the same rule (policy_for).
create function lazaret.account_for(an_address text) returns table (tenant_id int, account_id bigint)
language sql stable as $$
    select a.tenant_id, a.account_id from lazaret.domain d
    join lazaret.address a on a.tenant_id = d.tenant_id and a.address = an_address
    where d.name = split_part(an_address, '@', -1) and not d.gone
$$;

-- What an account chose, for comparing.
create function lazaret.choices_of(an_account bigint) returns jsonb
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select jsonb_build_array(
        (select s.chosen from lazaret.setting s
         where s.owner = 'account:' || an_account and not s.gone),
        (select jsonb_agg(jsonb_build_array(e.kind, e.sender, e.list_id, e.proof, e.expires,
                                            e.enabled) order by e.kind, e.sender, e.list_id)
         from lazaret.list_entry e where e.owner = 'account:' || an_account and not e.gone))
$$;

-- What a domain itself chose, entries and settings of its single addresses, and what its people
-- administer, go to its new tenant.
create function lazaret.move_domain_choices(a_domain text, from_tenant int, to_tenant int)
returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    owners text[];
    old record;
begin
    select array_agg(distinct o.owner) into owners from (
        select s.owner from lazaret.setting s where s.tenant_id = from_tenant
        union all
        select e.owner from lazaret.list_entry e where e.tenant_id = from_tenant) o
    where o.owner = 'domain:' || a_domain
       or (o.owner like 'address:%' and split_part(o.owner, '@', -1) = a_domain);
    -- One row an owner counts at a time.
    for old in
        update lazaret.setting s set gone = true
        where s.tenant_id = from_tenant and s.owner = any (owners) and not s.gone
        returning s.owner, s.chosen
    loop
        insert into lazaret.setting (tenant_id, owner, chosen)
            values (to_tenant, old.owner, old.chosen)
            on conflict (tenant_id, owner) do update set chosen = excluded.chosen, gone = false;
    end loop;
    insert into lazaret.list_entry (tenant_id, owner, kind, sender, list_id, proof, expires,
                                    enabled, comment, origin, created_by, created, hits, last_hit)
        select to_tenant, e.owner, e.kind, e.sender, e.list_id, e.proof, e.expires, e.enabled,
               e.comment, e.origin, e.created_by, e.created, e.hits, e.last_hit
        from lazaret.list_entry e
        where e.tenant_id = from_tenant and e.owner = any (owners) and not e.gone
        on conflict (tenant_id, owner, kind, sender, list_id) do update
            set proof = excluded.proof, expires = excluded.expires, enabled = excluded.enabled,
                comment = excluded.comment, origin = excluded.origin,
                created_by = excluded.created_by, created = excluded.created,
                hits = excluded.hits, last_hit = excluded.last_hit, gone = false;
    update lazaret.list_entry e set gone = true
        where e.tenant_id = from_tenant and e.owner = any (owners) and not e.gone;
    insert into lazaret.second_step_demand (tenant_id, owner, made, made_by)
        select to_tenant, q.owner, q.made, q.made_by from lazaret.second_step_demand q
        where q.tenant_id = from_tenant and q.owner = 'domain:' || a_domain
        on conflict do nothing;
    delete from lazaret.second_step_demand q
        where q.tenant_id = from_tenant and q.owner = 'domain:' || a_domain;
    insert into lazaret.administrator (tenant_id, address, over, made)
        select to_tenant, r.address, r.over, r.made from lazaret.administrator r
        where r.tenant_id = from_tenant and split_part(r.address, '@', -1) = a_domain
        on conflict do nothing;
    delete from lazaret.administrator r
        where r.tenant_id = from_tenant and split_part(r.address, '@', -1) = a_domain;
end $$;

-- What customers who had a domain before chose for it and its addresses, whom they let in as
-- delegates, and who of it administers, is not for the one who has it now. Their accounts stay as
-- they are: those count for the domains that they still have.
create function lazaret.forget_domain_choices(a_domain text, but_of_tenant int) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
    update lazaret.setting s set gone = true
        where s.tenant_id <> but_of_tenant and not s.gone
          and (s.owner = 'domain:' || a_domain
               or (s.owner like 'address:%' and split_part(s.owner, '@', -1) = a_domain));
    update lazaret.list_entry e set gone = true
        where e.tenant_id <> but_of_tenant and not e.gone
          and (e.owner = 'domain:' || a_domain
               or (e.owner like 'address:%' and split_part(e.owner, '@', -1) = a_domain));
    delete from lazaret.second_step_demand q
        where q.tenant_id <> but_of_tenant and q.owner = 'domain:' || a_domain;
    delete from lazaret.delegate d
        where d.tenant_id <> but_of_tenant and split_part(d.address, '@', -1) = a_domain;
    delete from lazaret.administrator r
        where r.tenant_id <> but_of_tenant and split_part(r.address, '@', -1) = a_domain;
$$;

-- Before the lock of changes: a domain that was a tenant's before may take held copies from one
-- account to another, and no mail is held meanwhile (as in lazaret.use_address_link).
create function lazaret.lock_for_move(a_domain text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
set lock_timeout = '3s' as $$
begin
    if exists (select from lazaret.address a where split_part(a.address, '@', -1) = a_domain
               and not lazaret.is_protected(a.tenant_id, a.address)) then
        lock table only lazaret.held_copy in share row exclusive mode;
    end if;
end $$;

-- An address goes over to another account of its tenant; whose it was ends when that was its last.
create function lazaret.take_over(a_tenant int, an_address text, from_account bigint,
                                  to_account bigint) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    alone constant boolean := not exists (
        select from lazaret.address x where x.tenant_id = a_tenant
            and x.account_id = from_account and x.address <> an_address);
begin
    perform lazaret.move_address(a_tenant, an_address, from_account, to_account, alone, now());
    delete from lazaret.session s where s.tenant_id = a_tenant
        and s.account_id = from_account and s.address = an_address;
    delete from lazaret.password_link l where l.tenant_id = a_tenant and l.address = an_address;
    if alone then
        update lazaret.list_entry e set gone = true
            where e.owner = 'account:' || from_account and not e.gone;
        perform lazaret.end_account(a_tenant, from_account, now());
    end if;
end $$;

-- The accounts of a domain that moves to another tenant: those addresses which are one account's
-- are one account's there, too, and no others with them, and it has what they chose, and nothing
-- else. What a person is known by (password, second step, delegates) and what is held for him stays
-- where it was.
--
-- An account that has addresses of other domains, too, keeps what it has, and the new one has the
-- same. When it comes back it is with those again if neither chose anything meanwhile; else each
-- keeps what it chose.
--
-- Each step goes by the key of an address: when this is planned the tenants may be empty yet, and
-- what is quick then, all addresses of a tenant once more for each account, is quadratic.
create function lazaret.move_accounts(a_domain text, from_tenant int, to_tenant int) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
declare
    old record;
    moving text;
    there bigint;
    before record;
    new_account bigint;
    new_owner text;
begin
    -- Hits are counted in the order of the entries, and so these are locked: no deadlock with
    -- lazaret.note.
    perform from lazaret.list_entry e
        where e.owner in (select 'account:' || a.account_id from lazaret.address a
                          where split_part(a.address, '@', -1) = a_domain)
        order by e.entry_id for update;
    -- Where everything was when this began: addresses that were of several accounts before, or are
    -- of one no more, must not meet in one that somebody has a password of.
    for old in
        select o.*, 'account:' || o.account as owner,
               (select n.account_id from lazaret.address n
                where n.tenant_id = to_tenant and n.address = o.moved[1] and not exists (
                    select from lazaret.address x where x.tenant_id = to_tenant
                        and x.account_id = n.account_id and x.address <> all (o.moved)
                        and (split_part(x.address, '@', -1) = a_domain
                             or lazaret.choices_of(x.account_id)
                                <> lazaret.choices_of(o.account)))) as there
        from (select a.account_id as account,
                     array_agg(a.address order by a.created, a.address) as moved,
                     not exists (select from lazaret.address w
                                 where w.tenant_id = from_tenant
                                   and w.account_id = a.account_id
                                   and split_part(w.address, '@', -1) <> a_domain
                                   and lazaret.is_protected(from_tenant, w.address)) as whole
              from lazaret.address a
              where a.tenant_id = from_tenant and split_part(a.address, '@', -1) = a_domain
                and a.change is not null
              group by a.account_id) o
    loop
        new_account := old.there;
        if new_account is null then
            insert into lazaret.account (tenant_id) values (to_tenant)
                returning account_id into new_account;
        end if;
        new_owner := 'account:' || new_account;
        foreach moving in array old.moved loop
            select n.account_id into there from lazaret.address n
                where n.tenant_id = to_tenant and n.address = moving;
            -- As with a mailed link: who has a second step there joins by himself, with his code.
            if found and there <> new_account and not lazaret.wants_code(to_tenant, there) then
                perform lazaret.take_over(to_tenant, moving, there, new_account);
            end if;
            insert into lazaret.address (tenant_id, address, account_id)
                values (to_tenant, moving, new_account) on conflict do nothing;
            select a.created, a.verified into before from lazaret.address a
                where a.tenant_id = from_tenant and a.address = moving;
            update lazaret.address n
                set created = before.created, verified = n.verified or before.verified,
                    change = lazaret.next_change()
                where n.tenant_id = to_tenant and n.address = moving;
        end loop;
        update lazaret.setting s set gone = true
            where s.owner = new_owner and not s.gone and not exists (
                select from lazaret.setting o where o.owner = old.owner and not o.gone);
        insert into lazaret.setting (tenant_id, owner, chosen)
            select to_tenant, new_owner, s.chosen from lazaret.setting s
            where s.owner = old.owner and not s.gone
            on conflict (tenant_id, owner) do update set chosen = excluded.chosen, gone = false;
        update lazaret.list_entry e set gone = true
            where e.owner = new_owner and not e.gone and not exists (
                select from lazaret.list_entry o
                where o.owner = old.owner and not o.gone and o.kind = e.kind
                  and o.sender = e.sender and o.list_id = e.list_id);
        insert into lazaret.list_entry (tenant_id, owner, kind, sender, list_id, proof, expires,
                                        enabled, comment, origin, created_by, created, hits,
                                        last_hit)
            select to_tenant, new_owner, e.kind, e.sender, e.list_id, e.proof, e.expires,
                   e.enabled, e.comment, e.origin, e.created_by, e.created, e.hits, e.last_hit
            from lazaret.list_entry e
            where e.tenant_id = from_tenant and e.owner = old.owner and not e.gone
            on conflict (tenant_id, owner, kind, sender, list_id) do update
                set proof = excluded.proof, expires = excluded.expires,
                    enabled = excluded.enabled, comment = excluded.comment,
                    origin = excluded.origin, created_by = excluded.created_by,
                    created = excluded.created, hits = excluded.hits,
                    last_hit = excluded.last_hit, gone = false;
        if old.whole then
            update lazaret.setting s set gone = true where s.owner = old.owner and not s.gone;
            update lazaret.list_entry e set gone = true
                where e.tenant_id = from_tenant and e.owner = old.owner and not e.gone;
        end if;
    end loop;
end $$;

-- As in 0025_tenant_pages.sql, but who sees it is the owner of the account that counts.
create or replace function lazaret.note_search(a_session bytea, of_tenant int, looked_for text,
                                               a_mailbox text, a_client text, now timestamptz)
returns void language sql security definer set search_path = pg_catalog, pg_temp as $$
    insert into lazaret.audit (at, tenant_id, who, from_where, what, subject, detail)
        select now, coalesce(w.tenant_id, of_tenant), mine.address, a_client, 'search', n.subject,
               looked_for
        from lazaret.full_session_of(a_session, now) mine
        left join lazaret.account_for(a_mailbox) w on of_tenant in (0, w.tenant_id)
        cross join lateral (
            select coalesce('account:' || w.account_id, 'tenant:' || of_tenant) as subject) n
        where lazaret.right_in_tenant(a_session, of_tenant, now) is not null
          and not exists (select from lazaret.audit b
                          where b.subject = n.subject and b.what = 'search'
                            and b.who = mine.address and b.detail = looked_for
                            and b.at > now - interval '1 hour')
$$;

revoke all on function lazaret.choices_of(bigint), lazaret.lock_for_move(text),
    lazaret.take_over(int, text, bigint, bigint),
    lazaret.move_domain_choices(text, int, int), lazaret.forget_domain_choices(text, int),
    lazaret.move_accounts(text, int, int) from public;
grant execute on function lazaret.lock_for_move(text),
    lazaret.move_domain_choices(text, int, int), lazaret.forget_domain_choices(text, int),
    lazaret.move_accounts(text, int, int) to lazaret_admin;
