-- Whoever asks for an adjustment of a newsletter, and gets it, wants that newsletter: it is his word
-- as if he had accepted it.

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
