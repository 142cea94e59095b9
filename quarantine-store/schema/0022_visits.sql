-- Who sees and acts on what is held for somebody else: delegates, whom the owner of an account
-- chose, and administrators. They do it as a visit: their own session, which says whose guest it
-- is. So what they do stands under their own name, and a visit ends with the right to it. The
-- portal's role reads and writes none of these tables.

-- By the address that the owner named: whoever has it is the delegate.
create table lazaret.delegate (
    tenant_id int not null,
    account_id bigint not null,       -- whose mail it is
    address text not null,            -- who acts on it
    gets_reports boolean not null default false,  -- the owner wants it
    agreed timestamptz,               -- the delegate does, too
    made timestamptz not null,
    primary key (tenant_id, account_id, address)
);
create index delegate_address on lazaret.delegate (tenant_id, address);
-- Reports go to one of them, or to the owner.
create unique index delegate_reports on lazaret.delegate (tenant_id, account_id)
    where gets_reports;

create table lazaret.administrator (
    tenant_id int not null,
    address text not null,
    over int not null references lazaret.tenant (tenant_id),  -- 0: all of the site
    made timestamptz not null default now(),
    primary key (tenant_id, address, over)
);

alter table lazaret.session
    add column host_tenant int,
    add column host_account bigint,
    add column host_as text check (host_as in ('delegate', 'administrator')),
    add column host_until timestamptz,          -- of an administrator's visit
    add column reason text not null default ''; -- his

-- The address that an account is called by: its oldest whose domain is protected. Null: whatever
-- it holds is nobody's to visit.
create function lazaret.name_of_account(a_tenant int, an_account bigint) returns text
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select a.address from lazaret.address a
    where a.tenant_id = a_tenant and a.account_id = an_account
      and lazaret.is_protected(a.tenant_id, a.address)
    order by a.created, a.address limit 1
$$;

create function lazaret.is_delegate(a_tenant int, visitor bigint, host bigint) returns boolean
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select exists (
        select from lazaret.delegate d
        join lazaret.address a on a.tenant_id = d.tenant_id and a.address = d.address
        where d.tenant_id = a_tenant and d.account_id = host and a.account_id = visitor
          and lazaret.is_protected(a.tenant_id, a.address))
$$;

-- As what an account administers a tenant: 'domain', 'site', or null.
create function lazaret.administrator_right(a_tenant int, an_account bigint, of_tenant int)
returns text language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select case when bool_or(r.over = 0) then 'site'
                when bool_or(r.over = of_tenant) then 'domain' end
    from lazaret.address a
    join lazaret.administrator r on r.tenant_id = a.tenant_id and r.address = a.address
    where a.tenant_id = a_tenant and a.account_id = an_account
      and lazaret.is_protected(a.tenant_id, a.address)
$$;

-- As what the owner of a session is a guest now: 'delegate', 'domain', 'site'; null: he is none, or
-- may not be any more.
create function lazaret.host_right(s lazaret.session, now timestamptz) returns text
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select case
        when s.host_account is null or s.kind <> 'full' or s.host_until <= now
            or lazaret.name_of_account(s.host_tenant, s.host_account) is null then null
        when s.host_as = 'administrator' then
            lazaret.administrator_right(s.tenant_id, s.account_id, s.host_tenant)
        when s.host_tenant = s.tenant_id
            and lazaret.is_delegate(s.tenant_id, s.account_id, s.host_account) then 'delegate' end
$$;

-- As in 0021_account_speed.sql, and whose guest its owner is: null where he is none. `visits`,
-- `administers`: what his pages offer him.
drop function lazaret.session_of(bytea, timestamptz);
create function lazaret.session_of(a_hash bytea, now timestamptz)
returns table (tenant int, session bigint, account bigint, address text, kind text,
               expires timestamptz, host_tenant int, host_account bigint, host_right text,
               reason text, visits boolean, administers boolean)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    update lazaret.session s set seen = now
        where s.token_hash = a_hash and s.seen < now - interval '5 minutes' and s.expires > now;
    return query
        select s.tenant_id, s.session_id, s.account_id, s.address, s.kind, s.expires,
               case when r.held is not null then s.host_tenant end,
               case when r.held is not null then s.host_account end, r.held, s.reason,
               s.kind = 'full' and exists (
                   select from lazaret.address a
                   join lazaret.delegate d on d.tenant_id = a.tenant_id and d.address = a.address
                   where a.tenant_id = s.tenant_id and a.account_id = s.account_id),
               s.kind = 'full' and exists (
                   select from lazaret.address a
                   join lazaret.administrator m on m.tenant_id = a.tenant_id
                       and m.address = a.address
                   where a.tenant_id = s.tenant_id and a.account_id = s.account_id)
        from lazaret.session s cross join lateral (select lazaret.host_right(s, now) as held) r
        where s.token_hash = a_hash and s.expires > now
            and lazaret.is_protected(s.tenant_id, s.address);
