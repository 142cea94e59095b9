"""Starts, feeds and ends the private site of tools/try: trial.py ROOT start|stop|send [FILE...]."""

import email
import email.policy
import email.utils
import os
import pathlib
import shlex
import signal
import subprocess
import sys
import time

ROOT = pathlib.Path(sys.argv[1])
sys.path.insert(0, str(ROOT / "tests" / "support"))

from private_site import folder as folders  # noqa: E402
from private_site.lazaret import Refused  # noqa: E402
from private_site.site import PROTECTED, UNPROTECTED, Site  # noqa: E402
from private_site.smtp import crlf  # noqa: E402

PLACE = ROOT / "build" / "try.place"  # names the folder of the trial that is running
SHORT_COMMAND = ROOT / "build" / "lazaretctl"
MESSAGES = ROOT / "tools" / "messages"


class Trial:
    """The site, and what happened to each message that was sent through it."""

    def __init__(self, folder):
        self.folder = folder
        # As a site has it: with the rules of this machine's SpamAssassin. What is compiled of them
        # outlives the trial, since that takes half a minute.
        rules = {"enabled": True, "cache": str(ROOT / "build" / "try-rules")}
        self.site = Site(ROOT / "build" / "release" / "bin", folder, protected=[PROTECTED],
                         settings={"rules": rules})
        self.lazaret = self.site.lazaret

    def remember(self):
        """Ports too: a later call sends through the same servers."""
        (self.folder / "ports").write_text(
            f"{self.site.postfix.port()} {self.site.postfix.port('release')}"
            f" {self.site.database.port}\n")

    def recall(self):
        mx, release, self.site.database.port = map(
            int, (self.folder / "ports").read_text().split())
        self.site.postfix.services = {"mx": (mx, [], {}), "release": (release, [], {})}

    def teach(self):
        for kind in ("ham", "spam", "newsletter"):
            self.lazaret.ctl("learn", kind, MESSAGES / "learn" / kind)
        self.site.settle()

    def send(self, file):
        """Sends one message as its sender's server would; yields (recipient, what happened)."""
        message = crlf(file.read_bytes())
        head = email.message_from_bytes(message, policy=email.policy.compat32)
        sender = address_of(head["From"]) or "stranger@sender.example"
        recipients, note = recipients_of(head)
        for recipient, outcome in self.outcomes(message, sender, recipients):
            yield recipient, outcome + note

    def outcomes(self, message, sender, recipients):
        before = {recipient: self.delivered(recipient) for recipient in recipients}
        held = {copy["reference"] for copy in self.lazaret.held()}
        answer = self.site.send(message, sender, recipients)
        if not answer.accepted:
            for recipient in recipients:
                yield recipient, (f"refused: {answer.code} {answer.text}" if answer.refused
                                  else f"told to try later: {answer.code} {answer.text}")
            return
        copies = {copy["recipient"]: copy for copy in self.lazaret.held()
                  if copy["reference"] not in held}
        self.site.postfix.wait_for_empty_queue()
        for recipient in recipients:
            if recipient in copies:
                copy = copies[recipient]
                yield recipient, (f"held as {copy['class']} ({copy['score']:.1f} points),"
                                  f" {copy['reference']}")
            elif self.delivered(recipient) > before[recipient]:
                yield recipient, "delivered"
            else:  # the same message was held before, and was found
                yield recipient, "held already"

    def delivered(self, recipient):
        return sum(mail.recipient == recipient for mail in self.site.postfix.delivered())

    def send_all(self, files):
        width = max(len(file.name) for file in files)
        print(f"\n{'message':{width}}  {'recipient':24}  what happened")
        for file in files:
            for recipient, outcome in self.send(file):
                print(f"{file.name:{width}}  {recipient:24}  {outcome}", flush=True)

    def release_one(self):
        """Frees the first newsletter (or whatever is held), and waits for its arrival."""
        copies = self.lazaret.held()
        if not copies:
            raise RuntimeError("nothing was held; see " + str(self.lazaret.log_file))
        copy = next((copy for copy in copies if copy["class"] == "newsletter"), copies[0])
        before = self.delivered(copy["recipient"])
        print(f"\n$ {shown(SHORT_COMMAND)} held release {copy['reference']}")
        print(self.lazaret.ctl("held", "release", copy["reference"]).strip())
        folders.wait_until(lambda: self.delivered(copy["recipient"]) > before,
                           "the released message to arrive")
        print(f"It was delivered to {copy['recipient']}.")

    def make_report(self):
        """Starts the portal and makes the report of whoever has most held, as a file."""
        copies = self.lazaret.held()
        if not copies:
            return None
        recipients = [copy["recipient"] for copy in copies]
        reader = max(set(recipients), key=recipients.count)
        self.lazaret.start_portal()
        report = self.folder / "report.html"
        report.write_text(self.lazaret.ctl("report", "preview", reader, "--form", "html"))
        print(f"\n$ {shown(SHORT_COMMAND)} report preview {reader} --form html > {report}")
        return report

    def print_end(self, report):
        held = self.lazaret.held()
        example = held[0]["reference"] if held else "ID"
        place = self.folder
        print(f"""
$ {shown(SHORT_COMMAND)} held list
{self.lazaret.ctl("held", "list").rstrip()}

It goes on running:
  Postfix      127.0.0.1:{self.site.postfix.port()}  (a client on 127.0.0.2 is a stranger to it;
               recipients @{PROTECTED} are protected, @{UNPROTECTED} are not)
  Maildir      {self.site.postfix.maildir}/all
  settings     {self.lazaret.settings_file}
  database     {shlex.join(["psql", self.site.database.connection("postgres")])}
  logs         {self.lazaret.log_file}
               {place}/postfix/log
  all of it    {place}
{self.report_lines(report)}
Type next:
  {shown(SHORT_COMMAND)} why {example}
  {shown(SHORT_COMMAND)} held show {example}
  {shown(ROOT / "tools" / "try")} MESSAGE.eml
and when you have seen enough: {shown(ROOT / "tools" / "try")} --stop""")

    def report_lines(self, report):
        if report is None:
            return ""
        return (f"  report       {report}\n"
                "               open it in a browser on this machine: its links lead to\n"
                f"  portal       http://127.0.0.1:{self.lazaret.portal_port}/\n")


