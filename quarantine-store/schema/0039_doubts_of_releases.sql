-- How often the mail server had the whole message and did not say whether it took it, since
-- somebody asked for it last. That it was away meanwhile is another thing: attempts count each try.
alter table lazaret.held_copy add column doubts int not null default 0;
grant update (doubts) on lazaret.held_copy to lazaret_portal, lazaret_admin;
