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

-- Lists --------------------------------------------------------------------------------------------

-- The tenant that an owner of lists stands under, 0 for the site; null for an account, and for what
-- there is not.
create function lazaret.tenant_of_owner(an_owner text) returns int
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select case
        when an_owner = 'site' then 0
        when an_owner like 'tenant:%' then
            (select t.tenant_id from lazaret.tenant t
             where t.tenant_id <> 0 and 'tenant:' || t.tenant_id = an_owner)
        when an_owner like 'domain:%' then
            (select d.tenant_id from lazaret.domain d
             where d.name = substr(an_owner, 8) and not d.gone) end
$$;

-- Makes an entry for the site, a tenant or a domain, or changes the one that is there; it asks for
-- proof of any kind. False: he may not.
create function lazaret.put_tenant_entry(a_session bytea, an_owner text, a_kind text,
                                         a_sender text, ends timestamptz, a_comment text,
                                         a_client text, now timestamptz)
returns boolean language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    mine record;
    whose int := lazaret.tenant_of_owner(an_owner);
begin
    -- As everybody who changes what milters fetch.
    perform pg_advisory_xact_lock(7230947201);
    select * into mine from lazaret.full_session_of(a_session, now);
    if not found or whose is null
            or lazaret.right_in_tenant(a_session, whose, now) is null then
        return false;
    end if;
    insert into lazaret.list_entry as e (tenant_id, owner, kind, sender, list_id, proof, expires,
                                         comment, origin, created_by)
        values (whose, an_owner, a_kind, a_sender, '',
                case when a_kind in ('allow', 'newsletter') then 'any' else 'none' end, ends,
                a_comment, 'administrator', mine.address)
        on conflict (tenant_id, owner, kind, sender, list_id) do update
            set proof = excluded.proof, expires = excluded.expires, comment = excluded.comment,
                origin = excluded.origin, created_by = excluded.created_by, enabled = true,
                gone = false, created = case when e.gone then pg_catalog.now() else e.created end,
                hits = case when e.gone then 0 else e.hits end,
                last_hit = case when e.gone then null else e.last_hit end;
    insert into lazaret.audit (tenant_id, who, from_where, what, subject, detail)
        values (whose, mine.address, a_client, 'list add', an_owner, a_kind || ' ' || a_sender);
    return true;
end $$;

-- Switches an entry of a tenant, of one of its domains or of the site on or off, or removes it:
-- `what` is enable, disable, remove. 'done'; 'gone': there is none any more; 'foreign': it is
-- another's, which the audit says.
create function lazaret.change_tenant_entry(a_session bytea, of_tenant int, an_entry bigint,
                                            a_change text, a_client text, now timestamptz)
returns text language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    mine record;
    one record;
begin
    perform pg_advisory_xact_lock(7230947201);
    select * into mine from lazaret.full_session_of(a_session, now);
    if not found or lazaret.right_in_tenant(a_session, of_tenant, now) is null then
        return 'foreign';
    end if;
    select e.owner, e.kind, e.sender into one from lazaret.list_entry e
        where e.entry_id = an_entry and not e.gone;
    if not found then return 'gone'; end if;
    if lazaret.tenant_of_owner(one.owner) is distinct from of_tenant then
        insert into lazaret.audit (tenant_id, who, from_where, what, subject, detail)
            values (of_tenant, mine.address, a_client, 'trespass', 'list entry:' || an_entry,
                    format('tenant:%s named one of %s', of_tenant, one.owner));
        return 'foreign';
    end if;
    update lazaret.list_entry e
        set enabled = case when a_change = 'remove' then e.enabled else a_change = 'enable' end,
            gone = (a_change = 'remove')
        where e.entry_id = an_entry;
    insert into lazaret.audit (tenant_id, who, from_where, what, subject, detail)
        values (of_tenant, mine.address, a_client, 'list ' || a_change, one.owner,
                one.kind || ' ' || one.sender);
    return 'done';
end $$;

-- Statistics --------------------------------------------------------------------------------------

create index counter_of_tenant on lazaret.counter (tenant_id, day);

create function lazaret.tenant_counters(a_session bytea, of_tenant int, since date,
                                        now timestamptz)
returns table (day date, class text, action text, messages bigint)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select c.day, c.class, c.action, sum(c.messages)::bigint from lazaret.counter c
    where lazaret.right_in_tenant(a_session, of_tenant, now) is not null
      and of_tenant in (0, c.tenant_id) and c.day >= since
    group by 1, 2, 3
$$;

-- For whom most came, the most first.
create function lazaret.top_recipients(a_session bytea, of_tenant int, since date, most int,
                                       now timestamptz)
