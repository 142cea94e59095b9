-- What an administrator sees and does in the pages over a whole tenant, or, as tenant 0, over all of
-- the site. Each function asks anew whether the session may.

-- As what the owner of a full session administers a tenant: 'domain', 'site', or null.
create function lazaret.right_in_tenant(a_session bytea, of_tenant int, now timestamptz)
returns text language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select lazaret.administrator_right(mine.tenant, mine.account, of_tenant)
    from lazaret.full_session_of(a_session, now) mine
$$;

-- The tenants that he administers, the site before all others.
create function lazaret.tenants_of(a_session bytea, most int, now timestamptz)
returns table (tenant int, name text)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select t.tenant_id, t.name from lazaret.tenant t,
        (select array_agg(b.tenant) as over from lazaret.administered_by(a_session, now) b) his
    where 0 = any (his.over) or t.tenant_id = any (his.over)
    order by t.tenant_id <> 0, t.name limit most
$$;

-- He named a tenant that is not his; the audit of his own says so.
create function lazaret.note_trespass_on_tenant(a_session bytea, of_tenant int, a_client text,
                                                now timestamptz)
returns void language sql security definer set search_path = pg_catalog, pg_temp as $$
    insert into lazaret.audit (tenant_id, who, from_where, what, subject, detail)
        select mine.tenant, mine.address, a_client, 'trespass', 'tenant:' || t.tenant_id,
               'account:' || mine.account || ' named it'
        from lazaret.full_session_of(a_session, now) mine
        join lazaret.tenant t on t.tenant_id = of_tenant
        where lazaret.right_in_tenant(a_session, of_tenant, now) is null
$$;

-- He looks through what is held: who, for what and when, once an hour for the same. Whose address he
-- asks after sees it.
create function lazaret.note_search(a_session bytea, of_tenant int, looked_for text,
                                    a_mailbox text, a_client text, now timestamptz)
returns void language sql security definer set search_path = pg_catalog, pg_temp as $$
    insert into lazaret.audit (at, tenant_id, who, from_where, what, subject, detail)
        select now, coalesce(w.tenant_id, of_tenant), mine.address, a_client, 'search', n.subject,
               looked_for
        from lazaret.full_session_of(a_session, now) mine
        left join lateral (
            select a.tenant_id, a.account_id from lazaret.address a
            where a.address = a_mailbox and of_tenant in (0, a.tenant_id)
            order by a.tenant_id limit 1) w on true
        cross join lateral (
            select coalesce('account:' || w.account_id, 'tenant:' || of_tenant) as subject) n
        where lazaret.right_in_tenant(a_session, of_tenant, now) is not null
          and not exists (select from lazaret.audit b
                          where b.subject = n.subject and b.what = 'search'
                            and b.who = mine.address and b.detail = looked_for
                            and b.at > now - interval '1 hour')
$$;

-- As in 0022_visits.sql, and who looked through the list of what is held for him; `what` says which.
drop function lazaret.visitors_of(bytea, timestamptz);
create function lazaret.visitors_of(a_session bytea, now timestamptz)
returns table (at timestamptz, who text, reason text, what text)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select b.at, b.who, case when b.what = 'visit' then b.detail else '' end, b.what
    from lazaret.full_session_of(a_session, now) mine
    join lazaret.audit b on b.subject = 'account:' || mine.account and b.tenant_id = mine.tenant
    where b.what in ('visit', 'trace', 'search') order by b.at desc limit 20
$$;

-- The newest of a tenant; those of a state and class that are few; and words of sender, subject and
-- recipient: by their trigrams, where the server has them. Without, a word that hardly anybody wrote
-- takes as long as all rows of the tenant.
create index held_copy_of_tenant on lazaret.held_copy (tenant_id, received, reference);
create index held_copy_of_class on lazaret.held_copy (state, class, tenant_id);
do $$
declare
    home text;
begin
    create extension if not exists pg_trgm schema lazaret;
    select n.nspname into home from pg_extension e join pg_namespace n on n.oid = e.extnamespace
        where e.extname = 'pg_trgm';
    -- What waits to be sorted in is kept small: a hold pays for it.
    execute format('create index held_copy_words on lazaret.held_copy using gin '
                   '(from_line %1$I.gin_trgm_ops, subject_line %1$I.gin_trgm_ops, '
                   'mailbox %1$I.gin_trgm_ops) with (gin_pending_list_limit = 256)', home);
exception when undefined_file or feature_not_supported or insufficient_privilege then
    raise notice 'no pg_trgm here: searching the quarantine of a tenant will be slow';
end $$;

do $$
declare
    one regprocedure;
begin
    for one in select oid from pg_proc where pronamespace = 'lazaret'::regnamespace
        and proname in ('right_in_tenant', 'tenants_of', 'note_trespass_on_tenant', 'note_search',
            'visitors_of')
    loop
        execute format('revoke all on function %s from public', one);
        execute format('grant execute on function %s to lazaret_portal', one);
    end loop;
end $$;
