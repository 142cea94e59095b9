-- What people say of messages, and what the model was told of it. The trainer
-- (`lazaretctl learn --pending`) teaches the difference, and writes what it told with the version of
-- the model that learned it, in one transaction.

alter table lazaret.vote
    add column origin text not null default 'command'
        check (origin in ('command', 'release', 'newsletter', 'request', 'spam', 'block')),
    add column entry bigint not null default 0,   -- the list entry that a block made
    -- The version that learned it, and what it changed there. Without a step (what
    -- `lazaretctl learn spam PATH` was told) it cannot be taken back.
    add column told_since bigint not null default 0,
    add column step bytea check (length(step) <= 16384),
    -- Not tried again: after three lessons that made the model worse, or since a person went back to
    -- a version before it. Another word of the same person about it counts anew.
    add column refusals int not null default 0,
    add column tried timestamptz,
    add column set_aside boolean not null default false,
    -- About one in ten, by the digest: never teaches what all share, and so can say whether a
    -- lesson made that worse.
    add column is_held_out boolean
        generated always as (get_byte(sha256(digest), 0) < 26) stored,
    add constraint vote_says check (says in ('spam', 'ham', 'newsletter')),
    add constraint vote_told check (told in ('spam', 'ham', 'newsletter'));
-- Of votes of persons from before there were origins.
update lazaret.vote set origin = case when says = 'ham' then 'request' else 'spam' end
    where account_id > 0;
create index vote_pending on lazaret.vote (at) where account_id > 0 and says is distinct from told;
create index vote_of_account on lazaret.vote (tenant_id, account_id, at);
create index vote_held_out on lazaret.vote (at) where is_held_out and account_id > 0;

-- What the model was told from one version until another: what was changed or taken back since. A
-- rollback finds here what the model of then had been told.
create table lazaret.told_before (
    tenant_id int not null,
    account_id bigint not null,
    digest bytea not null,
    since bigint not null,            -- the version that learned it
    until bigint not null,            -- the first without it
    told text not null,
    step bytea,
    primary key (tenant_id, account_id, digest, until)
);
create index told_before_until on lazaret.told_before (until);

-- What was said beyond what one account may say a day.
create table lazaret.vote_excess (
    tenant_id int not null,
    account_id bigint not null,
    day date not null,
    votes int not null,
    primary key (tenant_id, account_id, day)
);

-- What the trainer did.
create table lazaret.lesson (
    lesson_id bigint generated always as identity primary key,
    at timestamptz not null,
    outcome text not null check (outcome in ('published', 'refused', 'nothing', 'repaired')),
    base bigint not null,             -- the version that it began with
    version bigint not null,          -- that it made; else the same
    learned int not null default 0,
    taken_back int not null default 0,
    reason text not null default '',
    spam int not null default 0,      -- held out, judged before and after
    ham int not null default 0,
    loss_before double precision not null default 0,
    loss_after double precision not null default 0,
    wrong_before int not null default 0,
    wrong_after int not null default 0
);
grant select, insert, update, delete on lazaret.told_before, lazaret.vote_excess, lazaret.lesson
    to lazaret_admin;

