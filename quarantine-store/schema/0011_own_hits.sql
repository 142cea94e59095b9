-- The hits of a copy may have other points than those of the message: rule_scores of its recipient.

-- As in 0003_holding.sql, and a copy may bring `own_hits`.
create or replace function lazaret.hold(today date, a_digest bytea, the_bytes bytea,
                                        received_micros bigint, mail json, the_hits json,
                                        the_preview json, images bytea, copies json)
returns text language plpgsql security definer set search_path = pg_catalog, pg_temp
-- One plan for good, by the indexes: tables begin empty, and grow faster than statistics do.
set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
declare
    c record;
    m record;
    there record;
    answer text[] := '{}';
    keys text[] := '{}';
    the_account bigint;
    received_at timestamptz := lazaret.moment(received_micros);
begin
    -- Two tries of one message at once: the second waits here, and finds the first one's copies.
    for c in select distinct x.tenant from json_to_recordset(copies) as x(tenant int) order by 1
    loop
        perform pg_advisory_xact_lock(hashtextextended(encode(a_digest, 'hex'), c.tenant));
    end loop;
    -- No day comes or goes between our statements. Copies first, as where days are made and
    -- dropped.
    lock table only lazaret.held_copy, only lazaret.held_copy_default in row exclusive mode;

    select * into m from json_to_record(mail) as x(
        queue_id text, client_ip text, helo text, sender text, eight_bit boolean, utf8 boolean,
        "from" text, from_address text, subject text, list_id text, seal_of text);

    -- In the order of mailboxes, so that two messages to the same new people cannot deadlock.
    for c in
        select x.*, coalesce(x.own_hits, the_hits) as hits, m.queue_id
        from json_to_recordset(copies) as x(
            place int, reference text, tenant int, recipient text, recipient_key text,
            mailbox text, class text, score double precision, expires date, explanation json,
            kept boolean, own_hits json)
        order by x.tenant, x.mailbox, x.place
    loop
        keys := keys || c.recipient_key;
        select w.reference, w.expires into there from lazaret.waiting w
            where w.tenant_id = c.tenant and w.digest = a_digest
              and w.recipient_key = c.recipient_key;
        if found and there.expires >= today
                and lazaret.found_again(there.reference, c.tenant, there.expires, c) then
            answer[c.place] := there.reference;
            continue;
        end if;
        the_account := lazaret.account_of(c.tenant, c.mailbox);
        insert into lazaret.held_mail (
            tenant_id, digest, expires, from_text, from_address, subject, list_id, preview,
            preview_images, bytes)
        values (
            c.tenant, a_digest, c.expires, m."from", m.from_address, m.subject, m.list_id,
            the_preview, images, the_bytes)
        on conflict do nothing;
        insert into lazaret.held_copy (
            reference, tenant_id, expires, digest, recipient, recipient_key, mailbox, account_id,
            sender, eight_bit, utf8, client_ip, helo, queue_id, class, score, hits, received,
            kept_after_refusal, explanation)
        values (
            c.reference, c.tenant, c.expires, a_digest, c.recipient, c.recipient_key, c.mailbox,
            the_account, m.sender, m.eight_bit, m.utf8, m.client_ip, m.helo, m.queue_id, c.class,
            c.score, c.hits, received_at, c.kept, c.explanation);
        insert into lazaret.waiting (tenant_id, digest, recipient_key, reference, expires)
            values (c.tenant, a_digest, c.recipient_key, c.reference, c.expires)
            on conflict (tenant_id, digest, recipient_key)
                do update set reference = excluded.reference, expires = excluded.expires;
        answer[c.place] := c.reference;
    end loop;
    if m.seal_of <> '' then
        perform lazaret.take_back(m.seal_of, keys, answer[1]);
    end if;
    return array_to_string(answer, ',');
end $$;