end $$;

-- A text in which there is something to read: not only spaces and what has no shape.
create function lazaret.is_readable(a_text text) returns boolean
language sql immutable set search_path = pg_catalog, pg_temp as $$
    select a_text ~ '[^[:space:][:cntrl:]\u00a0\u00ad\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff]'
$$;

-- The owner of a full session becomes the guest of an address's account. An administrator says why;
-- that is written down for the person whose mail it is, and holds for two hours. 'begun', or why
-- not: 'over' (the session), 'unknown' (no such account, or none that he may visit: the same answer,
-- so that nobody learns which), 'own', 'reason'.
create function lazaret.begin_visit(a_session bytea, an_address text, a_reason text, a_client text,
                                    now timestamptz) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    mine record;
    host record;
    as_delegate boolean;
    as_administrator boolean;
begin
    select * into mine from lazaret.full_session_of(a_session, now);
    if not found then return 'over'; end if;
    select a.tenant_id, a.account_id into host from lazaret.address a
        where a.address = an_address and lazaret.is_protected(a.tenant_id, a.address);
    if not found then return 'unknown'; end if;
    if host.tenant_id = mine.tenant and host.account_id = mine.account then return 'own'; end if;
    as_delegate := host.tenant_id = mine.tenant
        and lazaret.is_delegate(mine.tenant, mine.account, host.account_id);
    as_administrator :=
        lazaret.administrator_right(mine.tenant, mine.account, host.tenant_id) is not null;
    if not as_delegate and not as_administrator then return 'unknown'; end if;
    if not lazaret.is_readable(a_reason) or not as_administrator then
        if not as_delegate then return 'reason'; end if;
        update lazaret.session s
            set host_tenant = host.tenant_id, host_account = host.account_id,
                host_as = 'delegate', host_until = null, reason = ''
            where s.token_hash = a_session;
        return 'begun';
    end if;
    update lazaret.session s
        set host_tenant = host.tenant_id, host_account = host.account_id,
            host_as = 'administrator', host_until = now + interval '2 hours', reason = a_reason
        where s.token_hash = a_session;
    insert into lazaret.audit (tenant_id, who, from_where, what, subject, detail)
        values (host.tenant_id, mine.address, a_client, 'visit', 'account:' || host.account_id,
                a_reason);
    return 'begun';
end $$;

create function lazaret.end_visit(a_session bytea) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
    update lazaret.session s set host_tenant = null, host_account = null, host_as = null,
                                 host_until = null, reason = ''
        where s.token_hash = a_session
$$;

-- Lets the guest `visitor` have a message of his host before him: under which name, and as what. No
-- row: he may not. An administrator's look is written down with it, once an hour for each reason.
create function lazaret.look_as_guest(a_session bytea, visitor bigint, a_reference text,
                                      a_client text, now timestamptz)
returns table (address text, held text)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    mine lazaret.session;
    his_right text;
begin
    select s.* into mine from lazaret.session s
        where s.token_hash = a_session and s.expires > now and s.account_id = visitor
          and lazaret.is_protected(s.tenant_id, s.address);
    if not found then return; end if;
    his_right := lazaret.host_right(mine, now);
    if his_right is null then return; end if;
    perform from lazaret.held_copy h where h.reference = a_reference
        and h.tenant_id = mine.host_tenant and h.account_id = mine.host_account;
    if not found then return; end if;
    if mine.host_as = 'administrator' and not exists (
            select from lazaret.audit b where b.subject = a_reference and b.what = 'look'
                and b.who = mine.address and b.detail = mine.reason
                and b.at > now - interval '1 hour') then
        insert into lazaret.audit (at, tenant_id, who, from_where, what, subject, detail)
            values (now, mine.host_tenant, mine.address, a_client, 'look', a_reference,
                    mine.reason);
    end if;
    return query select mine.address, his_right;