-- One account says something of one message; null takes back what it said. The same again changes
-- nothing. Two hundred a day are more than anybody reads: what comes beyond is only counted.
-- A release does not make an accepted newsletter any other wanted mail. False: too many.
create function lazaret.say(a_tenant int, an_account bigint, a_digest bytea, a_says text,
                            an_origin text, an_entry bigint, now timestamptz) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    -- Of many at once each counts the others.
    perform pg_advisory_xact_lock(hashtextextended(a_tenant || '/' || an_account, 7230947205));
    if a_says is not null and 200 <= (
            select count(*) from lazaret.vote v
            where v.tenant_id = a_tenant and v.account_id = an_account and v.digest <> a_digest
              and v.at > now - interval '1 day') then
        insert into lazaret.vote_excess as x (tenant_id, account_id, day, votes)
            values (a_tenant, an_account, (now at time zone 'UTC')::date, 1)
            on conflict (tenant_id, account_id, day) do update set votes = x.votes + 1;
        return false;
    end if;
    if a_says is null then
        update lazaret.vote v
            set says = null, at = now, entry = 0, refusals = 0, set_aside = false
            where v.tenant_id = a_tenant and v.account_id = an_account
              and v.digest = a_digest and v.says is not null;
        return true;
    end if;
    insert into lazaret.vote as v (tenant_id, account_id, digest, says, origin, entry, at)
        values (a_tenant, an_account, a_digest, a_says, an_origin, an_entry, now)
        on conflict (tenant_id, account_id, digest) do update
            set says = excluded.says, origin = excluded.origin, entry = excluded.entry,
                at = excluded.at, refusals = 0, set_aside = false
            where v.says is distinct from excluded.says
              and not (excluded.origin = 'release' and v.says = 'newsletter');
    return true;
end $$;

-- The owners of held copies say something of them, by what they do with them: what is released is
-- wanted, whose sender is blocked is spam. Only of what was done: so whoever speaks to strangers can
-- say no more than that.
create function lazaret.say_of_copies(some_copies text[], a_says text, an_origin text,
                                      an_entry bigint, now timestamptz) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    c record;
begin
    -- In one order, so that two cannot wait for each other.
    for c in select h.tenant_id, h.account_id, h.digest
             from lazaret.held_copy h
             where h.reference = any (some_copies) and h.account_id > 0
               and case an_origin
                   when 'release' then a_says = 'ham' and h.state in ('releasing', 'released')
                   when 'newsletter' then a_says = 'newsletter' and h.class = 'newsletter'
                        and h.state in ('releasing', 'released')
                   when 'block' then a_says = 'spam' and exists (
                        select from lazaret.list_entry e
                        where e.entry_id = an_entry and e.tenant_id = h.tenant_id
                          and e.owner = 'account:' || h.account_id and e.kind = 'deny'
                          and e.enabled and not e.gone)
                   else false end
             order by h.tenant_id, h.account_id, h.received, h.reference
    loop
        perform lazaret.say(c.tenant_id, c.account_id, c.digest, a_says, an_origin, an_entry, now);
    end loop;
end $$;

-- What was said with a list entry that no longer counts.
create function lazaret.unsay_block(an_entry bigint, now timestamptz) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
    update lazaret.vote v set says = null, at = now, entry = 0, refusals = 0, set_aside = false
        from lazaret.list_entry e
        where e.entry_id = an_entry and (e.gone or not e.enabled)
          and v.tenant_id = e.tenant_id and e.owner = 'account:' || v.account_id
          and v.entry = an_entry and v.origin = 'block' and v.says = 'spam'
$$;

-- As in 0020_delivered.sql, by the one rule of lazaret.say.
create or replace function lazaret.vote_on_delivered(a_session bytea, a_digest bytea,
                                                     is_spam boolean, oldest timestamptz,
                                                     now timestamptz)
returns boolean language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    mine record;
begin
    select s.tenant_id, s.account_id into mine from lazaret.session s
        where s.token_hash = a_session and s.kind = 'full' and s.expires > now;
    if not found then return false; end if;
    perform from lazaret.passage n
        join lazaret.address a on a.tenant_id = n.tenant_id and a.address = n.mailbox
        where a.tenant_id = mine.tenant_id and a.account_id = mine.account_id
          and n.digest = a_digest and n.action in ('deliver', 'tag') and n.at >= oldest;
    if not found then return false; end if;
    if is_spam then
        return lazaret.say(mine.tenant_id, mine.account_id, a_digest, 'spam', 'spam', 0, now);
    end if;
    -- Only that: another vote may have come from a request.
    perform from lazaret.vote v
        where v.tenant_id = mine.tenant_id and v.account_id = mine.account_id
          and v.digest = a_digest and v.says = 'spam';
    if not found then return true; end if;
    return lazaret.say(mine.tenant_id, mine.account_id, a_digest, null, 'spam', 0, now);
