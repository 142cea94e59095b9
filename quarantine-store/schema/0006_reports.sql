-- The ledger of reports, the queue of requests, and the rights of the programs that use them.

-- One row a report: an account and the period up to `period_end`.
create table lazaret.report_sent (
    tenant_id int not null,
    account_id bigint not null,
    period_end timestamptz not null,
    period_begin timestamptz,         -- null: from the beginning of the account
    message_id text not null,         -- the same whenever it is tried again
    state text not null check (state in ('sending', 'sent', 'empty', 'failed')),
    claimed timestamptz not null,     -- when a run last took it on
    changed timestamptz not null,
    attempts int not null default 1,
    rows int not null default 0,
    last_error text not null default '',
    primary key (tenant_id, account_id, period_end)
);
-- What was begun is finished before anything else is begun; also what a run looks for first.
create unique index report_sent_open on lazaret.report_sent (tenant_id, account_id)
    where state in ('sending', 'failed');
create index report_sent_changed on lazaret.report_sent (changed);

-- What a recipient asks an administrator for. What it is about is copied: the request outlives the
-- held copy. No foreign key to tenant, as for lazaret.account.
create table lazaret.request (
    tenant_id int not null,
    request_id bigint generated always as identity,
    kind text not null check (kind in ('adjust', 'release')),
    state text not null default 'open' check (state in ('open', 'accepted', 'declined')),
    reference text not null,
    digest bytea not null,
    account_id bigint not null,
    recipient text not null,
    comment text not null,
    subject text not null,
    from_text text not null,
    class text not null,
    made timestamptz not null,
    answered timestamptz,
    answered_by text not null default '',
    answer text not null default '',
    primary key (tenant_id, request_id)
);
create unique index request_id on lazaret.request (request_id);
create unique index request_open on lazaret.request (tenant_id, reference, kind)
    where state = 'open';
create index request_reference on lazaret.request (reference);
create index request_made on lazaret.request (made);

-- Reports older than two months are forgotten; of each account the last one stays, because the
-- next begins where it ended.
create function lazaret.tidy_reports(today date) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    removed bigint;
begin
    delete from lazaret.report_sent r
        where r.changed < (today - 62)::timestamp at time zone 'UTC'
          and r.state in ('sent', 'empty')
          and exists (select from lazaret.report_sent n where n.tenant_id = r.tenant_id
                      and n.account_id = r.account_id and n.period_end > r.period_end
                      and n.state in ('sent', 'empty'));
    get diagnostics removed = row_count;
    return removed;
end $$;
revoke all on function lazaret.tidy_reports(date) from public;

-- What makes an account, publishes it and numbers a change writes where the portal's role may not.
alter function lazaret.account_of(int, text) security definer set search_path = pg_catalog, pg_temp;
alter function lazaret.publish_account(int, bigint)
    security definer set search_path = pg_catalog, pg_temp;
alter function lazaret.next_change() security definer set search_path = pg_catalog, pg_temp;
alter function lazaret.end_waiting() security definer set search_path = pg_catalog, pg_temp;

-- The reports: what is told about a held copy, never what is in it.
grant select on lazaret.held_copy, lazaret.report_sent, lazaret.tenant, lazaret.domain,
    lazaret.setting, lazaret.list_entry, lazaret.feed_state to lazaret_report;
grant select (tenant_id, digest, expires, from_text, from_address, subject, list_id)
    on lazaret.held_mail to lazaret_report;
grant select (tenant_id, account_id) on lazaret.account to lazaret_report;
grant select (tenant_id, address, account_id, created, change) on lazaret.address
    to lazaret_report;
grant select (at, tenant_id, mailbox, class) on lazaret.refusal to lazaret_report;
grant insert on lazaret.report_sent to lazaret_report;
grant update (state, claimed, changed, attempts, rows, last_error) on lazaret.report_sent
    to lazaret_report;
grant execute on function lazaret.moment(bigint), lazaret.micros(timestamptz) to lazaret_report;

-- The pages: what a recipient may see and do. Of a held copy only where it is on its way changes.
grant select on lazaret.held_copy, lazaret.held_mail, lazaret.report_sent, lazaret.tenant,
    lazaret.domain, lazaret.setting, lazaret.list_entry, lazaret.feed_state, lazaret.account,
    lazaret.address, lazaret.request to lazaret_portal;
grant select (at, tenant_id, mailbox, class) on lazaret.refusal to lazaret_portal;
grant update (state, claimed, attempts, last_error, changed, changed_by) on lazaret.held_copy
    to lazaret_portal;
grant insert, update on lazaret.list_entry to lazaret_portal;
grant insert on lazaret.setting to lazaret_portal;
grant update (chosen, gone) on lazaret.setting to lazaret_portal;
grant insert on lazaret.request, lazaret.audit to lazaret_portal;
grant execute on function lazaret.account_of(int, text), lazaret.publish_account(int, bigint),
    lazaret.next_change(), lazaret.moment(bigint), lazaret.micros(timestamptz) to lazaret_portal;

-- The administrator's commands.
grant select, insert, update, delete on lazaret.report_sent, lazaret.request to lazaret_admin;
grant execute on function lazaret.tidy_reports(date) to lazaret_admin;
