-- A changed mind that is beyond what an account may say a day is not noted as what it says now; but
-- it no longer says what it said, or the model would stay taught by it.

create function lazaret.unsay_other(a_tenant int, an_account bigint, a_digest bytea, a_says text,
                                    now timestamptz) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
    update lazaret.vote v set says = null, at = now, entry = 0, refusals = 0, set_aside = false
        where v.tenant_id = a_tenant and v.account_id = an_account and v.digest = a_digest
          and (v.says = 'spam') <> (a_says = 'spam')
$$;
revoke all on function lazaret.unsay_other(int, bigint, bytea, text, timestamptz) from public;

-- As in 0024_votes.sql, with that; and as a release, neither does a request make an accepted newsletter
-- any other wanted mail.
create or replace function lazaret.say(a_tenant int, an_account bigint, a_digest bytea, a_says text,
                                       an_origin text, an_entry bigint, now timestamptz)
returns boolean language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
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
        perform lazaret.unsay_other(a_tenant, an_account, a_digest, a_says, now);
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
              and not (excluded.origin in ('release', 'request') and excluded.says = 'ham'
                       and v.says = 'newsletter');
    return true;
end $$;

-- As in 0027_votes_by_mail.sql, with that.
create or replace function lazaret.vote_by_mail(an_address text, a_digest bytea, a_says text,
                                                an_origin text, the_bytes bytea,
                                                oldest timestamptz, now timestamptz)
returns text language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    the_tenant int;
    the_account bigint;
begin
    if a_says not in ('spam', 'ham') or an_origin not in ('junk', 'forward') then
        raise exception 'lazaret.vote_by_mail: % by %', a_says, an_origin;
    end if;
    select d.tenant_id into the_tenant from lazaret.domain d
        where d.name = split_part(an_address, '@', -1) and not d.gone;
    if not found then return 'unknown'; end if;
    select a.account_id into the_account from lazaret.address a
        where a.tenant_id = the_tenant and a.address = an_address;
    perform from lazaret.passage n
        where n.tenant_id = the_tenant and n.digest = a_digest and n.at >= oldest
          and n.action in ('deliver', 'tag')
          and n.mailbox = any (array(
              select an_address
              union select a.address from lazaret.address a
                  where a.tenant_id = the_tenant and a.account_id = the_account));
    if not found then return 'elsewhere'; end if;
    if the_account is null then
        the_account := lazaret.account_of(the_tenant, an_address);
    end if;

    if a_says = 'ham' and an_origin = 'junk' then
        perform from lazaret.vote v
            where v.tenant_id = the_tenant and v.account_id = the_account and v.digest = a_digest
              and v.says = 'spam' and v.origin in ('junk', 'spam', 'forward');
        if found then
            perform lazaret.say(the_tenant, the_account, a_digest, null, 'junk', 0, now);
            return 'noted';
        end if;
    end if;
    if not lazaret.say(the_tenant, the_account, a_digest, a_says, an_origin, 0, now) then
        return 'many';
    end if;
    perform from lazaret.message_bytes m
        where m.tenant_id = the_tenant and m.digest = a_digest;
    if found then return 'noted'; end if;
    -- say() has taken the account's lock, so that many at once each see the others.
    if 16777216 < length(the_bytes) + (
            select coalesce(sum(length(k.bytes)), 0) from lazaret.vote_mail k
            where k.tenant_id = the_tenant and k.account_id = the_account
              and k.kept > now - interval '1 day') then
        raise exception using errcode = 'LZ001', message = 'too many bytes of votes';
    end if;
    insert into lazaret.vote_mail (tenant_id, digest, account_id, kept, bytes)
        values (the_tenant, a_digest, the_account, now, the_bytes)
        on conflict do nothing;
    return 'noted';
exception when sqlstate 'LZ001' then
    -- What was said goes with it, but not that he thinks otherwise now.
    perform lazaret.unsay_other(the_tenant, the_account, a_digest, a_says, now);
    return 'many';
end $$;
