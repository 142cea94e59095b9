"""A private site that checks senders itself: a name server, and senders' servers that sign.

No filter stands in front of Lazaret here; what it believes it found out.
"""

import base64
import subprocess

from .lazaret import Lazaret
from .name_server import NameServer, text_record
from .opendkim import SELECTOR, OpenDKIM
from .postfix import Postfix
from .postgresql import PostgreSQL
from .site import PROTECTED, MailSite
from .smtp import STRANGER

SIGNERS = {
    # What a sender's server adds to OpenDKIM's settings: key, canonicalisation, the rest.
    "relaxed": ("rsa", "relaxed/relaxed", ""),
    "simple": ("rsa", "simple/simple", ""),
    "mixed": ("rsa", "relaxed/simple", "OversignHeaders From,Subject\n"),
    "length": ("rsa", "relaxed/relaxed", "BodyLengthDB refile:{keys}/body-length\n"),
    "one-click": ("rsa", "relaxed/relaxed",
                  "SignHeaders From,To,Subject,Date,List-Id,List-Unsubscribe,List-Unsubscribe-Post\n"),
    "ed25519": ("ed25519", "relaxed/relaxed", "SignatureAlgorithm ed25519-sha256\n"),
}
# Domains by what their owners publish.
SHOP = "shop.example"        # signs, SPF and DMARC: all in order
PARTNER = "partner.example"  # SPF only
BANK = "bank.example"        # signs nothing here, SPF -all, DMARC p=reject
PLAIN = "plain.example"      # publishes nothing
LISTED = "listed.example"    # a block list of the site's rules has it

BAD_CLIENT = "127.0.0.3"     # on the list whose clients are refused
CLIENT_LIST = "key.clients.example"

RULES = """\
util_rb_tld example
loadplugin Mail::SpamAssassin::Plugin::URIDNSBL
urirhssub LINK_LISTED bl.example. A 2
body LINK_LISTED eval:check_uridnsbl('LINK_LISTED')
tflags LINK_LISTED net
score LINK_LISTED 7
"""


class SenderKeys:
    """One RSA and one Ed25519 key pair of SHOP, as OpenDKIM wants them."""

    def __init__(self, folder):
        self.folder = folder / "dkim"
        self.public = self.folder / "public-keys"

    def create(self):
        self.folder.mkdir()
        for kind, options in (("rsa", ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"]),
                              ("ed25519", ["-algorithm", "ed25519"])):
            subprocess.run(["openssl", "genpkey", *options, "-out", self._private(kind)],
                           check=True, capture_output=True)
        self.public.write_text("")
        (self.folder / "body-length").write_text("* all\n")
        (self.folder / "signing-table").write_text(f"*@{SHOP} {SHOP}\n")

    def use(self, kind):
        """The key table for this kind of key; OpenDKIM reads it when it starts."""
        (self.folder / "key-table").write_text(
            f"{SHOP} {SHOP}:{SELECTOR}-{kind}:{self._private(kind)}\n")

    def records(self):
        for kind in ("rsa", "ed25519"):
            der = subprocess.run(["openssl", "pkey", "-in", self._private(kind), "-pubout",
                                  "-outform", "DER"], check=True, capture_output=True).stdout
            key = der if kind == "rsa" else der[-32:]
            yield text_record(f"{SELECTOR}-{kind}._domainkey.{SHOP}",
                              f"v=DKIM1; k={kind}; p={base64.b64encode(key).decode()}")

    def _private(self, kind):
        return self.folder / f"{kind}.private"


class SenderSite(MailSite):
    def __init__(self, programs, folder, settings=None):
        self.folder = folder
        self.database = PostgreSQL(folder)
        self.postfix = Postfix(folder, [PROTECTED, "signed.example"])
        self.keys = SenderKeys(folder)
        self.names = None
        socket = f"unix:{folder}/lazaret/milter.sock"
        self.postfix.add_service("mx", [socket])
        self.postfix.add_service("release", [socket], local_header_rewrite_clients="")
        self.signers = {}
        for name, (_, canonical, extra) in SIGNERS.items():
            signer = OpenDKIM(folder, f"sign-{name}", self.keys, "s", canonical,
                              extra=extra.format(keys=self.keys.folder))
            self.signers[name] = signer
            self.postfix.add_service(f"sign-{name}", [signer.milter()])
        self.settings = settings or {}
        self.programs = programs
        self.lazaret = None

    def records(self):
        """What the world publishes; a subclass may add to it."""
        yield from self.keys.records()
        for domain, text in ((SHOP, f"v=spf1 ip4:{STRANGER} -all"),
                             (PARTNER, f"v=spf1 include:_spf.{PARTNER} -all"),
                             (f"_spf.{PARTNER}", f"v=spf1 ip4:{STRANGER} ?all"),
                             (BANK, "v=spf1 -all"),
                             (f"_dmarc.{SHOP}", "v=DMARC1; p=reject"),
                             (f"_dmarc.{BANK}", "v=DMARC1; p=reject; sp=quarantine")):
            yield text_record(domain, text)
        yield f"{LISTED}.bl.example. 60 IN A 127.0.0.2\n"
        yield f"3.0.0.127.{CLIENT_LIST}. 60 IN A 127.0.0.4\n"

    def _start(self):
        self.database.create()
        self.keys.create()
        for name, signer in self.signers.items():
            self.keys.use(SIGNERS[name][0])
            signer.start()
        self.names = NameServer(self.folder, list(self.records()))
        self.names.start()
        rules = self.folder / "rules"
        rules.mkdir()
        (rules / "site.cf").write_text(RULES)
        self.lazaret = Lazaret(
            self.folder, self.programs, self.database, self.postfix.port("release"),
            {"dns": {"enabled": True, "servers": [self.names.server()],
                     "refuse_listed": [f"{CLIENT_LIST}=127.0.0.4 as Bad Clients"]},
             "rules": {"enabled": True, "folders": [str(rules)], "cache": ""},
             "milter": {"trusted_networks": [], "trusted_authserv_ids": []}, **self.settings})
        self.lazaret.create()
        self.lazaret.ctl("schema", "upgrade")
        self.lazaret.ctl("domain", "add", PROTECTED)
        self.lazaret.start()
        self.postfix.create()
