"""A portal between whoever tries and servers that know the passwords: a real Dovecot and a real slapd,
with TLS by an authority of the test's."""

import unittest

from private_site import folder as folders
from private_site.authority import Authority
from private_site.dovecot import Dovecot
from private_site.lazaret import Lazaret
from private_site.postgresql import PostgreSQL
from private_site.slapd import BASE, READER, READER_PASSWORD, Slapd
from site_case import Run

GOOD = "three green umbrellas"

# Each domain has its own way in.
DOMAINS = ("imaps", "starttls", "otherca", "otherhost", "nobodythere", "ldaps", "search", "many",
           "blind", "lost", "ldaphost")


class ConnectorCase(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folders.remove_abandoned("connectors")
        cls.folder = folders.make_folder("connectors")
        cls.addClassCleanup(folders.remove, cls.folder)
        authority = Authority(cls.folder / "authority").create()
        other = Authority(cls.folder / "other").create()
        cls.dovecot = Dovecot(cls.folder, *authority.certify("imap", "DNS:localhost"),
                              {"ann@imaps.example": GOOD, "ann": GOOD, "ann@otherca.example": GOOD,
                               "ann@otherhost.example": GOOD})
        cls.dovecot.start()
        # libldap takes "localhost" for this machine's name in the net.
        cls.slapd = Slapd(cls.folder, authority.file, *authority.certify("ldap", "IP:127.0.0.1"),
                          [("ann", "ann@search.example", GOOD),
                           ("one", "team@many.example", GOOD), ("two", "team@many.example", GOOD),
                           ("ann@ldaps.example", "ann@ldaps.example", GOOD)])
        cls.slapd.start()
        cls.database = PostgreSQL(cls.folder)
        cls.database.create()
        cls.lazaret = Lazaret(cls.folder, Run.programs, cls.database, folders.free_port(),
                              {"sign_in": {"connector": cls.connectors(authority, other)}})
        cls.lazaret.create()
        cls.lazaret.ctl("schema", "upgrade")
        for domain in DOMAINS:
            cls.lazaret.ctl("domain", "add", f"{domain}.example")
        cls.lazaret.start_portal()
        cls.url = f"http://127.0.0.1:{cls.lazaret.portal_port}"

    @classmethod
    def connectors(cls, authority, other):
        imap, ldap = cls.dovecot, cls.slapd

        def one(domain, kind, url, trusted=authority, **keys):
            return {"domains": [f"{domain}.example"], "kind": kind, "url": url, "timeout": "10s",
                    "ca_file": str(trusted.file), **keys}
        look = {"base": f"ou=people,{BASE}", "filter": "(mail={address})", "bind_dn": READER,
                "bind_password": READER_PASSWORD}
        start_tls = f"ldap://127.0.0.1:{ldap.port}"
        return [
            one("imaps", "imap", f"imaps://localhost:{imap.tls_port}"),
            one("starttls", "imap", f"imap://localhost:{imap.port}", login="local-part"),
            one("otherca", "imap", f"imaps://localhost:{imap.tls_port}", trusted=other),
            one("otherhost", "imap", f"imaps://127.0.0.1:{imap.tls_port}"),
            one("nobodythere", "imap", f"imaps://localhost:{folders.free_port()}"),
            one("ldaps", "ldap", f"ldaps://127.0.0.1:{ldap.tls_port}",
                dn=f"uid={{address}},ou=people,{BASE}"),
            one("search", "ldap", start_tls, **look),
            one("many", "ldap", start_tls, **look),
            one("blind", "ldap", start_tls, **{**look, "bind_password": "not this one"}),
            one("lost", "ldap", f"ldaps://127.0.0.1:{ldap.tls_port}", trusted=other,
                dn=f"uid={{local-part}},ou=people,{BASE}"),
            one("ldaphost", "ldap", f"ldaps://localhost:{ldap.tls_port}",
                dn=f"uid={{local-part}},ou=people,{BASE}"),
        ]

    def setUp(self):
        # What one test tried makes no other wait.
        self.database.rows("delete from lazaret.attempt")

    def log(self):
        return (self.lazaret.folder / "portal.log").read_text(errors="replace")

    def rows(self, question):
        return self.database.rows(question)[0][0]
