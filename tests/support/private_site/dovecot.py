"""A private Dovecot: IMAP on the loopback, with TLS and a list of passwords. Its penalty for wrong ones
is off, as a site would have it: else one that comes by the portal delays everybody's."""

import imaplib
import pathlib
import shutil
import signal
import ssl
import subprocess

from .folder import free_port, listens, note_process, stop_process, wait_until

# Of Dovecot 2.4 (Debian 13), and of 2.3 before it.
_NEW = """dovecot_config_version = 2.4.0
dovecot_storage_version = 2.4.0
ssl_server_cert_file = {certificate}
ssl_server_key_file = {key}
auth_allow_cleartext = no
mail_driver = maildir
mail_path = {folder}/mail/%{{user}}
passdb passwd-file {{
  passwd_file_path = {folder}/passwords
  default_password_scheme = PLAIN
}}
userdb static {{
  fields {{
    uid = nobody
    gid = nogroup
    home = {folder}/mail/%{{user}}
  }}
}}
"""
_OLD = """ssl_cert = <{certificate}
ssl_key = <{key}
disable_plaintext_auth = yes
mail_location = maildir:{folder}/mail/%u
passdb {{
  driver = passwd-file
  args = scheme=PLAIN {folder}/passwords
}}
userdb {{
  driver = static
  args = uid=nobody gid=nogroup home={folder}/mail/%u
}}
"""
_BOTH = """base_dir = {folder}/run
log_path = {folder}/log
protocols = imap
namespace inbox {{
  inbox = yes
  mailbox Away {{
    special_use = \\Trash
  }}
}}
listen = 127.0.0.1
ssl = required
auth_mechanisms = plain login
auth_failure_delay = 0
first_valid_uid = 1
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service imap-login {{
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
"""

# What the package ships for Dovecot: scripts, the program that they call, and two configurations.
SHIPPED = pathlib.Path(__file__).resolve().parents[3] / "portal" / "dovecot"
INSTALLED = "/usr/share/lazaret/dovecot"


class Dovecot:
    """In FOLDER/dovecot; `passwords` is {name to sign in with: password}.

    With `votes`, {name: value} of vote.conf, it is set up as our configuration says: what is moved to
    Junk, or out of it, is told to the portal. KEY is there a text, and becomes a file.
    """

    def __init__(self, site, certificate, key, passwords, votes=None):
        self.votes = votes
        self.site, self.folder = site, site / "dovecot"
        self.certificate, self.key, self.passwords = certificate, key, passwords
        self.port, self.tls_port = free_port(), free_port()
        self.process = None

    def start(self):
        if not self.folder.exists():
            self._create()
        with open(self.folder / "output", "ab") as output:
            self.process = subprocess.Popen(["dovecot", "-F", "-c", self.folder / "dovecot.conf"],
                                            stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        note_process(self.site, "2-dovecot", self.process.pid, signal.SIGTERM)
        wait_until(lambda: listens(self.tls_port), "Dovecot to listen", 30)

    def _create(self):
        self.folder.mkdir()
        self.folder.chmod(0o755)
        (self.folder / "mail").mkdir()
        (self.folder / "mail").chmod(0o777)
        (self.folder / "passwords").write_text(
            "".join(f"{name}:{password}\n" for name, password in self.passwords.items()))
        (self.folder / "passwords").chmod(0o644)
        version = subprocess.run(["dovecot", "--version"], check=True, capture_output=True,
                                 text=True).stdout
        is_old = version.startswith("2.3")
        (self.folder / "dovecot.conf").write_text(((_OLD if is_old else _NEW) + _BOTH).format(
            folder=self.folder, certificate=self.certificate, key=self.key, port=self.port,
            tls_port=self.tls_port))
        if self.votes is not None:
            self._install_votes("90-lazaret.conf" if is_old else "90-lazaret-2.4.conf")

    def _install_votes(self, configuration):
        """As the README says; for another folder than the package's, and with settings of our own."""
        installed = self.folder / "lazaret"
        shutil.copytree(SHIPPED, installed)
        program, shipped = installed / "lazaret-vote", installed / "shipped"
        program.rename(shipped)
        program.write_text(f"#!/bin/sh\nLAZARET_VOTE_CONF={installed}/vote.conf exec {shipped} "
                           '"$@"\n')
        program.chmod(0o755)
        key = installed / "vote.key"
        key.write_text(self.votes["KEY"] + "\n")
        key.chmod(0o400)
        shutil.chown(key, "nobody", "nogroup")
        (installed / "vote.conf").write_text("".join(
            f"{name}={value}\n" for name, value in {**self.votes, "KEY": key,
                                             "SILENT": self.folder / "mail" / "silent"}.items()))
        text = (SHIPPED / configuration).read_text().replace(INSTALLED, str(installed))
        with open(self.folder / "dovecot.conf", "a") as main:
            main.write(text)
        for script in installed.glob("*.sieve"):
            subprocess.run(["sievec", "-c", self.folder / "dovecot.conf", script], check=True)

    def deliver(self, name, message, folder="INBOX", sender="bounce@shop.example"):
        """Into somebody's mailbox, by Dovecot's own program for it."""
        subprocess.run(["/usr/lib/dovecot/dovecot-lda", "-c", self.folder / "dovecot.conf", "-d", name,
                        "-f", sender, "-o", "lda_mailbox_autocreate=yes", "-m", folder], input=message,
                       check=True)

    def sign_in(self, name):
        """An IMAP session."""
        anybody = ssl.create_default_context()  # whose certificate it has is tested elsewhere
        anybody.check_hostname = False
        anybody.verify_mode = ssl.CERT_NONE
        client = imaplib.IMAP4_SSL("127.0.0.1", self.tls_port, ssl_context=anybody, timeout=60)
        client.login(name, self.passwords[name])
        return client

    def log(self):
        return (self.folder / "log").read_text(errors="replace")

    def stop(self):
        stop_process(self.process.pid)
