-- What the pages of an account ask of the quarantine: the newest of ten thousand copies, those
-- with a word in sender or subject, what was refused.

-- Sender and subject as a list shows them and as they are looked through. They stand in held_mail
-- too, which has a message's bytes between one and the next: to look through ten thousand of them
-- there takes five times as long.
alter table lazaret.held_copy
    add column from_line text not null default '',
    add column subject_line text not null default '';
update lazaret.held_copy h
    set from_line = left(m.from_text, 300), subject_line = left(m.subject, 300)
    from lazaret.held_mail m
    where m.tenant_id = h.tenant_id and m.digest = h.digest and m.expires = h.expires;

-- In the order of the pages, so that one begins where the last one ended, whatever came since.
create index held_copy_of_account on lazaret.held_copy (account_id, received, reference);
drop index lazaret.held_copy_account;

-- Of a refusal what its recipient is shown; where it came from is not his.
grant select (reference, sender, action, score, hits) on lazaret.refusal to lazaret_portal;

-- As in 0011_own_hits.sql, and sender and subject stand with the copy.
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
            kept_after_refusal, explanation, from_line, subject_line)
        values (
            c.reference, c.tenant, c.expires, a_digest, c.recipient, c.recipient_key, c.mailbox,
            the_account, m.sender, m.eight_bit, m.utf8, m.client_ip, m.helo, m.queue_id, c.class,
            c.score, c.hits, received_at, c.kept, c.explanation,
            left(m."from", 300), left(m.subject, 300));
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
