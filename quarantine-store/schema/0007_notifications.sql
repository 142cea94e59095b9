-- Short mails apart from the reports: what became of a request, that there is a new one, the
-- report that somebody wants now, and once that reports are off although mail is held.
create table lazaret.notification (
    tenant_id int not null,
    notification_id bigint generated always as identity,
    kind text not null
        check (kind in ('report-now', 'request-made', 'request-answered', 'reports-off')),
    account_id bigint not null,
    mailbox text not null,            -- whom it is about; also who gets it, save request-made
    request_id bigint,
    made timestamptz not null,
    message_id text not null,         -- the same whenever it is tried again
    state text not null default 'waiting'
        check (state in ('waiting', 'sending', 'sent', 'empty', 'failed')),
    claimed timestamptz,              -- when a run last took it on
    changed timestamptz not null,
    attempts int not null default 0,
    last_error text not null default '',
    primary key (tenant_id, notification_id)
);
-- Nobody needs two of the same; also what a run looks for.
create unique index notification_open on lazaret.notification
    (tenant_id, kind, account_id, coalesce(request_id, 0))
    where state in ('waiting', 'sending', 'failed');
create index notification_changed on lazaret.notification (changed);

-- Notes one, in the transaction of what it is about. Of the same that still waits there is one, and
-- it counts as made now: what was given up is tried again when somebody asks again.
create function lazaret.notify_of(tenant int, account bigint, kind text, mailbox text,
                                  request bigint, now timestamptz) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
    insert into lazaret.notification as n (tenant_id, kind, account_id, mailbox, request_id, made,
                                           changed, message_id)
        values (tenant, kind, account, mailbox, request, now, now,
                gen_random_uuid() || '@' || split_part(mailbox, '@', -1))
        on conflict (tenant_id, kind, account_id, coalesce(request_id, 0))
            where state in ('waiting', 'sending', 'failed') do update set made = excluded.made
$$;
revoke all on function lazaret.notify_of(int, bigint, text, text, bigint, timestamptz) from public;

-- As reports: two months. What could not be sent for three days is given up and stays as long.
create function lazaret.tidy_notifications(today date) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    removed bigint;
begin
    delete from lazaret.notification n
        where n.changed < (today - 62)::timestamp at time zone 'UTC' and n.state <> 'waiting';
    get diagnostics removed = row_count;
    return removed;
end $$;
revoke all on function lazaret.tidy_notifications(date) from public;

grant select on lazaret.notification to lazaret_report;
grant select (tenant_id, request_id, kind, state, reference, account_id, recipient, comment, subject,
              from_text, class, made, answered, answered_by, answer) on lazaret.request
    to lazaret_report;
grant update (state, claimed, changed, attempts, last_error) on lazaret.notification
    to lazaret_report;
grant execute on function lazaret.notify_of(int, bigint, text, text, bigint, timestamptz)
    to lazaret_portal, lazaret_admin;
grant select, insert, update, delete on lazaret.notification to lazaret_admin;
grant execute on function lazaret.tidy_notifications(date) to lazaret_admin;
