"""The milter and lazaretctl of one build, with a settings file of their own."""

import json
import os
import pathlib
import re
import secrets
import base64
import signal
import socket
import subprocess

from .folder import free_port, note_process, start_time, stop_process, wait_until

ADMINISTRATOR = "postgres"  # of the private cluster: whoever may make roles and tables


# libpqxx 6.4 loses the result of a statement during which the server went away; it is not ours,
# and only a build with LeakSanitizer notices.
LEAKS = pathlib.Path(__file__).resolve().parent / "leaks.supp"
RACES = LEAKS.with_name("races.supp")


def toml(value):
    """A value as TOML writes it; our texts hold nothing that JSON would write differently."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {toml(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(toml(one) for one in value) + "]"
    return json.dumps(value, ensure_ascii=False)


class Refused(Exception):
    """lazaretctl ended with another exit code than the test wanted."""


class Lazaret:
    """One Lazaret in FOLDER/lazaret: settings files, key, state, milter process.

    `settings` is {section: {key: value}} on top of what a private site needs.
    """

    def __init__(self, site, programs, database, submission_port, settings=None):
        self.site = site
        self.programs = pathlib.Path(programs)
        self.database = database
        self.folder = site / "lazaret"
        self.socket = self.folder / "milter.sock"
        self.settings_file = self.folder / "lazaret.toml"
        self.administrator_file = self.folder / "administrator.toml"
        self.portal_file = self.folder / "portal.toml"
        self.report_file = self.folder / "report.toml"
        self.signatures = self.folder / "signatures"
        self.state = self.folder / "state"
        self.temporary = self.folder / "tmp"
        self.log_file = self.folder / "milter.log"
        self.submission_port = submission_port
        self.settings = settings or {}
        self.process = None
        self.portal_port = free_port()
        self.metrics_port = free_port()
        self.portal = None

    # Files

    def create(self):
        for part in (self.folder, self.signatures, self.state, self.temporary):
            part.mkdir()
        key = self.folder / "link.key"
        key.write_text(f"k1 {base64.b64encode(secrets.token_bytes(32)).decode()}\n")
        key.chmod(0o600)
        self.write_signatures()
        self.write_settings()

    def write_settings(self, **sections):
        """Writes a settings file for each program, with its role in the database."""
        for file, role in ((self.settings_file, "lazaret_milter"),
                           (self.portal_file, "lazaret_portal"),
                           (self.report_file, "lazaret_report"),
                           (self.administrator_file, ADMINISTRATOR)):
            all_of_it = {
                "database": {"connection": self.database.connection(role),
                             "connect_timeout": "2s"},
                "milter": {"socket": f"unix:{self.socket}", "socket_mode": "0666",
                           "state_directory": str(self.state), "reload_interval": "200ms",
                           "authserv_id": "lazaret.inbox.example",
                           "trusted_authserv_ids": ["mx.inbox.example dkim spf dmarc"]},
                "antivirus": {"signatures": str(self.signatures), "check_interval": "1s"},
                # Whatever rule files the machine has would change the verdicts.
                "dns": {"enabled": False},
                "rules": {"enabled": False, "cache": str(self.state / "cache")},
                "submission": {"url": f"smtp://127.0.0.1:{self.submission_port}",
                               "helo": "lazaret.inbox.example"},
                "link": {"key_file": str(self.folder / "link.key")},
                "report": {"from": "Quarantine <quarantine@inbox.example>",
                           "admin_address": "postmaster@inbox.example",
                           "portal_url": f"http://127.0.0.1:{self.portal_port}",
                           "templates": str(self.folder / "templates")},
                "metrics": {"listen": f"127.0.0.1:{self.metrics_port}"},
                "portal": {"listen": f"127.0.0.1:{self.portal_port}",
                           "requests_per_minute": 6000},
            }
            for layer in (self.settings, sections):
                for section, keys in layer.items():
                    all_of_it.setdefault(section, {}).update(keys)
            file.write_text("".join(
                f"[{section}]\n" + "".join(f"{key} = {toml(value)}\n"
                                           for key, value in keys.items()) + "\n"
                for section, keys in all_of_it.items()))
            file.chmod(0o640)

    def write_signatures(self):
        """A set of one signature: the standard test file of the antivirus makers."""
        (self.signatures / "test.ndb").write_text(
            f"Eicar-Test-Signature:0:*:{eicar().hex()}\n")

    # The milter

    def start(self, wait=True, limits=None):
        """Starts the milter; `limits` runs in the new process just before the program does."""
        with open(self.log_file, "ab") as log:
            self.process = subprocess.Popen(
                [self.programs / "lazaret-milter", "--config", self.settings_file],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, preexec_fn=limits,
                cwd=self.folder, start_new_session=True,
                env={**environment_of_programs(), "TMPDIR": str(self.temporary)})
        note_process(self.site, "2-milter", self.process.pid, signal.SIGKILL)
        if wait:
            wait_until(self.answers, "the milter to listen", 60)

    def answers(self):
        """Whether something accepts on the milter's socket; fails when the milter has ended."""
        if self.process.poll() is not None:
            raise RuntimeError(f"the milter ended with {self.process.returncode}:\n"
                               + self.log()[-3000:])
        with socket.socket(socket.AF_UNIX) as probe:
            try:
                probe.connect(str(self.socket))
                return True
            except OSError:
                return False

    def stop(self):
        """Asks it to stop as systemd does, and returns its exit code."""
        self.process.terminate()
        return self.process.wait(60)

    def kill(self):
        self.process.kill()
        self.process.wait(10)

    def restart(self, **how):
        code = self.stop()
        self.start(**how)
        return code

    def reload(self):
        self.process.send_signal(signal.SIGHUP)

    def is_alive(self):
        return self.process.poll() is None

    def stop_noted(self):
        """Stops a milter that another process started and noted (tools/try --stop)."""
        note = self.site / "processes" / "2-milter"
        pid, started, _ = note.read_text().split()
        if start_time(pid) == started:
            stop_process(int(pid))

    def log(self):
        try:
            return self.log_file.read_text(errors="replace")
        except FileNotFoundError:
            return ""

    def policy_change(self):
        """The number of the last change that the milter has read; 0 where it has read none."""
        return int(([0] + re.findall(r'event="policy changed" change=(\d+)', self.log()))[-1])

    # The portal and the reporter

    def start_portal(self):
        with open(self.folder / "portal.log", "ab") as log:
            self.portal = subprocess.Popen(
                [self.programs / "lazaret-portal", "--config", self.portal_file],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder,
                start_new_session=True, env=environment_of_programs())
        note_process(self.site, "2-portal", self.portal.pid, signal.SIGKILL)
        wait_until(self._portal_answers, "the portal to listen", 60)

    def _portal_answers(self):
        if self.portal.poll() is not None:
            raise RuntimeError(f"the portal ended with {self.portal.returncode}:\n"
                               + self.portal_log()[-3000:])
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.portal_port)) == 0

    def portal_log(self):
        return (self.folder / "portal.log").read_text(errors="replace")

    def send_reports(self, settings_file=None):
        """A run of lazaret-report, by its own settings or others."""
        return subprocess.run(
            [self.programs / "lazaret-report", "--config",
             settings_file or self.report_file],
            stdin=subprocess.DEVNULL, capture_output=True, timeout=120, cwd=self.folder,
            env=environment_of_programs())

    # lazaretctl

    def run(self, *arguments, given=None, timeout=120):
        """Runs lazaretctl as the administrator; the whole outcome."""
        return subprocess.run(
            [self.programs / "lazaretctl", "--config", self.administrator_file, *arguments],
            input=given, stdin=subprocess.DEVNULL if given is None else None,
            capture_output=True, timeout=timeout, cwd=self.folder,
            env=environment_of_programs())

    def ctl(self, *arguments):
        """Runs lazaretctl, which must succeed; its output as text."""
        done = self.run(*arguments)
        if done.returncode:
            raise Refused(f"lazaretctl {' '.join(map(str, arguments))}: exit {done.returncode}\n"
                          + (done.stdout + done.stderr).decode("utf-8", "replace"))
        return done.stdout.decode("utf-8", "replace")

    def held(self, recipient=None, **options):
        """What `lazaretctl held list --json` says."""
        arguments = ["held", "list", "--json", "--limit", "10000"]
        if recipient:
            arguments += ["--recipient", recipient]
        for name, value in options.items():
            arguments += [f"--{name}", str(value)]
        return records(self.ctl(*arguments))


def environment_of_programs():
    return {**os.environ, "LSAN_OPTIONS": f"suppressions={LEAKS}:print_suppressions=0",
            # TSan cannot see the locks of GLib's own allocator.
            "G_SLICE": "always-malloc",
            "TSAN_OPTIONS": f"suppressions={RACES} {os.environ.get('TSAN_OPTIONS', '')}"}


def records(text):
    """JSON of lazaretctl: one object a line, or one list."""
    text = text.strip()
    if text.startswith("["):
        return json.loads(text)
    return [json.loads(line) for line in text.splitlines() if line]


def eicar():
    """The harmless test file, put together here: in one piece it would alarm every scanner that
    looks at our sources."""
    return b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS" + b"-TEST-FILE!$H+H*"
