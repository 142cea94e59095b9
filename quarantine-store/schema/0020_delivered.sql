-- What was delivered to a person: his page shows it, and there he says that one of these was spam.

-- Of what was delivered: which message it was, and by what its recipient knows it again.
alter table lazaret.passage
    add column digest bytea,
    add column from_line text not null default '',
    add column subject_line text not null default '';

-- As in 0003_holding.sql. The notes may bring these three, and the entries by which somebody was
-- warned are counted, too.
drop function lazaret.note_rows(json);
create function lazaret.note_rows(notes json)
returns table (at timestamptz, tenant_id int, mailbox text, queue_id text, sender text,
               client_ip text, class text, action text, score double precision, reference text,
               hits json, explanation json, entry bigint, digest bytea, from_line text,
               subject_line text)
language sql immutable as $$
    select lazaret.moment(x.at), x.tenant, x.mailbox, x.queue_id, x.sender, x.client_ip, x.class,
           x.action, x.score, x.reference, x.hits, x.explanation, x.entry,
           decode(x.digest, 'hex'), coalesce(x.from_line, ''), coalesce(x.subject_line, '')
    from json_to_recordset(notes) as x(
        at bigint, tenant int, mailbox text, queue_id text, sender text, client_ip text,
        class text, action text, score double precision, reference text, hits json,
        explanation json, entry bigint, digest text, from_line text, subject_line text)
$$;
revoke all on function lazaret.note_rows(json) from public;
grant execute on function lazaret.note_rows(json) to lazaret_admin;

create or replace function lazaret.note(a_batch text, keep_passages boolean, notes json)
returns boolean language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    used record;
begin
    insert into lazaret.note_batch (batch) values (a_batch) on conflict do nothing;
    if not found then return false; end if;

    if keep_passages then
        insert into lazaret.passage (at, tenant_id, mailbox, queue_id, sender, client_ip, class,
                                     action, score, reference, hits, explanation, digest,
                                     from_line, subject_line)
            select n.at, n.tenant_id, n.mailbox, n.queue_id, n.sender, n.client_ip, n.class,
                   n.action, n.score, n.reference, n.hits, n.explanation, n.digest, n.from_line,
                   n.subject_line
            from lazaret.note_rows(notes) n;
    end if;
    insert into lazaret.refusal (at, tenant_id, reference, mailbox, queue_id, sender, client_ip,
                                 class, action, score, hits, explanation)
        select n.at, n.tenant_id, n.reference, n.mailbox, n.queue_id, n.sender, n.client_ip,
               n.class, n.action, n.score, n.hits, n.explanation
        from lazaret.note_rows(notes) n where n.action in ('refuse', 'refuse-keep', 'discard');
    -- In the order of the keys, so that two milters cannot deadlock.
    insert into lazaret.counter as c (tenant_id, mailbox, day, class, action, messages)
        select n.tenant_id, n.mailbox, (n.at at time zone 'UTC')::date, n.class, n.action, count(*)
        from lazaret.note_rows(notes) n group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5
    on conflict (tenant_id, mailbox, day, class, action)
        do update set messages = c.messages + excluded.messages;
    -- One by one, by the index, and in their order.
    for used in select r.entry, count(*) as hits, max(r.at) as last
                from (select n.entry, n.at from lazaret.note_rows(notes) n
                      union all
                      select x.warned, lazaret.moment(x.at)
                      from json_to_recordset(notes) as x(at bigint, warned bigint)) r
                where r.entry <> 0 group by r.entry order by r.entry
    loop
        update lazaret.list_entry e
            set hits = e.hits + used.hits, last_hit = greatest(e.last_hit, used.last)
            where e.entry_id = used.entry;
    end loop;
    return true;
end $$;

-- What was delivered to the account of a full session since `oldest`, the newest first; behind a
-- place, or from the beginning with nulls.
create function lazaret.delivered_to(a_session bytea, oldest timestamptz, before timestamptz,
                                     before_digest bytea, most int, now timestamptz)
returns table (at timestamptz, mailbox text, sender text, class text, score double precision,
               digest bytea, from_line text, subject_line text, says text)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select n.at, n.mailbox, n.sender, n.class, n.score, n.digest, n.from_line, n.subject_line,
           v.says
    from lazaret.session s
    join lazaret.passage n on n.tenant_id = s.tenant_id and n.mailbox = any (array(
        select a.address from lazaret.address a
        where a.tenant_id = s.tenant_id and a.account_id = s.account_id))
    left join lazaret.vote v on v.tenant_id = s.tenant_id and v.account_id = s.account_id
        and v.digest = n.digest
    where s.token_hash = a_session and s.kind = 'full' and s.expires > now
      and n.action in ('deliver', 'tag') and n.digest is not null and n.at >= oldest
      and (before is null or (n.at, n.digest) < (before, before_digest))
    order by n.at desc, n.digest desc limit most
$$;

-- A person says that a message which was delivered to him was spam, or takes that back. Two
-- hundred such votes a day are more than anybody reads. False: it was none of his, or too many.
create function lazaret.vote_on_delivered(a_session bytea, a_digest bytea, is_spam boolean,
                                          oldest timestamptz, now timestamptz)
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
    if 200 <= (select count(*) from lazaret.vote v
               where v.tenant_id = mine.tenant_id and v.account_id = mine.account_id
                 and v.at > now - interval '1 day' and v.digest <> a_digest) then
        return false;
    end if;
    if is_spam then
        insert into lazaret.vote as v (tenant_id, account_id, digest, says, at)
            values (mine.tenant_id, mine.account_id, a_digest, 'spam', now)
            on conflict (tenant_id, account_id, digest)
                do update set says = 'spam', at = excluded.at
                where v.says is distinct from 'spam';
    else
        -- Only that: another vote may have come from a request.
        update lazaret.vote v set says = null, at = now
            where v.tenant_id = mine.tenant_id and v.account_id = mine.account_id
              and v.digest = a_digest and v.says = 'spam';
    end if;
    return true;
end $$;

revoke all on function
    lazaret.delivered_to(bytea, timestamptz, timestamptz, bytea, int, timestamptz),
    lazaret.vote_on_delivered(bytea, bytea, boolean, timestamptz, timestamptz) from public;
grant execute on function
    lazaret.delivered_to(bytea, timestamptz, timestamptz, bytea, int, timestamptz),
    lazaret.vote_on_delivered(bytea, bytea, boolean, timestamptz, timestamptz) to lazaret_portal;
