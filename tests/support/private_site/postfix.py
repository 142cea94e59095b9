"""A private Postfix that receives, asks milters, and delivers to Maildirs."""

import email
import email.policy
import pathlib
import subprocess

from .folder import free_port, note_process, wait_until

MAIN = """\
compatibility_level = 3.6
config_directory = {folder}/etc
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
mail_owner = postfix
setgid_group = postdrop
multi_instance_enable = no

myhostname = mx.inbox.example
myorigin = {origin}
mydestination =
inet_interfaces = loopback-only
inet_protocols = ipv4
# 127.0.0.1 is "us"; a client that is bound to 127.0.0.2 is a stranger.
mynetworks = 127.0.0.1/32
smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination
smtpd_peername_lookup = no
smtp_host_lookup = native
smtpd_client_connection_count_limit = 0
smtpd_client_connection_rate_limit = 0
smtpd_error_sleep_time = 0
message_size_limit = 157286400
mailbox_size_limit = 0
virtual_mailbox_limit = 0
alias_maps =
local_recipient_maps =
smtputf8_enable = yes
# As Debian's package sets it up: TLS for who wants it, with a certificate that nobody signed.
smtpd_tls_security_level = may
smtpd_tls_cert_file = {folder}/etc/snakeoil.pem
smtpd_tls_key_file = {folder}/etc/snakeoil.key

virtual_mailbox_domains = {domains}
virtual_mailbox_base = {folder}/maildir
virtual_mailbox_maps = regexp:{folder}/etc/mailboxes
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
virtual_minimum_uid = 1

milter_default_action = tempfail
milter_protocol = 6
milter_connect_timeout = 10s
milter_content_timeout = 300s
"""

# Nothing is chrooted, and only what our mail needs is there.
MASTER = """\
cleanup   unix  n  -  n  -  0  cleanup
changing-cleanup unix n - n -  0  cleanup
  -o { header_checks = static:{PREPEND X-Gateway: was here} }
qmgr      unix  n  -  n  300  1  qmgr
rewrite   unix  -  -  n  -  -  trivial-rewrite
tlsmgr    unix  -  -  n  1000?  1  tlsmgr
bounce    unix  -  -  n  -  0  bounce
defer     unix  -  -  n  -  0  bounce
trace     unix  -  -  n  -  0  bounce
verify    unix  -  -  n  -  1  verify
proxymap  unix  -  -  n  -  -  proxymap
anvil     unix  -  -  n  -  1  anvil
scache    unix  -  -  n  -  1  scache
error     unix  -  -  n  -  -  error
retry     unix  -  -  n  -  -  error
discard   unix  -  -  n  -  -  discard
virtual   unix  -  n  n  -  -  virtual
postlog   unix-dgram n - n  -  1  postlogd
"""


