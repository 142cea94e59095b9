-- Which account counts for an address: that of the tenant which has its domain, and no other. What
-- people chose goes along when their domain moves to another tenant. Else the first held message
-- made an empty account beside the old one, and which of the two counted was left to chance.

-- As in 0002_changes.sql, without accounts of a tenant whose domain another one has now.
create or replace function lazaret.changes_after(after bigint, most int)
returns table (kind text, change bigint, tenant_id int, gone boolean, owner text, name text,
               number bigint, list_kind text, list_id text, proof text, expires bigint,
               enabled boolean, chosen text)
language sql stable as $$
    select * from (
        (select 'domain', d.change, d.tenant_id, d.gone, '', d.name, 0::bigint, '', '', '',
                null::bigint, true, ''
         from lazaret.domain d where d.change > after order by d.change limit most)
        union all
        (select 'setting', s.change, s.tenant_id, s.gone, s.owner, '', 0, '', '', '', null, true,
                s.chosen::text
         from lazaret.setting s where s.change > after order by s.change limit most)
        union all
        (select 'account', a.change, a.tenant_id, false, '', a.address, a.account_id, '', '', '',
                null, true, ''
         from lazaret.address a
         where a.change > after and not exists (
             select from lazaret.domain d where d.name = split_part(a.address, '@', -1)
             and d.tenant_id <> a.tenant_id and not d.gone)
         order by a.change limit most)
        union all
        (select 'entry', e.change, e.tenant_id, e.gone, e.owner, e.sender, e.entry_id, e.kind,
                e.list_id, e.proof, lazaret.micros(e.expires), e.enabled, ''
         from lazaret.list_entry e where e.change > after order by e.change limit most)
    ) as news (kind, change) order by change limit most
$$;

-- Milters hear anew of the accounts that a tenant has of a domain: when it comes to that tenant
-- they may have passed over these, or have heard of another's last.
create function lazaret.renew_accounts(a_domain text, a_tenant int) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
    update lazaret.address a set change = lazaret.next_change()
        where a.tenant_id = a_tenant and split_part(a.address, '@', -1) = a_domain
          and a.change is not null
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

-- The accounts of a domain that moves to another tenant: those addresses which are one account's
-- are one account's there, too, and no others with them, and it has what they chose, and nothing
-- else. What a person is known by (password, second step, delegates) and what is held for him stays
-- where it was.
--
-- An account that has addresses of other domains, too, keeps what it has, and the new one has the
-- same. When it comes back it is with those again if neither chose anything meanwhile; else each
-- keeps what it chose.
--
-- With `only_lost` only addresses of which nothing is known in the new tenant, from where their
-- account was chosen last.
create function lazaret.move_accounts(a_domain text, from_tenant int, to_tenant int,
                                      only_lost boolean) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    old record;
    other record;
    alone boolean;
    new_account bigint;
    new_owner text;
begin
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
                     count(*) = (select count(*) from lazaret.address w
                                 where w.tenant_id = from_tenant
                                   and w.account_id = a.account_id) as whole
              from lazaret.address a
              where a.tenant_id = from_tenant and split_part(a.address, '@', -1) = a_domain
                and a.change is not null
                and not (only_lost and exists (
                    select from lazaret.address g where g.address = a.address
                        and (g.change > a.change
                             or g.tenant_id = to_tenant and g.change is not null)))
              group by a.account_id) o
    loop
        new_account := old.there;
        if new_account is null then
            insert into lazaret.account (tenant_id) values (to_tenant)
                returning account_id into new_account;
        end if;
        new_owner := 'account:' || new_account;
        for other in
            select n.address, n.account_id as account from lazaret.address n
            where n.tenant_id = to_tenant and n.address = any (old.moved)
              and n.account_id <> new_account
        loop
            alone := not exists (select from lazaret.address x where x.tenant_id = to_tenant
                                 and x.account_id = other.account and x.address <> other.address);
            perform lazaret.move_address(to_tenant, other.address, other.account, new_account,
                                         alone, now());
            delete from lazaret.session s where s.tenant_id = to_tenant
                and s.account_id = other.account and s.address = other.address;
            delete from lazaret.password_link l where l.tenant_id = to_tenant
                and l.address = other.address;
            if alone then
                update lazaret.list_entry e set gone = true
                    where e.owner = 'account:' || other.account and not e.gone;
                perform lazaret.end_account(to_tenant, other.account, now());
            end if;
        end loop;
        insert into lazaret.address (tenant_id, address, account_id)
            select to_tenant, address, new_account from unnest(old.moved) address
            on conflict do nothing;
        update lazaret.address n
            set created = a.created, verified = n.verified or a.verified,
                change = lazaret.next_change()
            from lazaret.address a
            where n.tenant_id = to_tenant and n.address = any (old.moved)
              and a.tenant_id = from_tenant and a.address = n.address;
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

-- What people chose whose domain moved before it was taken along: it counted until they chose
-- something in their new tenant.
create function lazaret.move_lost_accounts() returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    one record;
begin
    lock table only lazaret.held_copy in share row exclusive mode;
    for one in
        select distinct d.name, a.tenant_id as before, d.tenant_id as tenant
        from lazaret.domain d
        join lazaret.address a on split_part(a.address, '@', -1) = d.name
            and a.tenant_id <> d.tenant_id and a.change is not null
        where not d.gone
    loop
        perform lazaret.move_accounts(one.name, one.before, one.tenant, true);
    end loop;
end $$;

revoke all on function lazaret.renew_accounts(text, int), lazaret.choices_of(bigint),
    lazaret.lock_for_move(text), lazaret.move_accounts(text, int, int, boolean),
    lazaret.move_lost_accounts() from public;
grant execute on function lazaret.renew_accounts(text, int), lazaret.lock_for_move(text),
    lazaret.move_accounts(text, int, int, boolean) to lazaret_admin;
select lazaret.move_lost_accounts();
