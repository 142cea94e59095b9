-- Newsletters that an account's setting lets through are counted, as those that were held or accepted
-- are: with the batch of notes that brings their passages, and where no passages are kept as well.

create table lazaret.newsletter_counter (
    tenant_id int not null,
    mailbox text not null,
    month date not null,              -- its first day
    newsletter text not null,         -- Newsletter::key; cut, with a hash
    from_line text not null,          -- of the last one
    from_address text not null,
    list_id text not null,
    proved text not null,             -- the domain; '': none
    messages bigint not null,
    first timestamptz not null,
    last timestamptz not null,
    primary key (tenant_id, mailbox, month, newsletter)
);
create index newsletter_counter_month on lazaret.newsletter_counter (month);
grant select, insert, update, delete on lazaret.newsletter_counter to lazaret_admin;

-- Those among some notes. In the order of the keys, so that two milters cannot deadlock.
create function lazaret.count_newsletters(notes json) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
    insert into lazaret.newsletter_counter as c (tenant_id, mailbox, month, newsletter, from_line,
                                                 from_address, list_id, proved, messages, first,
                                                 last)
        select n.tenant, n.mailbox, n.month, n.newsletter ->> 'key',
               (array_agg(n.newsletter ->> 'from' order by n.at desc))[1],
               min(n.newsletter ->> 'from_address'), min(n.newsletter ->> 'list_id'),
               min(n.newsletter ->> 'proved'), count(*), lazaret.moment(min(n.at)),
               lazaret.moment(max(n.at))
        from (select x.*, date_trunc('month', lazaret.moment(x.at) at time zone 'UTC')::date as month
              from json_to_recordset(notes) as x(at bigint, tenant int, mailbox text,
                                                 newsletter json)
              where x.newsletter is not null) n
        group by 1, 2, 3, 4 order by 1, 2, 3, 4
    on conflict (tenant_id, mailbox, month, newsletter) do update
        set messages = c.messages + excluded.messages, from_line = excluded.from_line,
            first = least(c.first, excluded.first), last = greatest(c.last, excluded.last)
$$;

-- As in 0020_delivered.sql, with newsletters.
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
    perform lazaret.count_newsletters(notes);
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

-- Those that came to an account by its setting, the newest first: for a session that may see what was
-- delivered there.
create function lazaret.newsletters_delivered(a_session bytea, an_account bigint, most int,
                                              now timestamptz)
returns table (newsletter text, from_line text, from_address text, list_id text, proved text,
               messages bigint, first timestamptz, last timestamptz)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select c.newsletter, (array_agg(c.from_line order by c.last desc))[1], min(c.from_address),
           min(c.list_id), min(c.proved), sum(c.messages)::bigint, min(c.first), max(c.last)
    from lazaret.sees_delivered(a_session, an_account, now) s
    join lazaret.address a on a.tenant_id = s.tenant and a.account_id = s.account
    join lazaret.newsletter_counter c on c.tenant_id = a.tenant_id and c.mailbox = a.address
    group by c.newsletter order by max(c.last) desc, c.newsletter limit most
$$;

-- As sender_counter: of a month that is over the two hundred stay that sent most to a mailbox, and
-- what is older than thirteen months goes.
create function lazaret.tidy_newsletters(today date) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    this_month date := date_trunc('month', today)::date;
    removed bigint;
    n bigint := 0;
begin
    delete from lazaret.newsletter_counter c where c.month < this_month - interval '13 months';
    get diagnostics removed = row_count;
    -- A few times, since notes may be late.
    if extract(day from today) between 2 and 4 then
        delete from lazaret.newsletter_counter c using (
            select tenant_id, mailbox, month, newsletter,
                   row_number() over (partition by tenant_id, mailbox
                                      order by messages desc, newsletter) as place
            from lazaret.newsletter_counter
            where month = (this_month - interval '1 month')::date) r
        where r.place > 200 and c.tenant_id = r.tenant_id and c.mailbox = r.mailbox
          and c.month = r.month and c.newsletter = r.newsletter;
        get diagnostics n = row_count;
    end if;
    return removed + n;
end $$;

revoke all on function lazaret.count_newsletters(json),
    lazaret.newsletters_delivered(bytea, bigint, int, timestamptz),
    lazaret.tidy_newsletters(date) from public;
grant execute on function lazaret.newsletters_delivered(bytea, bigint, int, timestamptz)
    to lazaret_portal;
grant execute on function lazaret.tidy_newsletters(date) to lazaret_admin;
