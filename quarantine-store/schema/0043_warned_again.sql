-- As in 0018_warn_list.sql, but what was given up says that there are more when there are again.
create or replace function lazaret.tell_of_held(a_tenant int, an_account bigint, a_mailbox text,
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
    insert into lazaret.notification as n (tenant_id, kind, account_id, mailbox, request_id,
                                           reference, made, changed, message_id)
        values (a_tenant, case when named < 20 then 'warned' else 'warned-more' end, an_account,
                a_mailbox, case when named < 20 then hashtextextended(a_reference, 0) end,
                case when named < 20 then a_reference end, now, now,
                gen_random_uuid() || '@' || split_part(a_mailbox, '@', -1))
        on conflict (tenant_id, kind, account_id, coalesce(request_id, 0))
            where state in ('waiting', 'sending', 'failed')
            do update set made = excluded.made, tried = null where n.kind = 'warned-more';
end $$;
