"""A site whose accounts all have a report to come: PostgreSQL and lazaret-report, no Postfix."""

import subprocess

from .folder import note_process
from .lazaret import Lazaret, environment_of_programs
from .postgresql import PostgreSQL

DOMAIN = "inbox.example"

# Who wrote, about what and why it was held differ from copy to copy, as they do in mail.
_MAIL = """
    insert into lazaret.held_mail (tenant_id, digest, expires, from_text, from_address, subject,
                                   list_id, preview, preview_images, bytes)
    select 1, sha256(convert_to(n::text, 'UTF8')), {day},
           'Sender ' || n % 997 || ' <office' || n % 997 || '@shop' || n % 89 || '.example>',
           'office' || n % 997 || '@shop' || n % 89 || '.example',
           'Your order ' || n || ' of ' || n % 31 || ' things is waiting',
           case when n % 5 = 0 then 'news.shop' || n % 89 || '.example' else '' end,
           '{{}}', '', convert_to(repeat(md5(n::text), 20), 'UTF8')
    from generate_series({first}, {last}) n"""
_COPIES = """
    insert into lazaret.held_copy (reference, tenant_id, expires, digest, recipient, recipient_key,
        mailbox, account_id, sender, eight_bit, utf8, client_ip, helo, queue_id, class, score,
        hits, received, kept_after_refusal, explanation, from_line, subject_line)
    select lpad(n::text, 12, '0'), 1, {day}, sha256(convert_to(n::text, 'UTF8')), a.address,
           a.address, a.address, a.account_id, 'bounce' || n % 997 || '@shop' || n % 89 ||
           '.example', false, false, '192.0.2.' || n % 250, 'mx.shop.example', 'q' || n,
           case when (n + n / {accounts}) % 5 = 0 then 'newsletter' else 'spam' end, 5 + n % 17,
           '[{{"name": "A", "points": 2.5, "why": "link to a new domain"}},'
           '{{"name": "B", "points": 1.5, "why": "unknown sender"}}]',
           now() - interval '2 days' + n % 70000 * interval '1 second', false, '{{}}',
           'Sender ' || n % 997 || ' <office' || n % 997 || '@shop' || n % 89 || '.example>',
           'Your order ' || n || ' of ' || n % 31 || ' things is waiting'
    from generate_series({first}, {last}) n
    join lazaret.address a on a.address = 'reader' || {after} + n % {accounts} || '@{domain}'"""


class ReportSite:
    """Every report of the site goes to the SMTP server at `submission_port` of the loopback."""

    def __init__(self, folder, programs, submission_port):
        self.database = PostgreSQL(folder)
        self.lazaret = Lazaret(folder, programs, self.database, submission_port,
                               {"log": {"level": "warning"}})
        self.folder, self.submission_port = folder, submission_port

    def start(self):
        self.database.create()
        self.lazaret.create()
        self.lazaret.ctl("schema", "upgrade")
        self.lazaret.ctl("domain", "add", DOMAIN)
        self.lazaret.ctl("expire")  # makes the tables of the days
        return self

    def hold(self, accounts, rows_each):
        """Holds so many messages, each its own, for each of reader0@ to reader{accounts - 1}@."""
        self.hold_for(accounts, rows_each)

    def hold_for(self, accounts, rows_each, first=0, after=0, days=1):
        """The same for those from reader{after}@ on, with messages whose numbers begin at `first`;
        they expire on so many days."""
        values = {"first": first, "last": first + accounts * rows_each - 1, "accounts": accounts,
                  "after": after, "domain": DOMAIN, "day": f"current_date + 14 - (n % {days})::int"}
        self.database.rows("select count(lazaret.account_of(1, 'reader' || n || "
                           f"'@{DOMAIN}')) from generate_series({after}, {after + accounts - 1}) n")
        self.database.rows(_MAIL.format(**values))
        self.database.rows("analyze lazaret.address")
        self.database.rows(_COPIES.format(**values))
        self.database.rows("vacuum analyze")

    def start_report(self):
        """Starts a run of lazaret-report; a Popen whose output is in FOLDER/report.log."""
        with open(self.folder / "report.log", "ab") as log:
            process = subprocess.Popen(
                [self.lazaret.programs / "lazaret-report", "--config",
                 self.lazaret.report_file],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder,
                env=environment_of_programs())
        note_process(self.folder, "2-report", process.pid)
        return process

    def log(self):
        """What the runs said."""
        return (self.folder / "report.log").read_text(errors="replace")

    def states(self):
        """How many reports the ledger has in each state."""
        rows = self.database.rows("select state, count(*) from lazaret.report_sent group by 1")
        return {state: int(count) for state, count in rows}
