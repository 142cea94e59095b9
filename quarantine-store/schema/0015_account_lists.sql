-- Whoever opens his account edits his lists there, too: entries that he made, by whichever way.

drop policy made_by_link on lazaret.list_entry;
drop policy changed_by_link on lazaret.list_entry;
create policy made_by_owner on lazaret.list_entry for insert to lazaret_portal
    with check (owner like 'account:%' and origin in ('report', 'account'));
create policy changed_by_owner on lazaret.list_entry for update to lazaret_portal
    using (owner like 'account:%'
           and (origin in ('report', 'account') or gone or not enabled or expires < now()))
    with check (owner like 'account:%' and origin in ('report', 'account'));