end $$;

-- Who looked at a message, for the person whose it is; the newest first.
create function lazaret.looks_at(a_reference text)
returns table (at timestamptz, who text, reason text)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select b.at, b.who, b.detail from lazaret.audit b
    where b.subject = a_reference and b.what = 'look' order by b.at desc limit 20
$$;

-- Which administrators were the guests of the account of a session, or asked where its mail went
-- (without a reason); the newest first.
create function lazaret.visitors_of(a_session bytea, now timestamptz)
returns table (at timestamptz, who text, reason text)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select b.at, b.who, b.detail from lazaret.full_session_of(a_session, now) mine
    join lazaret.audit b on b.subject = 'account:' || mine.account and b.tenant_id = mine.tenant
    where b.what in ('visit', 'trace') order by b.at desc limit 20
$$;

create function lazaret.delegates_of(a_session bytea, now timestamptz)
returns table (address text, gets_reports boolean, has_agreed boolean)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select d.address, d.gets_reports, d.agreed is not null
    from lazaret.full_session_of(a_session, now) mine
    join lazaret.delegate d on d.tenant_id = mine.tenant and d.account_id = mine.account
    order by d.made, d.address
$$;

-- Whose delegate the owner of a session is; `is_asked`: whether he wants its reports.
create function lazaret.hosts_of(a_session bytea, now timestamptz)
returns table (address text, gets_reports boolean, is_asked boolean)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select h.name, bool_or(h.gets_reports and h.agreed is not null),
           bool_or(h.gets_reports and h.agreed is null)
    from (select lazaret.name_of_account(d.tenant_id, d.account_id) as name, d.gets_reports,
                 d.agreed
          from lazaret.full_session_of(a_session, now) mine
          join lazaret.address a on a.tenant_id = mine.tenant and a.account_id = mine.account
          join lazaret.delegate d on d.tenant_id = a.tenant_id and d.address = a.address
          where d.account_id <> mine.account) h
    where h.name is not null group by h.name order by h.name
$$;

-- A delegate wants the reports of his host, or does not want to be his delegate. False: he is none.
create function lazaret.answer_host(a_session bytea, an_address text, agrees boolean,
                                    a_client text, now timestamptz) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    mine record;
    one record;
    was_one boolean := false;
begin
    select * into mine from lazaret.full_session_of(a_session, now);
    if not found then return false; end if;
    for one in
        select d.tenant_id, d.account_id, d.address from lazaret.address h
        join lazaret.delegate d on d.tenant_id = h.tenant_id and d.account_id = h.account_id
        join lazaret.address a on a.tenant_id = d.tenant_id and a.address = d.address
        where h.tenant_id = mine.tenant and h.address = an_address
          and a.account_id = mine.account for update of d
    loop
        was_one := true;
        if agrees then
            update lazaret.delegate d set agreed = now
                where d.tenant_id = one.tenant_id and d.account_id = one.account_id
                  and d.address = one.address and d.gets_reports and d.agreed is null;
        else
            delete from lazaret.delegate d
                where d.tenant_id = one.tenant_id and d.account_id = one.account_id
                  and d.address = one.address;
        end if;
        insert into lazaret.audit (tenant_id, who, from_where, what, subject, detail)
            values (mine.tenant, mine.address, a_client,
                    case when agrees then 'delegate agreed' else 'delegate left' end,
                    'account:' || one.account_id, one.address);
    end loop;
    return was_one;
end $$;

-- 'added', or why not: 'over' (the session), 'foreign' (no domain of this tenant), 'own', 'many'.
-- What happens is the same whether that address has an account or not; one is made when its owner
-- wants to sign in.
create function lazaret.add_delegate(a_session bytea, an_address text, a_client text,
                                     now timestamptz) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    mine record;
