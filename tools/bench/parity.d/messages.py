"""Which messages are compared, and with which envelope."""

import csv
import dataclasses
import functools
import hashlib
import os
import pathlib


@dataclasses.dataclass(frozen=True)
class Message:
    label: str
    file: str          # as the list names it
    given: str = ""    # what both sides read: the file itself, or a copy that was changed

    @property
    def read_from(self):
        return self.given or self.file

    @property
    def group(self):
        """The corpus it lies in, and what it is there."""
        for folder in pathlib.Path(self.file).parents:
            if is_corpus(str(folder)):
                return f"{folder.name} {self.label}"
        return self.label


@functools.cache
def is_corpus(folder):
    return os.path.exists(os.path.join(folder, "index.tsv"))


def read_list(place):
    """Messages of a list (label, tab, path a line) or of a folder with an index.tsv. Paths count
    from where the list stands."""
    place = pathlib.Path(place)
    index = place / "index.tsv" if place.is_dir() else place
    messages = []
    with open(index, encoding="utf-8", errors="surrogateescape") as lines:
        for line in lines:
            label, separator, path = line.rstrip("\n").partition("\t")
            if separator:
                messages.append(Message(label, os.path.abspath(index.parent / path.split("\t")[0])))
    return messages


def evenly(messages, most):
    """At most `most` of them, evenly over the list: the same ones in every run."""
    if most is None or most >= len(messages):
        return messages
    return [messages[number * len(messages) // most] for number in range(most)]


class Envelopes:
    """MAIL FROM by message, from the envelope.tsv of the corpus that it lies in.

    Without --envelope neither side is given one. The Received field of the receiving host, with
    the client's address and HELO, is on top of every message of those corpora already: to put a
    made one above it would count the hop twice. What is lacking is MAIL FROM, and Return-Path is
    the field that a delivering host writes it to and both sides look for it in.
    """

    def __init__(self):
        self.tables = {}

    def sender_of(self, file):
        for folder in pathlib.Path(file).parents:
            if (folder / "envelope.tsv").exists():
                return self.table(folder).get(os.path.relpath(file, folder))
        return None

    def table(self, folder):
        if folder not in self.tables:
            with open(folder / "envelope.tsv", encoding="utf-8", errors="surrogateescape",
                      newline="") as lines:
                rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
                self.tables[folder] = {row["path"]: row["mail_from"] or "" for row in rows}
        return self.tables[folder]


def has_field(content, name):
    header = content.replace(b"\r\n", b"\n").partition(b"\n\n")[0].lower()
    return (b"\n" + header).find(b"\n" + name.lower() + b":") >= 0


def with_sender(content, sender):
    """The message as delivered; one that says its envelope itself stays as it is."""
    if has_field(content, b"Return-Path") or has_field(content, b"X-Envelope-From"):
        return content
    end = b"\r\n" if content.partition(b"\n")[0].endswith(b"\r") else b"\n"
    return b"Return-Path: <" + os.fsencode(sender.strip("<>")) + b">" + end + content


def with_one_line_end(content):
    """As a mail server would hand it over: where lines end in CRLF, all do. SpamAssassin goes by
    the first line and the last, and takes the CR of all others for a part of the message."""
    if b"\r\n" not in content:
        return content
    return content.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def changed(messages, folder, change):
    """The same messages; those that `change` (message and content -> content) makes others are
    read from a copy in `folder`."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    result = []
    for message in messages:
        content = pathlib.Path(message.read_from).read_bytes()
        made = change(message, content)
        if made != content:
            copy = folder / (hashlib.sha256(made).hexdigest() + ".eml")
            copy.write_bytes(made)
            message = dataclasses.replace(message, given=str(copy.resolve()))
        result.append(message)
    return result


def with_one_line_end_each(messages, folder):
    return changed(messages, folder, lambda _, content: with_one_line_end(content))


def with_envelopes(messages, folder):
    """With the sender of those of which an envelope is known."""
    envelopes = Envelopes()

    def change(message, content):
        sender = envelopes.sender_of(message.file)
        return content if sender is None else with_sender(content, sender)

    return changed(messages, folder, change)