def recipients_of(head):
    """Who of a message's To gets it here, and what is to be said of the others: the trial has no
    way to hosts outside, so none of them ever gets anything."""
    ours = (f"@{PROTECTED}", f"@{UNPROTECTED}")
    asked = [address for _, address in email.utils.getaddresses(
        [str(value) for value in head.get_all("To", [])]) if address]
    recipients = [address.lower() for address in asked if address.lower().endswith(ours)]
    if not recipients:
        return [f"anna@{PROTECTED}"], " (sent to her: its To names nobody here)"
    others = len(asked) - len(recipients)
    return recipients, f" (not sent to {others} more, outside the trial)" if others else ""


def address_of(field):
    return email.utils.parseaddr(str(field or ""))[1]


def shown(path):
    """A path as one would type it here."""
    relative = os.path.relpath(path)
    return relative if not relative.startswith("..") else str(path)


def is_ours(folder):
    """Whether a folder is a trial of this checkout."""
    try:
        return (folder / "root").read_text().strip() == str(ROOT)
    except OSError:
        return False


def left():
    """The folders of all trials of this checkout, also of one whose note in build/ is lost."""
    found = set(folders.all_of("try"))
    try:
        found.add(pathlib.Path(PLACE.read_text().strip()))
    except FileNotFoundError:
        pass
    return sorted(folder for folder in found if folder.is_dir() and is_ours(folder))


def running():
    """The trial that was started and whose servers live, or None."""
    for folder in left():
        if {"1-postgresql", "2-milter", "3-postfix"} <= folders.living(folder):
            return folder
    return None


def stop():
    """Ends every trial of this checkout; answers their folders."""
    ended = left()
    for folder in ended:
        folders.remove(folder)
    PLACE.unlink(missing_ok=True)
    SHORT_COMMAND.unlink(missing_ok=True)
    return ended


def start():
    if stop():  # also what an interrupted run has left
        print("The last trial, with all that was done in it, is removed.")
    folder = folders.make_folder("try")
    (folder / "root").write_text(f"{ROOT}\n")
    PLACE.write_text(f"{folder}\n")
    trial = Trial(folder)
    print(f"Starting PostgreSQL, Postfix and Lazaret in {folder} ...", flush=True)
    trial.site.start()
    trial.remember()
    SHORT_COMMAND.write_text(
        "#!/bin/sh\n# lazaretctl on the trial that tools/try started.\n"
        f"exec {shlex.quote(str(trial.lazaret.programs / 'lazaretctl'))}"
        f" --config {shlex.quote(str(trial.lazaret.administrator_file))} \"$@\"\n")
    SHORT_COMMAND.chmod(0o755)
    print("Teaching it from tools/messages/learn ...", flush=True)
    trial.teach()
    print("Sending tools/messages/send ...")
    trial.send_all(sorted((MESSAGES / "send").glob("*.eml")))
    trial.release_one()
    trial.print_end(trial.make_report())


def send(files):
    folder = running()
    if not folder:
        print("tools/try: nothing is running\nhint: start it with tools/try", file=sys.stderr)
        return 69
    missing = [file for file in files if not pathlib.Path(file).is_file()]
    if missing:
        print(f"tools/try: no such file: {', '.join(missing)}", file=sys.stderr)
        return 66
    trial = Trial(folder)
    trial.recall()
    trial.send_all([pathlib.Path(file) for file in files])
    return 0


def work(command, files):
    if command == "start":
        started = time.monotonic()
        start()
        print(f"\n(started in {time.monotonic() - started:.0f} s)")
        return 0
    if command == "send":
        return send(files)
    ended = stop()
    print("\n".join(f"tools/try: ended, and {folder} is removed" for folder in ended)
          or "tools/try: nothing was running")
    return 0


def main(command, files):
    try:
        return work(command, files)
    except (Refused, RuntimeError, TimeoutError, OSError, subprocess.SubprocessError) as trouble:
        print(f"tools/try: {str(trouble).strip()}", file=sys.stderr)
    except KeyboardInterrupt:
        print("tools/try: interrupted", file=sys.stderr)
    for folder in left():
        print(f"hint: the logs are {folder}/lazaret/milter.log and {folder}/postfix/log;"
              f" {shown(ROOT / 'tools' / 'try')} --stop ends what runs", file=sys.stderr)
    return 70


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.exit(main(sys.argv[2], sys.argv[3:]))
