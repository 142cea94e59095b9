"""A private Dovecot: IMAP on the loopback, with TLS and a list of passwords. Its penalty for wrong ones
is off, as a site would have it: else one that comes by the portal delays everybody's."""

import signal
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


class Dovecot:
    """In FOLDER/dovecot; `passwords` is {name to sign in with: password}."""

    def __init__(self, site, certificate, key, passwords):
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
        own = _OLD if version.startswith("2.3") else _NEW
        (self.folder / "dovecot.conf").write_text((own + _BOTH).format(
            folder=self.folder, certificate=self.certificate, key=self.key, port=self.port,
            tls_port=self.tls_port))

    def stop(self):
        stop_process(self.process.pid)
