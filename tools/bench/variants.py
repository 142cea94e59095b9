"""What is measured: a mail server alone, with an empty milter, with Lazaret, with its peers.

Each variant has a name, a milter as Postfix spells it (or none), and can be started and stopped;
`pids` are the processes whose processor time and memory count.
"""

import pathlib
import shutil
import signal
import socket
import subprocess

from private_site.folder import free_port, note_process, stop_process, wait_until
from private_site.site import PROTECTED

ROOT = pathlib.Path(__file__).resolve().parents[2]
STOCK = ["/usr/share/spamassassin", "/etc/spamassassin"]  # the rules of Debian's package


def listens(address):
    """Whether something accepts on a unix socket (a path) or on a port of 127.0.0.1."""
    family = socket.AF_INET if isinstance(address, tuple) else socket.AF_UNIX
    with socket.socket(family) as probe:
        try:
            probe.connect(address if family == socket.AF_INET else str(address))
            return True
        except OSError:
            return False


class Variant:
    """A milter process; the plain variant has none."""

    most_messages = None  # how many messages a slow one is given; None: all
    note = ""

    def __init__(self, site, name):
        self.site, self.name = site, name
        self.processes = []

    def milter(self):
        return None

    def start(self):
        pass

    def stop(self):
        for process in reversed(self.processes):
            stop_process(process.pid)
            process.wait()
        self.processes = []

    def pids(self):
        return [process.pid for process in self.processes]

    def run(self, name, command, ready=None):
        with open(self.site / f"{self.name}-{name}.log", "ab") as log:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                       cwd=self.site)
        note_process(self.site, f"2-{self.name}-{name}", process.pid, signal.SIGKILL)
        self.processes.append(process)
        if ready is not None:
            wait_until(lambda: listens(ready) or process.poll() is not None, name, 60)
            if process.poll() is not None:
                raise RuntimeError(f"{name} ended with {process.returncode}; see {log.name}")


class EmptyMilter(Variant):
    """Every callback registered, nothing done."""

    def __init__(self, site, programs):
        super().__init__(site, "empty milter")
        self.program = programs / "empty_milter"
        self.socket = site / "empty.sock"

    def milter(self):
        return f"unix:{self.socket}"

    def start(self):
        self.run("milter", [self.program, self.milter()], self.socket)
        self.socket.chmod(0o666)


class LazaretMilter(Variant):
    """Our milter, fresh each time: no round profits from what libclamav remembers of the last."""

    def __init__(self, site, lazaret, antivirus=False, rules=False):
        super().__init__(site, "Lazaret" + ", rules" * rules + ", antivirus" * antivirus)
        self.lazaret, self.antivirus, self.rules = lazaret, antivirus, rules

    def milter(self):
        return f"unix:{self.lazaret.socket}"

    def start(self):
        cache = ROOT / "build" / "bench-rules"
        self.lazaret.write_settings(
            antivirus={"enabled": self.antivirus},
            rules={"enabled": self.rules, "folders": STOCK, "cache": str(cache)})
        self.note = (f"{'stock' if self.rules else 'no'} rules, {self.signatures()}; "
                     "no DNS, so no SPF, DKIM, DMARC or block lists")
        if self.rules:
            cache.mkdir(parents=True, exist_ok=True)
            done = self.lazaret.run("rules", "compile", timeout=900)
            if done.returncode:
                raise RuntimeError(done.stderr.decode("utf-8", "replace"))
        self.lazaret.start()

    def signatures(self):
        if not self.antivirus:
            return "no antivirus"
        files = [f for f in self.lazaret.signatures.iterdir() if f.is_file()]
        return f"{len(files)} signature file(s) of {sum(f.stat().st_size for f in files)} bytes"

    def stop(self):
        self.lazaret.stop()

    def pids(self):
        return [self.lazaret.process.pid]


