-- Of what the accounts of one tenant say on a day, the later the less teaches what all share
-- (tools/lazaretctl/lesson.hpp): its place among them is counted.
create index vote_of_tenant on lazaret.vote (tenant_id, at) where account_id > 0;
