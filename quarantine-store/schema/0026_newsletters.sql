-- What the portal asked of the senders of newsletters, one-click (RFC 8058), for their readers; and
-- what they answered.
create table lazaret.unsubscription (
    tenant_id int not null,
    unsubscription_id bigint generated always as identity,
    account_id bigint not null,
    newsletter text not null,         -- Newsletter::key
    host text not null,               -- who was asked
    asked timestamptz not null,
    status int,                       -- of HTTP; null: not answered (yet)
    trouble text not null default '', -- why there is no answer
    primary key (tenant_id, unsubscription_id)
);
create index unsubscription_account on lazaret.unsubscription (account_id, asked);

-- Counts, notes and audits before anybody is asked. Null: the account has asked as often as it may
-- in a day, or there is no such copy of a newsletter. The portal names the copy; the address that
-- is asked is the copy's.
create function lazaret.begin_unsubscription(a_tenant int, an_account bigint, a_reference text,
                                             a_newsletter text, a_host text, most int, who text,
                                             from_where text, now timestamptz) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    answer bigint;
begin
    perform pg_advisory_xact_lock(hashtextextended('lazaret.unsubscription', an_account));
    perform from lazaret.held_copy h where h.reference = a_reference and h.tenant_id = a_tenant
        and h.account_id = an_account and h.class = 'newsletter' and not h.kept_after_refusal;
    if not found then return null; end if;
    if most <= (select count(*) from lazaret.unsubscription u where u.tenant_id = a_tenant
                and u.account_id = an_account and u.asked > now - interval '1 day') then
        return null;
    end if;
    insert into lazaret.unsubscription (tenant_id, account_id, newsletter, host, asked)
        values (a_tenant, an_account, a_newsletter, a_host, now)
        returning unsubscription_id into answer;
    insert into lazaret.audit (tenant_id, who, from_where, what, subject, detail)
        values (a_tenant, who, from_where, 'unsubscribe', a_reference, a_host);
    return answer;
end $$;

create function lazaret.end_unsubscription(a_tenant int, an_id bigint, a_reference text,
                                           a_status int, a_trouble text, who text,
                                           from_where text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    update lazaret.unsubscription set status = nullif(a_status, 0), trouble = a_trouble
        where tenant_id = a_tenant and unsubscription_id = an_id and status is null
          and trouble = '';
    if not found then return; end if;
    insert into lazaret.audit (tenant_id, who, from_where, what, subject, detail)
        values (a_tenant, who, from_where, 'unsubscribe answered', a_reference,
                case when a_status = 0 then a_trouble else a_status::text end);
end $$;

revoke all on function lazaret.begin_unsubscription(int, bigint, text, text, text, int, text, text,
    timestamptz), lazaret.end_unsubscription(int, bigint, text, int, text, text, text) from public;
grant execute on function lazaret.begin_unsubscription(int, bigint, text, text, text, int, text,
    text, timestamptz), lazaret.end_unsubscription(int, bigint, text, int, text, text, text)
    to lazaret_portal;
grant select on lazaret.unsubscription to lazaret_portal, lazaret_admin;