begin
    select * into mine from lazaret.full_session_of(a_session, now);
    if not found then return 'over'; end if;
    if not lazaret.is_protected(mine.tenant, an_address) then return 'foreign'; end if;
    if exists (select from lazaret.address a where a.tenant_id = mine.tenant
               and a.account_id = mine.account and a.address = an_address) then
        return 'own';
    end if;
    if 20 <= (select count(*) from lazaret.delegate d
              where d.tenant_id = mine.tenant and d.account_id = mine.account)
       or 20 <= (select count(*) from lazaret.audit b
                 where b.subject = 'account:' || mine.account and b.what = 'delegate added'
                   and b.at > now - interval '1 day') then
        return 'many';
    end if;
    insert into lazaret.delegate (tenant_id, account_id, address, made)
        values (mine.tenant, mine.account, an_address, now) on conflict do nothing;
    if found then
        insert into lazaret.audit (tenant_id, who, from_where, what, subject, detail)
            values (mine.tenant, mine.address, a_client, 'delegate added',
                    'account:' || mine.account, an_address);
    end if;
    return 'added';
end $$;

-- False: it was none. Visits that go on end with the right.
create function lazaret.remove_delegate(a_session bytea, an_address text, a_client text,
                                        now timestamptz) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    mine record;
begin
    select * into mine from lazaret.full_session_of(a_session, now);
    if not found then return false; end if;
    delete from lazaret.delegate d where d.tenant_id = mine.tenant
        and d.account_id = mine.account and d.address = an_address;
    if not found then return false; end if;
    insert into lazaret.audit (tenant_id, who, from_where, what, subject, detail)
        values (mine.tenant, mine.address, a_client, 'delegate removed',
                'account:' || mine.account, an_address);
    return true;
end $$;

-- Reports of the account of a session go to that delegate from when on he agrees, or with '' to
-- its owner. False: he is none.
create function lazaret.send_reports_to(a_session bytea, an_address text, a_client text,
                                        now timestamptz) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    mine record;
begin
    select * into mine from lazaret.full_session_of(a_session, now);
    if not found then return false; end if;
    -- One after the other: of two at once the second would find the first one's choice.
    perform from lazaret.account c
        where c.tenant_id = mine.tenant and c.account_id = mine.account for update;
    if an_address <> '' and not exists (
            select from lazaret.delegate d where d.tenant_id = mine.tenant
                and d.account_id = mine.account and d.address = an_address) then
        return false;
    end if;
    update lazaret.delegate d set gets_reports = false
        where d.tenant_id = mine.tenant and d.account_id = mine.account and d.gets_reports;
    update lazaret.delegate d set gets_reports = true, agreed = null
        where d.tenant_id = mine.tenant and d.account_id = mine.account
          and d.address = an_address;
    insert into lazaret.audit (tenant_id, who, from_where, what, subject, detail)
        values (mine.tenant, mine.address, a_client, 'reports to', 'account:' || mine.account,
                case when an_address = '' then 'the owner' else an_address end);
    return true;
end $$;

-- Of who asks for a link, whoever is somebody's delegate has an account from now on: nothing need be
-- held for him who comes for another's mail.
create function lazaret.make_asked_accounts() returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
    select lazaret.account_of(n.tenant_id, n.address) from (
        select distinct d.tenant_id, d.address from lazaret.password_request r
        join lazaret.delegate d on d.address = r.address
        where lazaret.is_protected(d.tenant_id, d.address)
        order by 1, 2) n
$$;

-- What the owner of a full session administers; tenant 0 is all of the site.
create function lazaret.administered_by(a_session bytea, now timestamptz)
returns table (tenant int)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select distinct r.over from lazaret.full_session_of(a_session, now) mine
    join lazaret.address a on a.tenant_id = mine.tenant and a.account_id = mine.account
    join lazaret.administrator r on r.tenant_id = a.tenant_id and r.address = a.address
    where lazaret.is_protected(a.tenant_id, a.address)
$$;

-- As what the owner of a full session may answer a request: 'domain', 'site', or null; nobody
-- answers what he asked for himself.
create function lazaret.right_on_request(a_session bytea, a_request bigint, now timestamptz)
returns text language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select lazaret.administrator_right(mine.tenant, mine.account, q.tenant_id)
    from lazaret.full_session_of(a_session, now) mine
    join lazaret.request q on q.request_id = a_request
    where (q.tenant_id, q.account_id) <> (mine.tenant, mine.account)
$$;

-- Of two answers the first counts. A release is not declined once its message is released or on
-- its way. For an accepted adjustment this person says that the message was ham; the next lesson
-- tells the model. False: nothing was changed.
create function lazaret.answer_request(a_request bigint, a_state text, some_words text, a_who text,
                                       a_from text, now timestamptz) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    q record;
