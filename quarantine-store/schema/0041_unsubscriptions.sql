-- As in 0026_newsletters.sql, but 0 where there is no such copy of a newsletter (any more), apart
-- from null: the account has asked as often as it may in a day.
create or replace function lazaret.begin_unsubscription(
    a_tenant int, an_account bigint, a_reference text, a_newsletter text, a_host text, most int,
    who text, from_where text, now timestamptz) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    answer bigint;
begin
    perform pg_advisory_xact_lock(hashtextextended('lazaret.unsubscription', an_account));
    perform from lazaret.held_copy h where h.reference = a_reference and h.tenant_id = a_tenant
        and h.account_id = an_account and h.class = 'newsletter' and not h.kept_after_refusal;
    if not found then return 0; end if;
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
