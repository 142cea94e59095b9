"""A private slapd: a directory on the loopback, with ldaps and StartTLS."""

import signal
import subprocess

from .folder import free_port, listens, note_process, stop_process, wait_until

BASE = "dc=example,dc=test"
READER = f"cn=reader,{BASE}"
READER_PASSWORD = "may only look"

_SETTINGS = """include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile {folder}/pid
TLSCACertificateFile {authority}
TLSCertificateFile {certificate}
TLSCertificateKeyFile {key}
# Nobody who asks without TLS, and nobody who does not say who he is, sees or proves anything.
security simple_bind=128
database mdb
maxsize 10485760
suffix "{base}"
directory {folder}/data
access to attrs=userPassword by anonymous auth by * none
access to * by dn.base="{reader}" read by * none
"""


class Slapd:
    """In FOLDER/slapd; `people` is a list of (uid, mail, password) below ou=people."""

    def __init__(self, site, authority, certificate, key, people):
        self.site, self.folder = site, site / "slapd"
        self.authority, self.certificate, self.key = authority, certificate, key
        self.people = people
        self.port, self.tls_port = free_port(), free_port()
        self.process = None

    def start(self):
        if not self.folder.exists():
            self._create()
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen(
                ["slapd", "-d", "256", "-f", self.folder / "slapd.conf",
                 "-h", f"ldap://127.0.0.1:{self.port} ldaps://127.0.0.1:{self.tls_port}"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        note_process(self.site, "2-slapd", self.process.pid, signal.SIGTERM)
        wait_until(lambda: listens(self.tls_port), "slapd to listen", 30)

    def _create(self):
        self.folder.mkdir()
        (self.folder / "data").mkdir()
        settings = self.folder / "slapd.conf"
        settings.write_text(_SETTINGS.format(
            folder=self.folder, authority=self.authority, certificate=self.certificate,
            key=self.key, base=BASE, reader=READER))
        entries = [f"dn: {BASE}\nobjectClass: dcObject\nobjectClass: organization\n"
                   "dc: example\no: Example\n",
                   f"dn: ou=people,{BASE}\nobjectClass: organizationalUnit\nou: people\n",
                   f"dn: {READER}\nobjectClass: organizationalRole\n"
                   "objectClass: simpleSecurityObject\ncn: reader\n"
                   f"userPassword: {READER_PASSWORD}\n"]
        for uid, mail, password in self.people:
            entries.append(f"dn: uid={uid},ou=people,{BASE}\nobjectClass: inetOrgPerson\n"
                           f"uid: {uid}\ncn: {uid}\nsn: {uid}\nmail: {mail}\n"
                           f"userPassword: {password}\n")
        subprocess.run(["slapadd", "-f", settings], input="\n".join(entries), text=True,
                       check=True, capture_output=True)

    def stop(self):
        stop_process(self.process.pid)