returns table (mailbox text, messages bigint, held bigint)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select c.mailbox, sum(c.messages)::bigint,
           coalesce(sum(c.messages) filter (where c.action = 'hold'), 0)::bigint
    from lazaret.counter c
    where lazaret.right_in_tenant(a_session, of_tenant, now) is not null
      and of_tenant in (0, c.tenant_id) and c.day >= since and c.mailbox <> ''
      and c.action <> 'later'
    group by 1 order by 2 desc, 1 limit most
$$;

-- Who wrote most often, or which newsletters came most often, from the month of a day on. Who wrote
-- to fewer than three mailboxes is not named: with whom a person corresponds is his own.
create function lazaret.tenant_senders(a_session bytea, of_tenant int, since date,
                                       newsletters boolean, most int, now timestamptz)
returns table (sender text, messages bigint)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select c.sender, sum(c.messages)::bigint from lazaret.sender_counter c
    where lazaret.right_in_tenant(a_session, of_tenant, now) is not null
      and of_tenant in (0, c.tenant_id) and c.month >= date_trunc('month', since)
      and c.is_newsletter = newsletters
    group by c.sender having count(distinct c.mailbox) >= 3
    order by 2 desc, 1 limit most
$$;

-- Settings ----------------------------------------------------------------------------------------

-- What an administrator chooses in the pages. Of a null it is the name that counts. A virus reaches
-- nobody, whoever wants it to.
create function lazaret.is_tenant_choice(name text, value text) returns boolean
language sql immutable set search_path = pg_catalog, pg_temp as $$
    select case
        when name in ('hold_at', 'refuse_at') then coalesce(value ~ '^-?[0-9]{1,3}([.][0-9]+)?$', true)
        when name ~ '^retention[.][a-z-]+$' then coalesce(value ~ '^[1-9][0-9]{0,2}$', true)
        when name = 'action.virus' then
            coalesce(value in ('hold', 'refuse', 'refuse-keep', 'discard'), true)
        when name ~ '^action[.][a-z-]+$' then
            coalesce(value in ('deliver', 'tag', 'hold', 'refuse', 'refuse-keep', 'discard')
                     or (name = 'action.unscanned' and value = 'later'), true)
        else lazaret.is_own_choice(name, value) end
$$;

-- An administrator chooses for the site, a tenant or a domain: name to value, or to null for what is
-- left to the level above. False: he may not.
create function lazaret.choose_for_tenant(a_session bytea, an_owner text, wanted jsonb,
                                          a_client text, now timestamptz)
returns boolean language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    mine record;
    whose int := lazaret.tenant_of_owner(an_owner);
    before jsonb;
    chosen_now jsonb;
begin
    if exists (select from jsonb_each_text(wanted) w (name, value)
               where not lazaret.is_tenant_choice(w.name, w.value)) then
        raise insufficient_privilege using message = 'not what is chosen in the pages';
    end if;
    perform pg_advisory_xact_lock(7230947201);
    select * into mine from lazaret.full_session_of(a_session, now);
    if not found or whose is null
            or lazaret.right_in_tenant(a_session, whose, now) is null then
        return false;
    end if;
    select s.chosen into before from lazaret.setting s where s.owner = an_owner and not s.gone;
    before := coalesce(before, '{}');
    chosen_now := jsonb_strip_nulls(before || wanted);
    if chosen_now = before then return true; end if;
    update lazaret.setting s set gone = true
        where s.owner = an_owner and s.tenant_id <> whose and not s.gone;
    insert into lazaret.setting (tenant_id, owner, chosen, gone)
        values (whose, an_owner, chosen_now, chosen_now = '{}')
        on conflict (tenant_id, owner) do update set chosen = excluded.chosen, gone = excluded.gone;
    insert into lazaret.audit (tenant_id, who, from_where, what, subject, detail)
        select whose, mine.address, a_client, 'setting', an_owner,
               w.name || coalesce(' = ' || w.value, ' unset')
        from jsonb_each_text(wanted) w (name, value)
        where w.value is distinct from before ->> w.name;
    return true;
end $$;

do $$
declare
    one regprocedure;
begin
    for one in select oid from pg_proc where pronamespace = 'lazaret'::regnamespace
        and proname in ('right_in_tenant', 'tenants_of', 'note_trespass_on_tenant', 'note_search',
            'visitors_of', 'tenant_of_owner', 'put_tenant_entry', 'change_tenant_entry',
            'tenant_counters', 'top_recipients', 'tenant_senders',
            'is_tenant_choice', 'choose_for_tenant')
    loop
        execute format('revoke all on function %s from public', one);
        execute format('grant execute on function %s to lazaret_portal', one);
    end loop;
end $$;
