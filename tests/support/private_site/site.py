"""All parts of a private site, wired as an administrator would."""

from . import folder as folders
from .lazaret import Lazaret
from .opendkim import Keys, OpenDKIM
from .postfix import Postfix
from .postgresql import PostgreSQL
from .smtp import STRANGER, send, send_until_answered

PROTECTED = "inbox.example"    # a domain that Lazaret protects, with the default settings
UNPROTECTED = "elsewhere.example"  # delivered by the same Postfix, none of Lazaret's business
SIGNED = ("shop.example", "partner.example")  # senders that have DKIM keys


class MailSite:
    """What private sites have in common. Each has a folder, a Postfix, and its own _start()."""

    def start(self):
        try:
            self._start()
        except BaseException:
            self.remove()
            raise
        return self

    def remove(self):
        folders.remove(self.folder)

    def send(self, message, sender, recipients, source=STRANGER, **how):
        """One try from the world."""
        return send(self.postfix.port(), message, sender, recipients, source, **how)

    def settle(self):
        """Waits until the milter has what was changed in the policy."""
        (last,), = self.database.rows(
            "select coalesce(max(change), 0) from lazaret.changes_after(0, 1000000)")
        folders.wait_until(lambda: self.lazaret.policy_change() >= int(last),
                           f"the milter to read change {last}")

    def signed(self, message, sender, how):
        """The message with the DKIM signature of its sender's server `sign-HOW`."""
        recipient = f"{how}-{len(self.postfix.delivered())}@signed.example"
        answer = send(self.postfix.port(f"sign-{how}"), message, sender, recipient, "127.0.0.1")
        if not answer.accepted:
            raise RuntimeError(f"the signing server said {answer}")
        return self.postfix.delivered_to(recipient)[0].as_sent()


class Site(MailSite):
    """Postfix with OpenDKIM (verifying) and then Lazaret as milters, PostgreSQL, and signers.

    Ports of Postfix: `mx` from the world; `release` for what Lazaret sends; `sign-relaxed` and
    `sign-simple` are the senders' own servers, which sign and deliver to our Maildir.
    """

    def __init__(self, programs, folder, settings=None, protected=(PROTECTED,), with_dkim=False):
        self.folder = folder
        self.protected = protected
        self.database = PostgreSQL(self.folder)
        self.postfix = Postfix(self.folder, [*protected, UNPROTECTED, "signed.example"])
        self.keys = Keys(self.folder, SIGNED if with_dkim else ())
        self.signers, self.verifier = {}, None
        in_front = []
        if with_dkim:
            self.verifier = OpenDKIM(self.folder, "verify", self.keys, "v")
            in_front = [self.verifier.milter()]
        socket = f"unix:{self.folder}/lazaret/milter.sock"
        self.postfix.add_service("mx", [*in_front, socket])
        self.postfix.add_service("release", [*in_front, socket],
                                 local_header_rewrite_clients="")
        # In front of it something changes what passes, as a gateway or header_checks might.
        self.postfix.add_service("changing", [*in_front, socket],
                                 cleanup_service_name="changing-cleanup")
        if with_dkim:
            for how in ("relaxed", "simple"):
                signer = OpenDKIM(self.folder, f"sign-{how}", self.keys, "s", f"{how}/{how}")
                self.signers[how] = signer
                self.postfix.add_service(f"sign-{how}", [signer.milter()])
        self.lazaret = Lazaret(self.folder, programs, self.database, self.postfix.port("release"),
                               settings)

    def _start(self):
        self.database.create()
        if self.verifier:
            self.keys.create()
            for process in (self.verifier, *self.signers.values()):
                process.start()
        self.lazaret.create()
        self.lazaret.ctl("schema", "upgrade")
        for domain in self.protected:
            self.lazaret.ctl("domain", "add", domain)
        self.lazaret.start()
        self.postfix.create()

    def send_until_answered(self, message, sender, recipients, source=STRANGER, **how):
        return send_until_answered(self.postfix.port(), message, sender, recipients, source, **how)