begin
    update lazaret.request r
        set state = a_state, answer = some_words, answered_by = a_who, answered = now
        where r.request_id = a_request and r.state = 'open' and a_state <> 'open'
          and not (a_state = 'declined' and r.kind = 'release' and exists (
              select from lazaret.held_copy h where h.reference = r.reference
              and h.state in ('releasing', 'released')))
        returning * into q;
    if not found then return false; end if;
    if a_state = 'accepted' and q.kind = 'adjust' then
        insert into lazaret.vote (tenant_id, account_id, digest, says)
            values (q.tenant_id, q.account_id, q.digest, 'ham')
            on conflict (tenant_id, account_id, digest)
                do update set says = excluded.says, at = pg_catalog.now();
    end if;
    insert into lazaret.audit (tenant_id, who, from_where, what, subject, detail)
        values (q.tenant_id, a_who, a_from, 'request ' || a_state, q.reference, q.recipient);
    perform lazaret.notify_of(q.tenant_id, q.account_id, 'request-answered', q.recipient,
                              q.request_id, now);
    return true;
end $$;

-- The same by whoever a full session belongs to, where he may.
create function lazaret.answer_request_in(a_session bytea, a_request bigint, a_state text,
                                          some_words text, a_client text, now timestamptz)
returns boolean language sql security definer set search_path = pg_catalog, pg_temp as $$
    select coalesce((
        select lazaret.answer_request(a_request, a_state, some_words, mine.address, a_client, now)
        from lazaret.full_session_of(a_session, now) mine
        where lazaret.right_on_request(a_session, a_request, now) is not null), false)
$$;

-- Where mail to some mailboxes, or from a sender, went, of these tenants (null: of all); each half
-- by its own index. A refusal stands in both tables while passages are noted, and a message to
-- oneself is in both halves: both are there once.
create function lazaret.passages_of(mailboxes text[], a_sender text, since timestamptz, most int,
                                    tenants int[])
returns table (at timestamptz, tenant_id int, mailbox text, queue_id text, sender text,
               client_ip text, class text, action text, score double precision, reference text,
               hits json, explanation json)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select * from (
        (select p.at, p.tenant_id, p.mailbox, p.queue_id, p.sender, p.client_ip, p.class,
                p.action, p.score, p.reference, p.hits, p.explanation
         from lazaret.passage p
         where p.mailbox = any (mailboxes) and p.at >= since
           and (tenants is null or p.tenant_id = any (tenants))
         order by p.at desc limit most)
        union all
        (select p.at, p.tenant_id, p.mailbox, p.queue_id, p.sender, p.client_ip, p.class,
                p.action, p.score, p.reference, p.hits, p.explanation
         from lazaret.passage p
         where p.sender = a_sender and p.mailbox <> all (mailboxes) and p.at >= since
           and (tenants is null or p.tenant_id = any (tenants))
         order by p.at desc limit most)
        union all
        (select r.at, r.tenant_id, r.mailbox, r.queue_id, r.sender, r.client_ip, r.class,
                r.action, r.score, r.reference, r.hits, r.explanation
         from lazaret.refusal r
         where r.mailbox = any (mailboxes) and r.at >= since
           and (tenants is null or r.tenant_id = any (tenants))
           and not exists (select from lazaret.passage p where p.mailbox = r.mailbox
                           and p.at = r.at and p.reference = r.reference)
         order by r.at desc limit most)
        union all
        (select r.at, r.tenant_id, r.mailbox, r.queue_id, r.sender, r.client_ip, r.class,
                r.action, r.score, r.reference, r.hits, r.explanation
         from lazaret.refusal r
         where r.sender = a_sender and r.mailbox <> all (mailboxes) and r.at >= since
           and (tenants is null or r.tenant_id = any (tenants))
           and not exists (select from lazaret.passage p where p.mailbox = r.mailbox
                           and p.at = r.at and p.reference = r.reference)
         order by r.at desc limit most)) n
    order by n.at desc limit most
$$;

-- The same of thirty days for an administrator of whoever got it. Whose mail was asked after sees
-- who did.
create function lazaret.passages_for(a_session bytea, mailboxes text[], a_sender text, most int,
                                     a_client text, now timestamptz)
