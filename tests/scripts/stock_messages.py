#!/usr/bin/env python3
"""The messages for the stock rules (tests/unit/filter/rules/stock_rules, see its README.md).

    tests/scripts/stock_messages.py                what SpamAssassin says otherwise than they expect
    tests/scripts/stock_messages.py --show NAME    every rule that it says a message hits
    tests/scripts/stock_messages.py --write FOLDER the messages as files, for lazaretctl scan
"""

import argparse
import dataclasses
import os
import pathlib
import re
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools/bench/parity.d"))

import spamassassin  # noqa: E402

FOLDER = ROOT / "tests/unit/filter/rules/stock_rules"
STOCK_RULES = ("/usr/share/spamassassin", "/etc/spamassassin")
CACHE = ROOT / "build/parity"  # as tools/bench/parity: only what is new is asked for


@dataclasses.dataclass
class Message:
    file: str
    name: str
    hits: list = dataclasses.field(default_factory=list)
    misses: list = dataclasses.field(default_factory=list)
    without: list = dataclasses.field(default_factory=list)
    content: bytes = b""

    @property
    def title(self):
        return f"{self.file}: {self.name}"


def fields_of(header):
    """(name in small letters, its lines) for each field."""
    fields = []
    for line in header.splitlines(keepends=True):
        if line[:1] in b" \t" and fields:
            fields[-1][1] += line
        else:
            fields.append([line.split(b":")[0].rstrip(b"\n").lower(), line])
    return fields


def parts_of(text):
    """The fields, and the body; None when there is none."""
    if text.startswith(b"\n"):
        return [], text[1:]
    header, separator, body = text.partition(b"\n\n")
    return fields_of(header.rstrip(b"\n") + b"\n" if header else b""), body if separator else None


def expanded(text):
    text = re.sub(rb"\\(\d+)\{([^}]*)\}", lambda found: found[2] * int(found[1]), text)
    return re.sub(rb"\\x([0-9a-f]{2})", lambda found: bytes([int(found[1], 16)]), text)


def content_of(text, without, usual):
    """A message with the usual fields that it does not have itself."""
    own, body = parts_of(text)
    usual_fields, usual_body = parts_of(usual)
    without = {name.lower().encode() for name in without}
    if b"*" in without:
        usual_fields = []
    lines = []
    for name, line in usual_fields:
        if name not in without:
            lines += [mine for other, mine in own if other == name] or [line]
            own = [field for field in own if field[0] != name]
    lines += [mine for _, mine in own]
    if body is None:
        body = b"" if without & {b"body", b"*"} else usual_body
        lines += [b"\n" + body] if body else []
    else:
        lines.append(b"\n" + body)
    return expanded(b"".join(lines))


def messages_of(file, usual):
    for part in re.split(rb"(?m)^=== ", file.read_bytes())[1:]:
        head, _, text = part.partition(b"\n---\n")
        name, *lines = head.decode().split("\n")
        message = Message(file.name, name)
        for line in lines:
            if not line.startswith("#"):
                word, *values = line.split()
                getattr(message, word).extend(values)
        # The empty line in front of the next message is none of this one's.
        text = text[:-1] if text.endswith(b"\n\n") else text
        message.content = content_of(text, message.without, usual)
        yield message


def all_messages():
    usual = (FOLDER / "usual.txt").read_bytes()
    return [message for file in sorted(FOLDER.glob("*.eml")) for message in messages_of(file, usual)]


def write(messages, folder):
    """Each as a file of its own; their paths."""
    files = []
    for number, message in enumerate(messages):
        name = re.sub(r"\W+", "-", message.title)
        file = pathlib.Path(folder) / f"{number:03}-{name}"
        file.write_bytes(message.content)
        files.append(str(file))
    return files


def rules_that_hit(messages, cache=CACHE):
    """For each message the set of rules, helpers too, that SpamAssassin says it hits."""
    rules = spamassassin.Rules(STOCK_RULES, True, cache)
    with tempfile.TemporaryDirectory(prefix="lazaret-stock-") as folder:
        answers = spamassassin.answers(write(messages, folder), rules, cache, jobs=os.cpu_count() or 1)
    return [{*answer["hits"], *answer["subs"]} for answer in answers]


def differences(messages, cache=CACHE):
    """A line for each rule about which SpamAssassin does not say what a message expects."""
    lines = []
    for message, rules in zip(messages, rules_that_hit(messages, cache)):
        lines += [f"{message.title}: does not hit {rule}" for rule in message.hits if rule not in rules]
        lines += [f"{message.title}: hits {rule}" for rule in message.misses if rule in rules]
    return lines


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--show", metavar="NAME", action="append", default=[])
    parser.add_argument("--write", metavar="FOLDER", type=pathlib.Path)
    options = parser.parse_args()
    messages = all_messages()
    if options.write:
        options.write.mkdir(parents=True, exist_ok=True)
        write(messages, options.write)
        return 0
    if options.show:
        shown = [message for message in messages if message.name in options.show]
        for message, rules in zip(shown, rules_that_hit(shown)):
            print(message.title, *sorted(rules), sep="\n  ")
        return 0 if shown else 2
    lines = differences(messages)
    print(*lines, sep="\n")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
