-- The page of statistics in an account.
grant select on lazaret.counter to lazaret_portal;
