-- What was passed over: a copy that becomes reportable after its period was told, a notification
-- that waited untried, a report that may have been taken and is not known to be.

-- When a copy became something to report after it was received: a release that failed, a message
-- that was judged again. The report counts it then as if it had come at that moment.
alter table lazaret.held_copy add column back_at timestamptz;
create index held_copy_back on lazaret.held_copy (account_id, back_at) where back_at is not null;
grant update (back_at) on lazaret.held_copy to lazaret_portal, lazaret_admin;

-- As in 0003_holding.sql, and notes when what was not told becomes reportable.
create or replace function lazaret.found_again(a_reference text, a_tenant int, a_day date,
                                               judged record)
returns boolean language plpgsql as $$
declare
    old record;
begin
    -- EXECUTE plans for this one day; a plan that is kept would lock the tables of all days.
    execute 'select class, state, last_error, kept_after_refusal as kept
             from lazaret.held_copy where reference = $1
             and tenant_id = $2 and expires = $3 and state in (''held'', ''releasing'') for update'
        into old using a_reference, a_tenant, a_day;
    if old.state is null then return false; end if;
    if old.state = 'releasing' then
        if old.last_error = '' then
            execute 'update lazaret.held_copy set state = ''held'', last_error = $4,
                            back_at = clock_timestamp()
                     where reference = $1 and tenant_id = $2 and expires = $3'
                using a_reference, a_tenant, a_day,
                      'it came back to us: its seal was not believed';
        end if;
        return true;
    end if;
    execute 'update lazaret.held_copy set class = $4, score = $5, hits = $6, explanation = $7,
                    kept_after_refusal = kept_after_refusal and $8,
                    back_at = case when $9 then clock_timestamp() else back_at end
             where reference = $1 and tenant_id = $2 and expires = $3'
        using a_reference, a_tenant, a_day, judged.class, judged.score, judged.hits,
              judged.explanation, judged.kept,
              (old.class = 'denied' or old.kept)
                  and judged.class <> 'denied' and not (old.kept and judged.kept);
    if old.class <> judged.class then
        insert into lazaret.audit (tenant_id, who, from_where, what, subject, detail)
            values (a_tenant, 'lazaret-milter', judged.queue_id, 'judged again', a_reference,
                    old.class || ', now ' || judged.class);
    end if;
    return true;
end $$;

create or replace function lazaret.take_back(a_reference text, recipient_keys text[],
                                             as_reference text)
returns void language plpgsql as $$
begin
    update lazaret.held_copy
        set state = 'held', last_error = 'it came back to us changed, and is held as '
            || as_reference || ', too: its seal did not fit', back_at = clock_timestamp()
        where reference = a_reference and state = 'releasing' and last_error = ''
          and recipient_key = any (recipient_keys);
end $$;

-- A notification is given up so long after its first try, not after it was made: nobody may have
-- been there to try.
alter table lazaret.notification add column tried timestamptz;
alter table lazaret.notification add column doubts int not null default 0;
update lazaret.notification set tried = made where attempts > 0;
grant update (tried, doubts) on lazaret.notification to lazaret_report;

create or replace function lazaret.notify_of(tenant int, account bigint, kind text, mailbox text,
                                             request bigint, now timestamptz) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
    insert into lazaret.notification as n (tenant_id, kind, account_id, mailbox, request_id, made,
                                           changed, message_id)
        values (tenant, kind, account, mailbox, request, now, now,
                gen_random_uuid() || '@' || split_part(mailbox, '@', -1))
        on conflict (tenant_id, kind, account_id, coalesce(request_id, 0))
            where state in ('waiting', 'sending', 'failed')
            do update set made = excluded.made, tried = null
$$;

-- Only who turned his reports off may wait for longer than two months.
create or replace function lazaret.tidy_notifications(today date) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    removed bigint;
begin
    delete from lazaret.notification n
        where n.changed < (today - 62)::timestamp at time zone 'UTC'
          and n.made < (today - 62)::timestamp at time zone 'UTC'
          and (n.state <> 'waiting' or n.kind <> 'reports-off');
    get diagnostics removed = row_count;
    return removed;
end $$;

-- How often the mail server had the whole report and did not say whether it took it.
alter table lazaret.report_sent add column doubts int not null default 0;
grant update (doubts) on lazaret.report_sent to lazaret_report;
