-- A domain that moves to another tenant takes along what its people chose: their new accounts have
-- it from that moment. Else the first held message made an empty one beside the old, and which of
-- the two counted was left to chance. What a person is known by (password, second step, delegates)
-- and what is held for him stays where it was.
--
-- An account that has addresses of other domains, too, keeps what it has, and the new one has the
-- same.
create function lazaret.move_accounts(a_domain text, from_tenant int, to_tenant int) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    old record;
    new_account bigint;
    new_owner text;
begin
    for old in
        select a.account_id as account, 'account:' || a.account_id as owner,
               array_agg(a.address order by a.created, a.address) as moved,
               not exists (select from lazaret.address o where o.tenant_id = from_tenant
                           and o.account_id = a.account_id
                           and split_part(o.address, '@', -1) <> a_domain) as whole
        from lazaret.address a
        where a.tenant_id = from_tenant and split_part(a.address, '@', -1) = a_domain
          and a.change is not null
        group by a.account_id
    loop
        new_account := lazaret.account_of(to_tenant, old.moved[1]);
        new_owner := 'account:' || new_account;
        insert into lazaret.address (tenant_id, address, account_id, verified, created)
            select to_tenant, a.address, new_account, a.verified, a.created
            from lazaret.address a
            where a.tenant_id = from_tenant and a.address = any (old.moved)
            on conflict do nothing;
        insert into lazaret.setting (tenant_id, owner, chosen)
            select to_tenant, new_owner, s.chosen from lazaret.setting s
            where s.owner = old.owner and not s.gone
            on conflict (tenant_id, owner) do update set chosen = excluded.chosen, gone = false;
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
        -- Milters heard of the old account last: they are to hear of this one now.
        update lazaret.address a set change = lazaret.next_change()
            where a.tenant_id = to_tenant and a.account_id = new_account;
    end loop;
end $$;
revoke all on function lazaret.move_accounts(text, int, int) from public;
grant execute on function lazaret.move_accounts(text, int, int) to lazaret_admin;
