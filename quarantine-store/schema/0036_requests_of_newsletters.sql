-- Whoever asks for an adjustment of a newsletter, and gets it, wants that newsletter: it is his word
-- as if he had accepted it, and no other word for wanted mail takes that away.

-- As in 0024_votes.sql, and as a release, neither does a request make an accepted newsletter any
-- other wanted mail.
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

-- As in 0024_votes.sql. What was held as a newsletter is wanted as one.
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
        perform lazaret.say(q.tenant_id, q.account_id, q.digest,
                            case when q.class = 'newsletter' then 'newsletter' else 'ham' end,
                            'request', 0, now);
    end if;
    insert into lazaret.audit (tenant_id, who, from_where, what, subject, detail)
        values (q.tenant_id, a_who, a_from, 'request ' || a_state, q.reference, q.recipient);
    perform lazaret.notify_of(q.tenant_id, q.account_id, 'request-answered', q.recipient,
                              q.request_id, now);
    return true;
end $$;
