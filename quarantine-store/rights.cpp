#include "quarantine-store/rights.hpp"

#include "quarantine-store/pg_values.hpp"

namespace lazaret::store {
namespace {

// What the schema gives to the roles of programs that run as themselves: of tables and views, with
// their columns (null: all), and of functions. A migration that gives or takes something changes
// this too; tests/store/rights.cpp compares them.
constexpr auto differing = R"(
    with owning (role) as (
        select role
        from (values ('lazaret_milter'), ('lazaret_report'), ('lazaret_portal')) as r (role)
        where pg_has_role(role, (select relowner from pg_class
                                 where oid = 'lazaret.held_mail'::regclass), 'usage')),
    given (role, what, relations, columns) as (values
        ('lazaret_milter', 'read',
            '{domain, feed_state, list_entry, model, schema_version, setting}', null),
        ('lazaret_milter', 'read', '{address}', '{tenant_id, address, account_id, change}'),
        ('lazaret_report', 'read',
            '{delegate, domain, feed_state, held_copy, list_entry, notification, report_sent,
              schema_version, setting, tenant}', null),
        ('lazaret_report', 'read', '{account}', '{tenant_id, account_id}'),
        ('lazaret_report', 'read', '{address}',
            '{tenant_id, address, account_id, created, change}'),
        ('lazaret_report', 'read', '{held_mail}',
            '{tenant_id, digest, expires, from_text, from_address, subject, list_id}'),
        ('lazaret_report', 'read', '{refusal}', '{at, tenant_id, mailbox, class}'),
        ('lazaret_report', 'read', '{request}',
            '{tenant_id, request_id, kind, state, reference, account_id, recipient, comment,
              subject, from_text, class, made, answered, answered_by, answer}'),
        ('lazaret_report', 'add to', '{report_sent}', null),
        ('lazaret_report', 'change', '{notification}',
            '{state, claimed, changed, attempts, last_error, tried, doubts}'),
        ('lazaret_report', 'change', '{report_sent}',
            '{state, claimed, changed, attempts, rows, last_error, doubts, refusals}'),
        ('lazaret_portal', 'read',
            '{account, address, counter, domain, feed_state, held_copy, held_mail, list_entry,
              report_sent, request, schema_version, setting, tenant, unsubscription}', null),
        ('lazaret_portal', 'read', '{refusal}',
            '{at, tenant_id, reference, mailbox, sender, class, action, score, hits}'),
        ('lazaret_portal', 'add to', '{audit, list_entry, request}', null),
        ('lazaret_portal', 'change', '{list_entry}', null),
        ('lazaret_portal', 'change', '{held_copy}',
            '{state, claimed, attempts, last_error, changed, changed_by, back_at, doubts}')),
    called (role, functions) as (values
        ('lazaret_milter', '{account_for, changes_after, first_deferred, forward_as_text, hold,
            is_elsewhere, micros, moment, note, vote_by_mail}'),
        ('lazaret_report', '{account_for, answer_password_requests, is_elsewhere, make_address_link,
            make_asked_accounts, make_password_link, micros, moment}'),
        ('lazaret_portal', '{account_for, account_of, add_delegate, address_link_of, addresses_of,
            answer_host, answer_request_in, ask_address, ask_password_link, begin_connected_session,
            begin_session, begin_unsubscription, begin_visit, begin_with_code,
            begin_with_new_factor, block_proposals, change_password, change_tenant_entry,
            choose_for_tenant, choose_settings, close_block_proposal, connected_account,
            count_attempt, delegates_of, delivered_to, end_session, end_sessions_beside,
            end_unsubscription, end_visit, factor_of_session, factor_wanted, forgive_attempt,
            hosts_of, is_elsewhere, is_own_list, is_tenant_choice, look_as_guest, looks_at,
            mailboxes_of, micros, moment, newsletters_delivered, next_change, note_search,
            note_trespass_on_session, note_trespass_on_tenant, notify_of, passages_for,
            password_link_of, password_of, publish_account, put_tenant_entry, remove_address,
            remove_delegate, remove_factor, right_in_tenant, right_on_request, say_of_copies,
            sees_delivered, send_reports_to, session_of, sessions_beside, set_factor,
            show_delivered_to, step_wanted, tenant_counters, tenant_of_owner, tenant_senders,
            tenants_of, top_recipients, top_senders, turn_reports_off, uncount_attempt, unsay_block,
            use_address_link, use_password_link, visitors_of, vote_by_mail, vote_on_delivered,
            want_code, want_step}')),
    role (role) as (select role from called except select role from owning),
    word (what, command) as (values
        ('read', 'select'), ('add to', 'insert'), ('change', 'update')),
    -- A right on a partition counts as well as one on the whole; nobody is given one.
    part (relation, name, is_partition, attribute, number) as (
        select c.oid, c.relname::text, c.relispartition, a.attname::text, a.attnum
        from pg_class c join pg_attribute a on a.attrelid = c.oid
        where c.relnamespace = 'lazaret'::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'f')
          and a.attnum > 0 and not a.attisdropped and (not c.relispartition or a.attnum = 1)),
    right_to (role, what, name, number, attribute, has, wanted) as (
        select role, what, name, number, attribute,
            case when is_partition then has_any_column_privilege(role, relation, command)
                 else has_column_privilege(role, relation, number, command) end,
            exists (select from given g where g.role = role.role and g.what = word.what
                    and name = any (g.relations::text[])
                    and (g.columns is null or attribute = any (g.columns::text[])))
        from role, word, part)
    select role || ' may do all: it has the role of who owns the tables', true from owning
    union all
    select role || case when has then ' may ' else ' may not ' end || what || ' lazaret.' || name ||
        case when count(*) = all_of_it then ''
             else ' (' || string_agg(attribute, ', ' order by number) || ')' end, has
    from (select *, count(*) over (partition by role, what, name) as all_of_it from right_to) as r
    where has <> wanted group by role, what, name, has, all_of_it
    union all
    select role || ' may delete from lazaret.' || name, true from role, part
    where number = 1 and has_table_privilege(role, relation, 'delete, truncate')
    union all
    select distinct role || case when has then ' may ' else ' may not ' end || 'execute lazaret.' ||
        proname, has
    from (select role, p.proname::text, has_function_privilege(role, p.oid, 'execute') as has,
                 p.proname::text = any (functions::text[]) as wanted
          from role join called using (role), pg_proc p
          where p.pronamespace = 'lazaret'::regnamespace and not exists (
              select from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid
              and d.deptype = 'e')) as f
    where has <> wanted
    union all
    select role || ' may make things in the schema lazaret', true from role
    where has_schema_privilege(role, 'lazaret', 'create')
    union all
    select 'lazaret_portal may change all of lazaret.list_entry', true from pg_class
    where oid = 'lazaret.list_entry'::regclass and not relrowsecurity
    union all
    -- lazaretctl is the administrator's; it needs the most, and this in any case.
    select 'lazaret_admin may not ' || what, false from (values
        ('read lazaret.held_mail',
            has_table_privilege('lazaret_admin', 'lazaret.held_mail', 'select')),
        ('change lazaret.held_copy',
            has_table_privilege('lazaret_admin', 'lazaret.held_copy', 'update')),
        ('execute lazaret.drop_expiry_day',
            has_function_privilege('lazaret_admin', 'lazaret.drop_expiry_day(date)', 'execute'))
    ) as needs (what, has) where not has
    order by 1)";

}  // namespace

DifferingRights differing_rights(pqxx::transaction_base& transaction)
{
    DifferingRights rights;
    for (const auto& row : transaction.exec(differing))
        (value<bool>(row[1]) ? rights.excess : rights.missing).push_back(text(row[0]));
    return rights;
}

}  // namespace lazaret::store