end $$;

-- As in 0022_visits.sql. What was asked for and accepted is the word of who asked: that his message
-- is wanted, whether he asked for an adjustment or for its release.
create or replace function lazaret.answer_request(a_request bigint, a_state text, some_words text,
                                                  a_who text, a_from text, now timestamptz)
returns boolean language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
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
    if a_state = 'accepted' then
        perform lazaret.say(q.tenant_id, q.account_id, q.digest, 'ham', 'request', 0, now);
    end if;
    insert into lazaret.audit (tenant_id, who, from_where, what, subject, detail)
        values (q.tenant_id, a_who, a_from, 'request ' || a_state, q.reference, q.recipient);
    perform lazaret.notify_of(q.tenant_id, q.account_id, 'request-answered', q.recipient,
                              q.request_id, now);
    return true;
end $$;

-- As in 0017_account_settings.sql, with what the model was told of its votes. A vote that the new
-- account has too stays behind under the old one, where it is taken back.
create or replace function lazaret.move_lists(a_tenant int, from_account bigint, to_account bigint)
returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    old_owner constant text := 'account:' || from_account;
begin
    insert into lazaret.list_entry as e (tenant_id, owner, kind, sender, list_id, proof, expires,
                                         enabled, comment, origin, created_by, created, hits,
                                         last_hit, change)
        select s.tenant_id, 'account:' || to_account, s.kind, s.sender, s.list_id, s.proof,
               s.expires, s.enabled, s.comment, s.origin, s.created_by, s.created, s.hits,
               s.last_hit, 0
        from lazaret.list_entry s
        where s.tenant_id = a_tenant and s.owner = old_owner and not s.gone
        on conflict (tenant_id, owner, kind, sender, list_id) do update
            set proof = excluded.proof, expires = excluded.expires, enabled = excluded.enabled,
                comment = excluded.comment, origin = excluded.origin,
                created_by = excluded.created_by, created = excluded.created,
                hits = excluded.hits, last_hit = excluded.last_hit, gone = false
            where e.gone or e.changed < (
                select o.changed from lazaret.list_entry o
                where o.tenant_id = excluded.tenant_id and o.owner = old_owner
                  and o.kind = excluded.kind and o.sender = excluded.sender
                  and o.list_id = excluded.list_id);
    update lazaret.list_entry e set gone = true
        where e.tenant_id = a_tenant and e.owner = old_owner and not e.gone;
    update lazaret.vote v set account_id = to_account, entry = coalesce((
            select e.entry_id from lazaret.list_entry o
            join lazaret.list_entry e on e.tenant_id = o.tenant_id and e.kind = o.kind
                and e.sender = o.sender and e.list_id = o.list_id
                and e.owner = 'account:' || to_account
            where o.entry_id = v.entry), 0)
        where v.tenant_id = a_tenant and v.account_id = from_account
          and not exists (select from lazaret.vote o where o.tenant_id = a_tenant
                          and o.account_id = to_account and o.digest = v.digest);
    update lazaret.vote v set says = null
        where v.tenant_id = a_tenant and v.account_id = from_account and v.says is not null;
    update lazaret.told_before t set account_id = to_account
        where t.tenant_id = a_tenant and t.account_id = from_account
          and not exists (select from lazaret.vote v where v.tenant_id = a_tenant
                          and v.account_id = from_account and v.digest = t.digest);
end $$;

revoke all on function
    lazaret.say(int, bigint, bytea, text, text, bigint, timestamptz),
    lazaret.say_of_copies(text[], text, text, bigint, timestamptz),
    lazaret.unsay_block(bigint, timestamptz) from public;
grant execute on function
    lazaret.say_of_copies(text[], text, text, bigint, timestamptz),
    lazaret.unsay_block(bigint, timestamptz) to lazaret_portal, lazaret_admin;
