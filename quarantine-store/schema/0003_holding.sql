-- What the milter may do, each in one round trip. These run with the rights of the schema's
-- owner, so that the milter's role needs none on the tables; hence the fixed search_path.

-- A copy that ended is found by no retry any more.
create function lazaret.end_waiting() returns trigger language plpgsql as $$
begin
    delete from lazaret.waiting w
        where w.tenant_id = new.tenant_id and w.digest = new.digest
          and w.recipient_key = new.recipient_key and w.reference = new.reference;
    return null;
end $$;
create trigger ended after update of state on lazaret.held_copy
    for each row when (new.state in ('released', 'deleted'))
    execute function lazaret.end_waiting();

-- A message was tried again for a recipient whose copy is there: whether that copy still stands.
--
-- A copy that is held counts as it was judged now: rules and signatures may have been mended, and
-- the sender was told 250 this time. One that is on its way at this moment is the released mail
-- itself, whose seal was not believed: it is held again, and who releases it finds that out.
create function lazaret.found_again(a_reference text, a_tenant int, a_day date, judged record)
returns boolean language plpgsql as $$
declare
    old record;
begin
    -- EXECUTE plans for this one day; a plan that is kept would lock the tables of all days.
    execute 'select class, state, last_error from lazaret.held_copy where reference = $1
             and tenant_id = $2 and expires = $3 and state in (''held'', ''releasing'') for update'
        into old using a_reference, a_tenant, a_day;
    if old.state is null then return false; end if;
    if old.state = 'releasing' then
        if old.last_error = '' then
            execute 'update lazaret.held_copy set state = ''held'', last_error = $4
                     where reference = $1 and tenant_id = $2 and expires = $3'
                using a_reference, a_tenant, a_day,
                      'it came back to us: its seal was not believed';
        end if;
        return true;
    end if;
    execute 'update lazaret.held_copy set class = $4, score = $5, hits = $6, explanation = $7,
                    kept_after_refusal = kept_after_refusal and $8
             where reference = $1 and tenant_id = $2 and expires = $3'
        using a_reference, a_tenant, a_day, judged.class, judged.score, judged.hits,
              judged.explanation, judged.kept;
    if old.class <> judged.class then
        insert into lazaret.audit (tenant_id, who, from_where, what, subject, detail)
            values (a_tenant, 'lazaret-milter', judged.queue_id, 'judged again', a_reference,
                    old.class || ', now ' || judged.class);
    end if;
    return true;
end $$;

-- A released message came back changed, so that it is another message to us and was held under
-- another name. The copy that was released is held again: only for the same recipient, and only
-- while it is on its way, because anybody can write a reference into a header.
create function lazaret.take_back(a_reference text, recipient_keys text[], as_reference text)
returns void language plpgsql as $$
begin
    update lazaret.held_copy
        set state = 'held', last_error = 'it came back to us changed, and is held as '
            || as_reference || ', too: its seal did not fit'
        where reference = a_reference and state = 'releasing' and last_error = ''
          and recipient_key = any (recipient_keys);
end $$;

-- Holds one message for its recipients, or finds the copies that are there.
-- `mail` is {from, from_address, subject, list_id, and of this transmission: queue_id, client_ip,
-- helo, sender, eight_bit, utf8, seal_of}; `copies` is an array of {place, reference, tenant,
-- recipient, recipient_key, mailbox, class, score, expires, explanation, kept}. The answer is the
-- references by place, with commas between.
create function lazaret.hold(today date, a_digest bytea, the_bytes bytea, received_micros bigint,
                             mail json, the_hits json, the_preview json, images bytea, copies json)
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
        select x.*, the_hits as hits, m.queue_id
        from json_to_recordset(copies) as x(
            place int, reference text, tenant int, recipient text, recipient_key text,
            mailbox text, class text, score double precision, expires date, explanation json,
            kept boolean)
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
            c.score, the_hits, received_at, c.kept, c.explanation);
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
declare
    used record;
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
    -- One by one, by the index, and in their order.
    for used in select r.entry, count(*) as hits, max(r.at) as last
                from lazaret.note_rows(notes) r where r.entry <> 0 group by r.entry order by r.entry
    loop
        update lazaret.list_entry e
            set hits = e.hits + used.hits, last_hit = greatest(e.last_hit, used.last)
            where e.entry_id = used.entry;
    end loop;
    return true;
end $$;