class Rspamd(Variant):
    """rspamd as a milter with two workers, its own Redis, and a name server that knows nothing."""

    needs = ("rspamd", "redis-server", "dnsmasq")

    def __init__(self, site):
        super().__init__(site, "rspamd")
        self.folder = site / "rspamd"
        self.port, self.redis, self.dns = free_port(), free_port(), free_port()
        self.note = "two workers; no network, no Bayes"

    def milter(self):
        return f"inet:127.0.0.1:{self.port}"

    def start(self):
        if not self.folder.exists():
            self.write_settings()
        self.run("dns", ["dnsmasq", "--no-daemon", f"--port={self.dns}", "--no-resolv",
                         "--no-hosts", "--local=/#/", "--listen-address=127.0.0.1",
                         "--bind-interfaces", "--conf-file=/dev/null"])
        self.run("redis", ["redis-server", "--port", str(self.redis), "--save", "",
                           "--appendonly", "no", "--bind", "127.0.0.1"],
                 ("127.0.0.1", self.redis))
        folders = [f"--var={name}={self.folder}" for name in ("CONFDIR", "LOCAL_CONFDIR")]
        folders += [f"--var={name}={self.folder}/run" for name in ("RUNDIR", "DBDIR", "LOGDIR")]
        self.run("rspamd", ["rspamd", "-f", "-u", "_rspamd", "-g", "_rspamd",
                            "-c", self.folder / "rspamd.conf", *folders],
                 ("127.0.0.1", self.port))

    def pids(self):
        return [self.processes[-1].pid]

    def write_settings(self):
        shutil.copytree("/etc/rspamd", self.folder)
        (self.folder / "run").mkdir()
        shutil.chown(self.folder / "run", "_rspamd", "_rspamd")
        own = self.folder / "local.d"
        own.mkdir(exist_ok=True)
        files = {
            "options.inc": 'dns { timeout = 1s; nameserver = ["127.0.0.1:%d"]; }\n'
                           'control_socket = "%s/run/rspamd.sock mode=0600";\n'
                           'cache_file = "%s/run/symbols.cache";\n'
                           % (self.dns, self.folder, self.folder),
            "worker-proxy.inc": f'bind_socket = "127.0.0.1:{self.port}";\ncount = 2;\n'
                                'upstream "local" { default = yes; self_scan = yes; }\n',
            "worker-normal.inc": "enabled = false;\n",
            "worker-controller.inc": f'bind_socket = "127.0.0.1:{free_port()}";\n',
            "redis.conf": f'servers = "127.0.0.1:{self.redis}";\n',
            "logging.inc": f'type = "file"; filename = "{self.folder}/run/rspamd.log"; '
                           'level = "warning";\n',
            # Every variant is to deliver the same mail.
            "actions.conf": "reject = null;\ngreylist = null;\n",
            "greylist.conf": "enabled = false;\n",
            "fuzzy_check.conf": "enabled = false;\n",
        }
        for name, text in files.items():
            (own / name).write_text(text)


class SpamAssassin(Variant):
    """spamass-milter in front of spamd with two children."""

    needs = ("spamd", "spamc", "spamass-milter")
    most_messages = 100

    def __init__(self, site):
        super().__init__(site, "SpamAssassin")
        self.port = free_port()
        self.socket = site / "spamass.sock"
        self.note = "two children; no network, no Bayes"

    def milter(self):
        return f"unix:{self.socket}"

    def start(self):
        self.run("spamd", ["spamd", "-L", "-m", "2", "--min-children=2", "-i", "127.0.0.1",
                           "-p", str(self.port), "-u", "nobody", "-x"], ("127.0.0.1", self.port))
        self.socket.unlink(missing_ok=True)
        self.run("milter", ["spamass-milter", "-p", self.socket, "--", "-d", "127.0.0.1",
                            "-p", str(self.port)], self.socket)
        self.socket.chmod(0o666)


def ours(site, lazaret):
    """Ours, and why one of them cannot be measured here."""
    found = [LazaretMilter(site, lazaret), LazaretMilter(site, lazaret, antivirus=True)]
    if not pathlib.Path(STOCK[0]).is_dir():
        return found, ["Lazaret, rules (spamassassin not installed)"]
    return [*found, LazaretMilter(site, lazaret, rules=True),
            LazaretMilter(site, lazaret, antivirus=True, rules=True)], []


def peers(site):
    """Those of the peers that are installed, and the names of those that are not."""
    found, missing = [], []
    for kind in (Rspamd, SpamAssassin):
        lacking = [program for program in kind.needs
                   if not shutil.which(program, path="/usr/bin:/usr/sbin:/bin:/sbin")]
        if lacking:
            missing.append(f"{kind.__name__} ({', '.join(lacking)} not installed)")
        else:
            found.append(kind(site))
    return found, missing


def protect_and_deliver(lazaret, deliver_all):
    """Our domain; with `deliver_all` nothing is held or refused, whatever the class: rates can
    only be compared when every variant delivers the same mail."""
    lazaret.ctl("schema", "upgrade")
    lazaret.ctl("domain", "add", PROTECTED)
    if deliver_all:
        for name in ("newsletter", "spam", "spam-certain", "dangerous", "unscanned"):
            lazaret.ctl("settings", "set", f"@{PROTECTED}", f"action.{name}", "deliver")


def teach(lazaret, messages, folder):
    """Teaches the filter from labelled messages: (label, path)."""
    for label in ("ham", "spam"):
        of_it = folder / label
        of_it.mkdir()
        for number, path in enumerate(path for own, path in messages if own == label):
            shutil.copyfile(path, of_it / f"{number:06}")
        if any(of_it.iterdir()):
            lazaret.ctl("learn", label, of_it)
    return pathlib.Path(folder)
