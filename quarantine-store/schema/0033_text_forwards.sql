-- Whoever forwards a message as text has left its bytes behind: that teaches nothing. It is counted,
-- and where our notes know which message it was, its owner is asked whether to block the sender.

create table lazaret.text_forward (
    tenant_id int not null,
    account_id bigint not null,       -- 0: of mailboxes without an account
    day date not null,
    forwards int not null,
    found int not null,               -- of these: which message it was is known
    primary key (tenant_id, account_id, day)
);
create index text_forward_day on lazaret.text_forward (day);

-- Of what was forwarded as spam. An answer closes it; to forward the message again opens it again.
create table lazaret.block_proposal (
    tenant_id int not null,
    account_id bigint not null,
    digest bytea not null,
    at timestamptz not null,
    sender text not null,             -- the address in its From, small letters
    from_line text not null,
    subject_line text not null,
    is_open boolean not null default true,
    primary key (tenant_id, account_id, digest)
);
create index block_proposal_at on lazaret.block_proposal (at);
grant select, insert, update, delete on lazaret.text_forward, lazaret.block_proposal
    to lazaret_admin;

-- The address in a From as passages keep it: `Ada <ada@example.org>`, or the address alone. Null:
-- there is none, or there are several, and nobody knows whom a reader means.
create function lazaret.address_in_line(a_line text) returns text language sql immutable as $$
    select case
        when a_line ~ '^[^<>@]*<[^<>@\s]+@[^<>@\s]+>\s*$'
            then lower(substring(a_line from '<([^<>]*)>'))
        -- Many write their address as their name, too.
        when lower(a_line) ~ '^\s*"?([^<>@\s,"]+@[^<>@\s,"]+)"?\s*<\1>\s*$'
            then lower(substring(a_line from '<([^<>]*)>'))
        when a_line ~ '^\s*[^<>@\s,]+@[^<>@\s,]+\s*$' then lower(btrim(a_line)) end
$$;

-- The owner of an address forwards a message as text. What he quotes is nobody's word, so it only
-- finds what was delivered to him since `oldest`: by the digest that the text names, or by a sender
-- that stands in it and a subject that the mail's own ends with or has in it.
-- 'counted'; 'proposed': and its owner is asked; 'unknown': no domain of ours.
create function lazaret.forward_as_text(an_address text, a_says text, a_digest bytea,
                                        some_senders text[], a_subject text, oldest timestamptz,
                                        now timestamptz)
returns text language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    the_tenant int;
    the_account bigint;
    own text[];
    known record;
begin
    if a_says not in ('spam', 'ham') then
        raise exception 'lazaret.forward_as_text: %', a_says;
    end if;
    select d.tenant_id into the_tenant from lazaret.domain d
        where d.name = split_part(an_address, '@', -1) and not d.gone;
    if not found then return 'unknown'; end if;
    select a.account_id into the_account from lazaret.address a
        where a.tenant_id = the_tenant and a.address = an_address;
    own := array(select an_address
                 union select a.address from lazaret.address a
                     where a.tenant_id = the_tenant and a.account_id = the_account);
    select n.digest, n.from_line, n.subject_line, lazaret.address_in_line(n.from_line) as sender
        into known
        from lazaret.passage n
        where n.tenant_id = the_tenant and n.mailbox = any (own) and n.at >= oldest
          and n.action in ('deliver', 'tag') and n.digest is not null
          and (n.digest = a_digest
               or (n.subject_line <> '' and strpos(lower(a_subject), lower(n.subject_line)) > 0
                   and lazaret.address_in_line(n.from_line) = any (some_senders)))
          and lazaret.address_in_line(n.from_line) <> all (own)
        order by n.digest is not distinct from a_digest desc, n.at desc limit 1;
    if found and the_account is null then
        the_account := lazaret.account_of(the_tenant, an_address);
    end if;
    insert into lazaret.text_forward as f (tenant_id, account_id, day, forwards, found)
        values (the_tenant, coalesce(the_account, 0), (now at time zone 'UTC')::date, 1,
                (known.digest is not null)::int)
        on conflict (tenant_id, account_id, day) do update
            set forwards = f.forwards + 1, found = f.found + excluded.found;
    if known.digest is null or a_says <> 'spam' then return 'counted'; end if;
    -- Nobody answers more than that.
    if 100 <= (select count(*) from lazaret.block_proposal p
               where p.tenant_id = the_tenant and p.account_id = the_account) then
        return 'counted';
    end if;
    insert into lazaret.block_proposal as p (tenant_id, account_id, digest, at, sender, from_line,
                                             subject_line)
        values (the_tenant, the_account, known.digest, now, known.sender, known.from_line,
                known.subject_line)
        on conflict (tenant_id, account_id, digest) do update set at = excluded.at, is_open = true;
    return 'proposed';
end $$;

-- What the account of a session is asked, the newest first: for who may see what was delivered there.
create function lazaret.block_proposals(a_session bytea, an_account bigint, most int,
                                        now timestamptz)
returns table (digest bytea, at timestamptz, sender text, from_line text, subject_line text)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select p.digest, p.at, p.sender, p.from_line, p.subject_line
    from lazaret.sees_delivered(a_session, an_account, now) s
    join lazaret.block_proposal p on p.tenant_id = s.tenant and p.account_id = s.account
    where p.is_open and p.at > now - interval '30 days'
    order by p.at desc, p.digest limit most
$$;

-- It was answered. False: there was no such question.
create function lazaret.close_block_proposal(a_session bytea, an_account bigint, a_digest bytea,
                                             now timestamptz) returns boolean
language sql security definer set search_path = pg_catalog, pg_temp as $$
    with closed as (
        update lazaret.block_proposal p set is_open = false
        from lazaret.sees_delivered(a_session, an_account, now) s
        where p.tenant_id = s.tenant and p.account_id = s.account and p.digest = a_digest
          and p.is_open
        returning 1)
    select exists (select from closed)
$$;

-- What was forwarded as text stays as long as what else was said.
create function lazaret.tidy_text_forwards(today date) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    removed bigint;
    n bigint;
begin
    delete from lazaret.text_forward where day < today - 30;
    get diagnostics removed = row_count;
    delete from lazaret.block_proposal where at < (today - 30)::timestamp at time zone 'UTC';
    get diagnostics n = row_count;
    return removed + n;
end $$;

do $$
declare
    one regprocedure;
begin
    for one in select oid from pg_proc where pronamespace = 'lazaret'::regnamespace
        and proname in ('address_in_line', 'forward_as_text', 'block_proposals',
                        'close_block_proposal', 'tidy_text_forwards')
    loop
        execute format('revoke all on function %s from public', one);
    end loop;
end $$;
grant execute on function
    lazaret.forward_as_text(text, text, bytea, text[], text, timestamptz, timestamptz)
    to lazaret_milter;
grant execute on function
    lazaret.block_proposals(bytea, bigint, int, timestamptz),
    lazaret.close_block_proposal(bytea, bigint, bytea, timestamptz) to lazaret_portal;
grant execute on function lazaret.tidy_text_forwards(date) to lazaret_admin;
