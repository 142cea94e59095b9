-- What people say of delivered mail from where they read it: by moving it to Junk and back (the mail
-- server tells the portal), or by forwarding it to an address of the site (the milter sees it). Both
-- bring the message's bytes, which nobody kept, so that it can teach the model.

alter table lazaret.vote drop constraint vote_origin_check;
alter table lazaret.vote add constraint vote_origin_check
    check (origin in ('command', 'release', 'newsletter', 'request', 'spam', 'block', 'junk',
                      'forward'));

-- Until the model was told, and at most 30 days: tidy_votes(). Of what is held out (vote.is_held_out)
-- all the while, since later lessons are judged by it. Only lazaret_admin reads it.
create table lazaret.vote_mail (
    tenant_id int not null,
    digest bytea not null,
    account_id bigint not null,       -- whose vote brought it first
    kept timestamptz not null,
    bytes bytea not null check (length(bytes) <= 524288),
    primary key (tenant_id, digest)
);
create index vote_mail_account on lazaret.vote_mail (tenant_id, account_id, kept);
create index vote_mail_kept on lazaret.vote_mail (kept);
do $$
begin
    alter table lazaret.vote_mail alter column bytes set compression lz4;
exception when feature_not_supported or invalid_parameter_value then
    null;
end $$;
grant select, insert, update, delete on lazaret.vote_mail to lazaret_admin;

-- All messages whose bytes somebody has.
create view lazaret.message_bytes as
    select m.tenant_id, m.digest, m.bytes from lazaret.held_mail m
    union all
    select k.tenant_id, k.digest, k.bytes from lazaret.vote_mail k;
grant select on lazaret.message_bytes to lazaret_admin;

-- The owner of an address says something of a message that was delivered to him since `oldest`, and
-- brings its bytes. An account is made when he has none yet. By 'junk' wanted mail comes back out of
-- Junk: who put it there himself takes that back, and says nothing else.
-- 'noted'; 'unknown': no domain of ours; 'elsewhere': by our notes it was not delivered to him;
-- 'many': he said, or brought, more than anybody reads in a day.
create function lazaret.vote_by_mail(an_address text, a_digest bytea, a_says text, an_origin text,
                                     the_bytes bytea, oldest timestamptz, now timestamptz)
returns text language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    the_tenant int;
    the_account bigint;
begin
    if a_says not in ('spam', 'ham') or an_origin not in ('junk', 'forward') then
        raise exception 'lazaret.vote_by_mail: % by %', a_says, an_origin;
    end if;
    select d.tenant_id into the_tenant from lazaret.domain d
        where d.name = split_part(an_address, '@', -1) and not d.gone;
    if not found then return 'unknown'; end if;
    select a.account_id into the_account from lazaret.address a
        where a.tenant_id = the_tenant and a.address = an_address;
    perform from lazaret.passage n
        where n.tenant_id = the_tenant and n.digest = a_digest and n.at >= oldest
          and n.action in ('deliver', 'tag')
          and n.mailbox = any (array(
              select an_address
              union select a.address from lazaret.address a
                  where a.tenant_id = the_tenant and a.account_id = the_account));
    if not found then return 'elsewhere'; end if;
    if the_account is null then
        the_account := lazaret.account_of(the_tenant, an_address);
    end if;

    if a_says = 'ham' and an_origin = 'junk' then
        perform from lazaret.vote v
            where v.tenant_id = the_tenant and v.account_id = the_account and v.digest = a_digest
              and v.says = 'spam' and v.origin in ('junk', 'spam', 'forward');
        if found then
            perform lazaret.say(the_tenant, the_account, a_digest, null, 'junk', 0, now);
            return 'noted';
        end if;
    end if;
    if not lazaret.say(the_tenant, the_account, a_digest, a_says, an_origin, 0, now) then
        return 'many';
    end if;
    perform from lazaret.message_bytes m
        where m.tenant_id = the_tenant and m.digest = a_digest;
    if found then return 'noted'; end if;
    -- say() has taken the account's lock, so that many at once each see the others.
    if 16777216 < length(the_bytes) + (
            select coalesce(sum(length(k.bytes)), 0) from lazaret.vote_mail k
            where k.tenant_id = the_tenant and k.account_id = the_account
              and k.kept > now - interval '1 day') then
        raise exception using errcode = 'LZ001', message = 'too many bytes of votes';
    end if;
    insert into lazaret.vote_mail (tenant_id, digest, account_id, kept, bytes)
        values (the_tenant, a_digest, the_account, now, the_bytes)
        on conflict do nothing;
    return 'noted';
exception when sqlstate 'LZ001' then
    return 'many';  -- and what was said goes with it
end $$;

-- What nobody has to be taught any more, and what nobody was taught in 30 days.
create function lazaret.tidy_votes(now timestamptz) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    removed bigint;
begin
    delete from lazaret.vote_mail k
        where k.kept < now - interval '30 days'
           or not exists (
               select from lazaret.vote v
               where v.tenant_id = k.tenant_id and v.digest = k.digest and v.account_id > 0
                 and v.says is not null and (v.says is distinct from v.told or v.is_held_out));
    get diagnostics removed = row_count;
    return removed;
end $$;

revoke all on function
    lazaret.vote_by_mail(text, bytea, text, text, bytea, timestamptz, timestamptz),
    lazaret.tidy_votes(timestamptz) from public;
grant execute on function
    lazaret.vote_by_mail(text, bytea, text, text, bytea, timestamptz, timestamptz)
    to lazaret_portal, lazaret_milter;
grant execute on function lazaret.tidy_votes(timestamptz) to lazaret_admin;
