-- What the milter may do, each in one round trip. These run with the rights of the schema's
-- owner, so that the milter's role needs none on the tables; hence the fixed search_path.

-- Holds one message for its recipients, or finds the copies that are there.
-- `copies` is an array of {place, reference, tenant, recipient, recipient_key, mailbox, class,
-- score, expires, explanation, kept}; the answer is the references by place, with commas between.
create function lazaret.hold(today date, a_digest bytea, the_bytes bytea, received_micros bigint,
                             mail json, the_hits json, the_preview json, images bytea, copies json)
returns text language plpgsql security definer set search_path = pg_catalog, pg_temp
-- One plan for good, by the indexes: days begin empty, and grow faster than statistics do.
set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
declare
    c record;
    m record;
    answer text[] := '{}';
    there text;
    the_account bigint;
    received_at timestamptz := lazaret.moment(received_micros);
begin
    -- Two tries of one message at once: the second waits here, and finds the first one's copies.
    for c in select distinct x.tenant from json_to_recordset(copies) as x(tenant int) order by 1
    loop
        perform pg_advisory_xact_lock(hashtextextended(encode(a_digest, 'hex'), c.tenant));
    end loop;

    select * into m from json_to_record(mail) as x(
        queue_id text, client_ip text, helo text, sender text, eight_bit boolean, utf8 boolean,
        "from" text, from_address text, subject text, list_id text);

    -- In the order of mailboxes, so that two messages to the same new people cannot deadlock.
    for c in
        select * from json_to_recordset(copies) as x(
            place int, reference text, tenant int, recipient text, recipient_key text,
            mailbox text, class text, score double precision, expires date, explanation json,
            kept boolean)
        order by x.tenant, x.mailbox, x.place
    loop
        -- Looks into every partition, the default one too: that keeps a lock on it until we
        -- commit, so that it cannot get or lose a day between this and the insert.
        select h.reference into there from lazaret.held_copy h
            where h.tenant_id = c.tenant and h.digest = a_digest
              and h.recipient_key = c.recipient_key and h.state in ('held', 'releasing')
              and h.expires >= today
            limit 1;
        if not found then
            the_account := lazaret.account_of(c.tenant, c.mailbox);
            insert into lazaret.held_mail (
                tenant_id, digest, expires, received, queue_id, client_ip, helo, sender, eight_bit,
                utf8, from_text, from_address, subject, list_id, hits, preview, preview_images,
                bytes)
            values (
                c.tenant, a_digest, c.expires, received_at, m.queue_id, m.client_ip, m.helo,
                m.sender, m.eight_bit, m.utf8, m."from", m.from_address, m.subject, m.list_id,
                the_hits, the_preview, images, the_bytes)
            on conflict do nothing;
            insert into lazaret.held_copy (
                reference, tenant_id, expires, digest, recipient, recipient_key, mailbox,
                account_id, class, score, received, kept_after_refusal, explanation)
            values (
                c.reference, c.tenant, c.expires, a_digest, c.recipient, c.recipient_key,
                c.mailbox, the_account, c.class, c.score, received_at, c.kept, c.explanation);
            there := c.reference;
        end if;
        answer[c.place] := there;
    end loop;
    return array_to_string(answer, ',');
end $$;

-- When a message first got a 451 for want of a scanner.
create function lazaret.first_deferred(a_tenant int, a_digest bytea, now_micros bigint)
returns bigint language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    answer bigint;
begin
    insert into lazaret.deferral (tenant_id, digest, first_seen)
        values (a_tenant, a_digest, lazaret.moment(now_micros)) on conflict do nothing;
    select lazaret.micros(first_seen) into answer from lazaret.deferral
        where tenant_id = a_tenant and digest = a_digest;
    return answer;
end $$;

-- The rows of a batch of notes. `notes` is an array of {at, tenant, mailbox, queue_id, sender,
-- client_ip, class, action, score, reference, hits, explanation, entry}.
create function lazaret.note_rows(notes json)
returns table (at timestamptz, tenant_id int, mailbox text, queue_id text, sender text,
               client_ip text, class text, action text, score double precision, reference text,
               hits json, explanation json, entry bigint)
language sql immutable as $$
    select lazaret.moment(x.at), x.tenant, x.mailbox, x.queue_id, x.sender, x.client_ip, x.class,
           x.action, x.score, x.reference, x.hits, x.explanation, x.entry
    from json_to_recordset(notes) as x(
        at bigint, tenant int, mailbox text, queue_id text, sender text, client_ip text,
        class text, action text, score double precision, reference text, hits json,
        explanation json, entry bigint)
$$;

-- Writes one batch of notes; a second time the same batch changes nothing and answers false.
create function lazaret.note(a_batch text, keep_passages boolean, notes json)
returns boolean language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    insert into lazaret.note_batch (batch) values (a_batch) on conflict do nothing;
    if not found then return false; end if;

    if keep_passages then
        insert into lazaret.passage (at, tenant_id, mailbox, queue_id, sender, client_ip, class,
                                     action, score, reference, hits, explanation)
            select n.at, n.tenant_id, n.mailbox, n.queue_id, n.sender, n.client_ip, n.class,
                   n.action, n.score, n.reference, n.hits, n.explanation
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
    perform 1 from lazaret.list_entry e
        where e.entry_id in (select n.entry from lazaret.note_rows(notes) n where n.entry <> 0)
        order by e.tenant_id, e.entry_id for update;
    update lazaret.list_entry e set hits = e.hits + n.hits, last_hit = n.last
        from (select r.entry, count(*) as hits, max(r.at) as last
              from lazaret.note_rows(notes) r where r.entry <> 0 group by r.entry) n
        where e.entry_id = n.entry;
    return true;
end $$;
