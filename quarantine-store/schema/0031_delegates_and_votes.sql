-- A delegate sees what was delivered, and says of it that it was spam, where the owner lets him: by
-- default he does not, as those who have delegates were told.

alter table lazaret.delegate add column sees_delivered boolean not null default false;

-- By whom it was said on the page of what was delivered (origin spam); '': from before it was noted.
alter table lazaret.vote add column said_by text not null default '';

-- The account whose delivered mail a session shows: its own, or the one whose guest its owner is as a
-- delegate who may see that. `address` is his own, by which he is in. No row: he may not.
create function lazaret.sees_delivered(a_session bytea, an_account bigint, now timestamptz)
returns table (tenant int, account bigint, address text)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select s.tenant_id, an_account, s.address from lazaret.session s
    where s.token_hash = a_session and s.kind = 'full' and s.expires > now
      and (an_account = s.account_id or (
           an_account = s.host_account and lazaret.host_right(s, now) = 'delegate' and exists (
               select from lazaret.delegate d
               join lazaret.address a on a.tenant_id = d.tenant_id and a.address = d.address
               where d.tenant_id = s.host_tenant and d.account_id = s.host_account
                 and d.sees_delivered and a.account_id = s.account_id
                 and lazaret.is_protected(a.tenant_id, a.address))))
$$;

-- As in 0020_delivered.sql, of an account that the session may see, and with who said it.
drop function lazaret.delivered_to(bytea, timestamptz, timestamptz, bytea, int, timestamptz);
create function lazaret.delivered_to(a_session bytea, an_account bigint, oldest timestamptz,
                                     before timestamptz, before_digest bytea, most int,
                                     now timestamptz)
returns table (at timestamptz, mailbox text, sender text, class text, score double precision,
               digest bytea, from_line text, subject_line text, says text, said_by text)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select n.at, n.mailbox, n.sender, n.class, n.score, n.digest, n.from_line, n.subject_line,
           v.says, case when v.origin = 'spam' then v.said_by else '' end
    from lazaret.sees_delivered(a_session, an_account, now) s
    join lazaret.passage n on n.tenant_id = s.tenant and n.mailbox = any (array(
        select a.address from lazaret.address a
        where a.tenant_id = s.tenant and a.account_id = s.account))
    left join lazaret.vote v on v.tenant_id = s.tenant and v.account_id = s.account
        and v.digest = n.digest
    where n.action in ('deliver', 'tag') and n.digest is not null and n.at >= oldest
      and (before is null or (n.at, n.digest) < (before, before_digest))
    order by n.at desc, n.digest desc limit most
$$;

-- As in 0024_votes.sql; what changes stands in the audit.
drop function lazaret.vote_on_delivered(bytea, bytea, boolean, timestamptz, timestamptz);
create function lazaret.vote_on_delivered(a_session bytea, an_account bigint, a_digest bytea,
                                          is_spam boolean, a_client text, oldest timestamptz,
                                          now timestamptz)
returns boolean language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    mine record;
    said text;
begin
    select * into mine from lazaret.sees_delivered(a_session, an_account, now);
    if not found then return false; end if;
    perform from lazaret.passage n
        join lazaret.address a on a.tenant_id = n.tenant_id and a.address = n.mailbox
        where a.tenant_id = mine.tenant and a.account_id = mine.account
          and n.digest = a_digest and n.action in ('deliver', 'tag') and n.at >= oldest;
    if not found then return false; end if;
    select v.says into said from lazaret.vote v
        where v.tenant_id = mine.tenant and v.account_id = mine.account and v.digest = a_digest;
    -- Only that is taken back: another vote may have come from a request.
    if coalesce(said = 'spam', false) = is_spam then return true; end if;
    if not lazaret.say(mine.tenant, mine.account, a_digest, case when is_spam then 'spam' end,
                       'spam', 0, now) then
        return false;
    end if;
    update lazaret.vote v set said_by = mine.address
        where v.tenant_id = mine.tenant and v.account_id = mine.account and v.digest = a_digest;
    insert into lazaret.audit (tenant_id, who, from_where, what, subject, detail)
        values (mine.tenant, mine.address, a_client,
                case when is_spam then 'vote spam' else 'vote taken back' end,
                'account:' || mine.account, encode(a_digest, 'hex'));
    return true;
end $$;

-- As in 0022_visits.sql, with what each sees.
drop function lazaret.delegates_of(bytea, timestamptz);
create function lazaret.delegates_of(a_session bytea, now timestamptz)
returns table (address text, gets_reports boolean, has_agreed boolean, sees_delivered boolean)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select d.address, d.gets_reports, d.agreed is not null, d.sees_delivered
    from lazaret.full_session_of(a_session, now) mine
    join lazaret.delegate d on d.tenant_id = mine.tenant and d.account_id = mine.account
    order by d.made, d.address
$$;

-- The owner of a session lets a delegate see what was delivered, or no longer. False: he is none.
create function lazaret.show_delivered_to(a_session bytea, an_address text, is_shown boolean,
                                          a_client text, now timestamptz) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    mine record;
begin
    select * into mine from lazaret.full_session_of(a_session, now);
    if not found then return false; end if;
    update lazaret.delegate d set sees_delivered = is_shown
        where d.tenant_id = mine.tenant and d.account_id = mine.account
          and d.address = an_address;
    if not found then return false; end if;
    insert into lazaret.audit (tenant_id, who, from_where, what, subject, detail)
        values (mine.tenant, mine.address, a_client,
                case when is_shown then 'delivered shown to' else 'delivered hidden from' end,
                'account:' || mine.account, an_address);
    return true;
end $$;

do $$
declare
    one regprocedure;
begin
    for one in select oid from pg_proc where pronamespace = 'lazaret'::regnamespace
        and proname in ('sees_delivered', 'delivered_to', 'vote_on_delivered', 'delegates_of',
                        'show_delivered_to')
    loop
        execute format('revoke all on function %s from public', one);
        execute format('grant execute on function %s to lazaret_portal', one);
    end loop;
end $$;