returns table (at timestamptz, tenant_id int, mailbox text, queue_id text, sender text,
               client_ip text, class text, action text, score double precision, reference text,
               hits json, explanation json)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
    his int[] := array(select a.tenant from lazaret.administered_by(a_session, now) a);
begin
    if his = '{}' then return; end if;
    if 0 = any (his) then his := null; end if;
    insert into lazaret.audit (at, tenant_id, who, from_where, what, subject, detail)
        select now, a.tenant_id, mine.address, a_client, 'trace', 'account:' || a.account_id, ''
        from lazaret.full_session_of(a_session, now) mine, lazaret.address a
        where a.address = any (mailboxes) and (his is null or a.tenant_id = any (his))
          and not exists (select from lazaret.audit b
                          where b.subject = 'account:' || a.account_id and b.what = 'trace'
                            and b.who = mine.address and b.at > now - interval '1 hour')
        group by a.tenant_id, mine.address, a.account_id;
    return query select * from lazaret.passages_of(mailboxes, a_sender, now - interval '30 days',
                                                   most, his);
end $$;

-- As in 0017_account_settings.sql, and it has no delegates any more.
create or replace function lazaret.end_account(a_tenant int, an_account bigint, now timestamptz)
returns void language sql security definer set search_path = pg_catalog, pg_temp as $$
    update lazaret.setting set gone = true where owner = 'account:' || an_account and not gone;
    delete from lazaret.session where tenant_id = a_tenant and account_id = an_account;
    delete from lazaret.password where tenant_id = a_tenant and account_id = an_account;
    delete from lazaret.password_link where tenant_id = a_tenant and account_id = an_account;
    delete from lazaret.address_link where tenant_id = a_tenant and account_id = an_account;
    with gone as (delete from lazaret.delegate
                  where tenant_id = a_tenant and account_id = an_account returning address)
    insert into lazaret.audit (tenant_id, who, from_where, what, subject, detail)
        select a_tenant, '', '', 'delegate removed', 'account:' || an_account,
               address || ': the account ended' from gone;
    update lazaret.report_sent set state = 'empty', changed = now
        where tenant_id = a_tenant and account_id = an_account and state in ('sending', 'failed');
$$;

do $$
declare
    one regprocedure;
begin
    for one in select oid from pg_proc where pronamespace = 'lazaret'::regnamespace
        and proname in ('name_of_account', 'is_delegate', 'administrator_right', 'host_right',
            'session_of', 'is_readable', 'begin_visit', 'end_visit', 'look_as_guest', 'looks_at',
            'visitors_of', 'delegates_of', 'hosts_of', 'answer_host', 'add_delegate',
            'remove_delegate', 'send_reports_to', 'make_asked_accounts', 'administered_by',
            'right_on_request', 'answer_request', 'answer_request_in', 'passages_of',
            'passages_for')
    loop
        execute format('revoke all on function %s from public', one);
    end loop;
end $$;
grant execute on function
    lazaret.session_of(bytea, timestamptz),
    lazaret.begin_visit(bytea, text, text, text, timestamptz), lazaret.end_visit(bytea),
    lazaret.look_as_guest(bytea, bigint, text, text, timestamptz), lazaret.looks_at(text),
    lazaret.visitors_of(bytea, timestamptz), lazaret.delegates_of(bytea, timestamptz),
    lazaret.hosts_of(bytea, timestamptz),
    lazaret.answer_host(bytea, text, boolean, text, timestamptz),
    lazaret.add_delegate(bytea, text, text, timestamptz),
    lazaret.remove_delegate(bytea, text, text, timestamptz),
    lazaret.send_reports_to(bytea, text, text, timestamptz),
    lazaret.right_on_request(bytea, bigint, timestamptz),
    lazaret.answer_request_in(bytea, bigint, text, text, text, timestamptz),
    lazaret.passages_for(bytea, text[], text, int, text, timestamptz)
    to lazaret_portal;
grant execute on function
    lazaret.answer_request(bigint, text, text, text, text, timestamptz),
    lazaret.passages_of(text[], text, timestamptz, int, int[])
    to lazaret_admin;
grant execute on function lazaret.make_asked_accounts() to lazaret_report;
grant select, insert, delete on lazaret.administrator to lazaret_admin;
grant select, delete on lazaret.delegate to lazaret_admin;
grant select on lazaret.delegate to lazaret_report;
