"""OpenDKIM: keys, a signer, a verifier in front of us, and the verdict on a file. No DNS."""

import signal
import subprocess

from .folder import note_process, stop_process, wait_until

SELECTOR = "test"


class Keys:
    """A key pair for each domain in FOLDER/dkim, and the list of public keys instead of DNS."""

    def __init__(self, folder, domains):
        self.folder = folder / "dkim"
        self.domains = domains
        self.public = self.folder / "public-keys"

    def create(self):
        self.folder.mkdir()
        lines, table, signing = [], [], []
        for domain in self.domains:
            subprocess.run(["opendkim-genkey", "-b", "2048", "-d", domain, "-s", SELECTOR,
                            "-D", self.folder], check=True)
            private = self.folder / f"{domain}.private"
            (self.folder / f"{SELECTOR}.private").rename(private)
            record = (self.folder / f"{SELECTOR}.txt").read_text()
            text = "".join(record.split('"')[1::2])
            lines.append(f"{SELECTOR}._domainkey.{domain} {text}\n")
            table.append(f"{domain} {domain}:{SELECTOR}:{private}\n")
            signing.append(f"*@{domain} {domain}\n")
        self.public.write_text("".join(lines))
        (self.folder / "key-table").write_text("".join(table))
        (self.folder / "signing-table").write_text("".join(signing))


class OpenDKIM:
    """One opendkim process on a unix socket.

    mode "s" signs everything from the domains of `keys`, with `canonicalization` and what else
    `extra` says, lines of its settings file;
    mode "v" writes Authentication-Results of `authserv_id`.
    """

    def __init__(self, site, name, keys, mode, canonicalization="relaxed/relaxed",
                 authserv_id="mx.inbox.example", extra=""):
        self.site, self.name, self.keys = site, name, keys
        self.socket = keys.folder / f"{name}.sock"
        self.settings = keys.folder / f"{name}.conf"
        self.text = (f"Mode {mode}\nSocket local:{self.socket}\nSyslog no\nUMask 000\n"
                     "MaximumHeaders 0\n"
                     f"Canonicalization {canonicalization}\nRequireSafeKeys no\n"
                     f"AuthservID {authserv_id}\nAlwaysAddARHeader yes\n"
                     f"TestPublicKeys {keys.public}\n"
                     f"KeyTable {keys.folder}/key-table\n"
                     f"SigningTable refile:{keys.folder}/signing-table\n"
                     "ExternalIgnoreList 0.0.0.0/0\nInternalHosts 127.0.0.0/8\n" + extra
                     if mode == "s" else
                     f"Mode v\nSocket local:{self.socket}\nSyslog no\nUMask 000\n"
                     "MaximumHeaders 0\n"
                     f"AuthservID {authserv_id}\nAlwaysAddARHeader yes\n"
                     f"TestPublicKeys {keys.public}\n")
        self.process = None

    def milter(self):
        """As Postfix names it."""
        return f"unix:{self.socket}"

    def start(self):
        self.settings.write_text(self.text)
        with open(self.keys.folder / f"{self.name}.log", "ab") as log:
            self.process = subprocess.Popen(["opendkim", "-f", "-x", self.settings],
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        note_process(self.site, f"2-{self.name}", self.process.pid, signal.SIGKILL)
        wait_until(self.socket.exists, f"opendkim to listen ({self.name})", 10)

    def stop(self):
        if self.process:
            stop_process(self.process.pid, signal.SIGKILL)


def verifies(keys, message, scratch):
    """Whether opendkim finds a good signature on a message, and what it said."""
    scratch.mkdir(exist_ok=True)
    file = scratch / "message-to-verify"
    file.write_bytes(message)
    settings = keys.folder / "verify.conf"
    settings.write_text(f"Mode v\nTestPublicKeys {keys.public}\nSyslog no\n")
    done = subprocess.run(["opendkim", "-x", settings, "-v", "-t", file],
                          capture_output=True, text=True)
    said = done.stdout + done.stderr
    return "verification" in said and " succeeded" in said and " failed" not in said, said
