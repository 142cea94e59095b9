-- The warn list: of mail that is held from such a sender its recipient is told at once. And whoever
-- sends notifications is woken, so that none waits for the next run.

alter table lazaret.list_entry drop constraint list_entry_kind_check;
alter table lazaret.list_entry add constraint list_entry_kind_check
    check (kind in ('allow', 'deny', 'newsletter', 'warn'));

-- 'warned' is about one copy, 'warned-more' says that there are too many to name. Beside the kinds
-- that there are by now, whichever these are.
do $$
declare
    kinds text;
begin
    select pg_get_expr(conbin, conrelid) into kinds from pg_constraint
        where conrelid = 'lazaret.notification'::regclass and conname = 'notification_kind_check';
    alter table lazaret.notification drop constraint notification_kind_check;
    execute format('alter table lazaret.notification add constraint notification_kind_check '
                   'check (kind in (''warned'', ''warned-more'') or %s)', kinds);
end $$;
-- Of 'warned' the copy. What tells one open notification of an account from another is request_id:
-- there it is made of the reference.
alter table lazaret.notification add column reference text;
-- How many an account got within the last hour.
create index notification_of_account on lazaret.notification (account_id, kind, made);

-- Heard when the transaction is committed, and never when it is not.
create function lazaret.wake_mailer() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    perform pg_notify('lazaret_notification', '');
    return null;
end $$;
revoke all on function lazaret.wake_mailer() from public;
create trigger wake after insert or update of made on lazaret.notification
    for each row execute function lazaret.wake_mailer();
-- Of every address, there is an account of it or not.
create trigger wake after insert on lazaret.password_request
    for each row execute function lazaret.wake_mailer();

-- A copy was held whose recipient is to hear of it: twenty an hour, then one that says that there
-- are more. Holds of the same moment do not see each other, so it may be a few more than that.
create function lazaret.tell_of_held(a_tenant int, an_account bigint, a_mailbox text,
                                     a_reference text, now timestamptz)
returns void language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    named bigint;
    summed_up boolean;
begin
    select count(*) into named from lazaret.notification n
        where n.tenant_id = a_tenant and n.account_id = an_account and n.kind = 'warned'
          and n.made > now - interval '1 hour';
    if named >= 20 then
        select exists (select from lazaret.notification n
            where n.tenant_id = a_tenant and n.account_id = an_account and n.kind = 'warned-more'
              and n.made > now - interval '1 hour') into summed_up;
        if summed_up then return; end if;
    end if;
    insert into lazaret.notification (tenant_id, kind, account_id, mailbox, request_id, reference,
                                      made, changed, message_id)
        values (a_tenant, case when named < 20 then 'warned' else 'warned-more' end, an_account,
                a_mailbox, case when named < 20 then hashtextextended(a_reference, 0) end,
                case when named < 20 then a_reference end, now, now,
                gen_random_uuid() || '@' || split_part(a_mailbox, '@', -1))
        on conflict do nothing;
end $$;
revoke all on function lazaret.tell_of_held(int, bigint, text, text, timestamptz) from public;

-- As in 0013_account_pages.sql, and a copy may be `warned`: the list entry. Only one that is new is
-- told: a retry finds what is there.
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
            kept boolean, own_hits json, warned bigint)
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
        if c.warned is not null then
            perform lazaret.tell_of_held(c.tenant, the_account, c.mailbox, c.reference,
                                         received_at);
        end if;
        answer[c.place] := c.reference;
    end loop;
    if m.seal_of <> '' then
        perform lazaret.take_back(m.seal_of, keys, answer[1]);
    end if;
    return array_to_string(answer, ',');
end $$;
