-- Who writes to whom, and how often: for the statistics of an account. Counted once a day from the
-- passages of the day before, so that no message waits for it; where milters note no passages there
-- is nothing to count. What was delivered is for its recipient alone: the portal's role asks a
-- function that wants the secret of a full session.

create table lazaret.sender_counter (
    tenant_id int not null,
    mailbox text not null,
    month date not null,              -- its first day
    is_newsletter boolean not null,
    sender text not null,             -- as the message says, else of the envelope; cut
    messages bigint not null,
    primary key (tenant_id, mailbox, month, is_newsletter, sender)
);
create index sender_counter_month on lazaret.sender_counter (month);

-- The days that were counted, and the months that were cut to those who wrote most. Of tenant 0:
-- both are done for all.
create table lazaret.sender_day (
    tenant_id int not null default 0,
    day date not null,
    primary key (tenant_id, day)
);
create table lazaret.sender_month (
    tenant_id int not null default 0,
    month date not null,
    primary key (tenant_id, month)
);

-- Counts the oldest day that is over for six hours (notes of a milter may be late) and was not
-- counted; null: there is none.
create function lazaret.count_senders(now timestamptz) returns date
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    last_day date := ((now - interval '6 hours') at time zone 'UTC')::date - 1;
    counted date;
begin
    select last_day - n into counted from generate_series(27, 0, -1) n
        where not exists (select from lazaret.sender_day s where s.tenant_id = 0
                          and s.day = last_day - n)
        order by n desc limit 1;
    if not found then return null; end if;
    insert into lazaret.sender_day (day) values (counted) on conflict do nothing;
    if not found then return counted; end if;  -- another upkeep is at it
    insert into lazaret.sender_counter as c
            (tenant_id, mailbox, month, is_newsletter, sender, messages)
        select p.tenant_id, p.mailbox, date_trunc('month', counted)::date,
               p.class = 'newsletter', left(coalesce(nullif(p.from_line, ''), p.sender), 200),
               count(*)
        from lazaret.passage p
        where p.at >= counted::timestamp at time zone 'UTC'
          and p.at < (counted + 1)::timestamp at time zone 'UTC'
          and p.action in ('deliver', 'tag')
        group by 1, 2, 3, 4, 5
        on conflict (tenant_id, mailbox, month, is_newsletter, sender)
            do update set messages = c.messages + excluded.messages;
    return counted;
end $$;

-- Cuts the oldest month that is over and was not cut: of each mailbox the two hundred stay who
-- wrote most, and as many newsletters. What is older than thirteen months goes. Null: there is none.
create function lazaret.prune_senders(now timestamptz) returns date
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    this_month date := date_trunc('month', (now - interval '6 hours') at time zone 'UTC')::date;
    cut date;
begin
    select min(c.month) into cut from lazaret.sender_counter c
        where c.month < this_month and not exists (
            select from lazaret.sender_month m where m.tenant_id = 0 and m.month = c.month);
    if cut is null then return null; end if;
    insert into lazaret.sender_month (month) values (cut) on conflict do nothing;
    if not found then return cut; end if;
    delete from lazaret.sender_counter c using (
        select tenant_id, mailbox, is_newsletter, sender,
               row_number() over (partition by tenant_id, mailbox, is_newsletter
                                  order by messages desc, sender) as place
        from lazaret.sender_counter where month = cut) r
    where r.place > 200 and c.month = cut and c.tenant_id = r.tenant_id
      and c.mailbox = r.mailbox and c.is_newsletter = r.is_newsletter and c.sender = r.sender;
    delete from lazaret.sender_counter where month < this_month - interval '13 months';
    delete from lazaret.sender_month where month < this_month - interval '13 months';
    delete from lazaret.sender_day where day < this_month - 62;
    return cut;
end $$;

-- Who wrote most to the account of a full session, or which newsletters came most often, from the
-- month of a day on.
create function lazaret.top_senders(a_session bytea, since date, newsletters boolean, most int,
                                    now timestamptz)
returns table (sender text, messages bigint)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select c.sender, sum(c.messages)::bigint
    from lazaret.full_session_of(a_session, now) mine
    join lazaret.address a on a.tenant_id = mine.tenant and a.account_id = mine.account
    join lazaret.sender_counter c on c.tenant_id = a.tenant_id and c.mailbox = a.address
    where c.month >= date_trunc('month', since) and c.is_newsletter = newsletters
    group by c.sender order by 2 desc, 1 limit most
$$;

revoke all on function lazaret.count_senders(timestamptz), lazaret.prune_senders(timestamptz),
    lazaret.top_senders(bytea, date, boolean, int, timestamptz) from public;
grant execute on function lazaret.count_senders(timestamptz), lazaret.prune_senders(timestamptz)
    to lazaret_admin;
grant execute on function lazaret.top_senders(bytea, date, boolean, int, timestamptz)
    to lazaret_portal;
