-- How often in a row the mail server has refused a report for good: it is tried ever more rarely.
alter table lazaret.report_sent add column refusals int not null default 0;
grant update (refusals) on lazaret.report_sent to lazaret_report;