class Postfix:
    """One instance in FOLDER/postfix. Each service is an smtpd on a port of its own.

    mx       from the world; the milters in the order of add_service()
    release  where Lazaret hands in what it sends: as `mx`, but adds no header of its own
    """

    def __init__(self, folder, domains):
        self.site = folder
        self.folder = folder / "postfix"
        self.domains = domains
        self.services = {}
        self.maildir = self.folder / "maildir"

    def add_service(self, name, milters, **overrides):
        """An smtpd on a free port of the loopback. Before create()."""
        self.services[name] = (free_port(), milters, overrides)

    def port(self, service="mx"):
        return self.services[service][0]

    def create(self):
        etc = self.folder / "etc"
        for part in ("etc", "queue", "data", "maildir"):
            (self.folder / part).mkdir(parents=True)
        owner = subprocess.run(["id", "-u", "postfix"], check=True, capture_output=True, text=True)
        group = subprocess.run(["id", "-g", "postfix"], check=True, capture_output=True, text=True)
        uid, gid = owner.stdout.strip(), group.stdout.strip()
        subprocess.run(["chown", f"{uid}:{gid}", self.folder / "data", self.maildir], check=True)
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30",
                        "-subj", "/CN=mx.inbox.example", "-keyout", etc / "snakeoil.key",
                        "-out", etc / "snakeoil.pem"], check=True, capture_output=True)
        (etc / "main.cf").write_text(MAIN.format(folder=self.folder, uid=uid, gid=gid,
                                                 origin=self.domains[0],
                                                 domains=", ".join(self.domains)))
        (etc / "master.cf").write_text(MASTER + "".join(
            self._service_line(*service) for service in self.services.values()))
        # One Maildir for all: Postfix writes the recipient into each message (Delivered-To), and
        # its virtual(8) lets no address name a folder.
        (etc / "mailboxes").write_text("/./ all/\n")
        self.start()

    @staticmethod
    def _service_line(port, milters, overrides):
        options = {"smtpd_milters": ",".join(milters), **overrides}
        return f"127.0.0.1:{port} inet n - n - - smtpd\n" + "".join(
            f"  -o {key}={value.replace(' ', ',')}\n" for key, value in options.items())

    def start(self):
        self._postfix("start")
        pid = int((self.folder / "queue" / "pid" / "master.pid").read_text())
        note_process(self.site, "3-postfix", pid)

    def stop(self):
        self._postfix("abort")

    def hand_on(self, recipient, port):
        """From now on mail for somebody goes to a server on that port of the loopback, by SMTP."""
        etc = self.folder / "etc"
        with open(etc / "master.cf", "a") as master:
            master.write("smtp unix - - n - - smtp\n")
        with open(etc / "main.cf", "a") as main:
            main.write(f"transport_maps = inline:{{ {{ {recipient} = smtp:[127.0.0.1]:{port} }} }}\n")
        self._postfix("reload")

    def _postfix(self, command):
        """Its own messages go to our log, so on failure that is what is shown."""
        done = subprocess.run(["postfix", "-c", self.folder / "etc", command], text=True,
                              stdin=subprocess.DEVNULL, capture_output=True)
        if done.returncode:
            raise RuntimeError(f"postfix {command}: {done.stderr.strip()}\n{self.log()[-2000:]}")

    def log(self):
        try:
            return (self.folder / "log").read_text(errors="replace")
        except FileNotFoundError:
            return ""

    def queue_is_empty(self):
        return not any(path.is_file() for part in ("incoming", "active", "deferred", "maildrop")
                       for path in (self.folder / "queue" / part).rglob("*"))

    def flush(self):
        """Tries everything that was deferred again, now."""
        self._postfix("flush")

    def wait_for_empty_queue(self, patience=60.0):
        wait_until(self.queue_is_empty, "Postfix's queue to be empty", patience)

    def delivered(self):
        """All mail that arrived in a Maildir, as Delivered objects, oldest first."""
        files = sorted((self.maildir / "all" / "new").glob("*"), key=lambda p: p.stat().st_mtime_ns)
        return [Delivered(path) for path in files]

    def delivered_to(self, recipient, patience=20.0, least=1):
        """The mail of one recipient, once there are at least so many."""
        def arrived():
            found = [mail for mail in self.delivered() if mail.recipient == recipient]
            return found if len(found) >= least else None
        return wait_until(arrived, f"mail for {recipient}", patience)


class Delivered:
    """One message in a Maildir."""

    def __init__(self, path: pathlib.Path):
        self.path = path
        self.stored = path.read_bytes()
        # virtual(8) writes its own three fields first.
        head = self.stored.split(b"\n\n", 1)[0].decode("utf-8", "replace").split("\n")
        own = dict(line.split(": ", 1) for line in head[:4] if ": " in line)
        self.sender = own.get("Return-Path", "").strip("<>")
        self.recipient = own.get("X-Original-To") or own.get("Delivered-To")

    def as_sent(self):
        """The bytes with lines in CRLF, without what delivery and reception put in front."""
        lines = self.stored.split(b"\n")
        at = 0
        while at < len(lines):
            if not lines[at].lower().startswith(
                    (b"return-path:", b"x-original-to:", b"delivered-to:", b"received:")):
                break
            at += 1
            while at < len(lines) and lines[at][:1] in (b" ", b"\t"):
                at += 1
        return b"\r\n".join(lines[at:])

    def fields(self):
        return email.message_from_bytes(self.stored, policy=email.policy.compat32)
