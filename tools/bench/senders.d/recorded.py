"""What receivers recorded of real mail: a corpus with an envelope.tsv, read."""

import csv
import dataclasses
import pathlib
import re

# Who says nothing here said nothing then: no result was recorded.
METHODS = ("spf", "dkim", "dmarc")


@dataclasses.dataclass(frozen=True)
class Mail:
    file: pathlib.Path
    client: str
    helo: str
    mail_from: str      # as --from takes it; <> is the null sender
    spf_domain: str     # whose record SPF asks for
    from_domain: str    # of the one author; empty where none can be read
    spf: str            # what was recorded; empty where nothing was
    dkim: str
    dmarc: str
    action: str         # what DMARC made the receiver do


def read_corpus(folder):
    """All its messages, in its order. Only envelope.tsv is believed: fields of a message above its
    first Received could be the receiver's too, but the corpora have none there, and those below are
    of whoever sent it."""
    mails = []
    with open(folder / "envelope.tsv", encoding="utf-8", errors="surrogateescape",
              newline="") as lines:
        for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
            mails.append(mail_of(folder, {name: value or "" for name, value in row.items() if name}))
    return mails


def mail_of(folder, row):
    file = folder / row["path"]
    mail_from, domain = identity_of(row["mail_from"].strip("<> "), row["helo"])
    return Mail(file, row["client_ip"], row["helo"], mail_from, domain,
                author_domain(file.read_bytes()),
                *(row.get(f"{method}_then", "") for method in METHODS), row.get("dmarc_action", ""))


def identity_of(sender, helo):
    """MAIL FROM and the domain that SPF asks. Some receivers note the domain only, and that of HELO
    for the null sender."""
    helo_name = name_of(helo)
    if "@" in sender:
        return sender, name_of(sender.rpartition("@")[2])
    if not sender or name_of(sender) == helo_name:
        return "<>", helo_name
    return f"sender@{sender}", name_of(sender)


def name_of(text):
    """A domain as the DNS has it, or empty: literals and what is no host's name have no records."""
    name = text.strip().rstrip(".").lower()
    try:
        name = name.encode("idna").decode() if not name.isascii() else name
    except UnicodeError:
        return ""
    is_name = re.fullmatch(r"([a-z0-9_]([a-z0-9_-]*[a-z0-9_])?\.)+[a-z][a-z0-9-]*[a-z0-9]", name)
    return name if is_name and all(len(part) < 64 for part in name.split(".")) else ""


def header_of(content):
    return content.replace(b"\r\n", b"\n").partition(b"\n\n")[0] + b"\n"


def author_domain(content):
    found = re.findall(rb"(?im)^from[ \t]*:((?:.*\n)(?:[ \t].*\n)*)", header_of(content))
    if len(found) != 1:
        return ""
    text = " ".join(found[0].decode("utf-8", "replace").split())
    text = re.sub(r'"(?:[^"\\]|\\.)*"|=\?[^?\s]*\?[^?\s]*\?[^?]*\?=', "name", text)
    addresses = re.findall(r"<([^<>]*)>", text) or [word for word in text.split() if "@" in word]
    return name_of(addresses[0].rpartition("@")[2]) if len(addresses) == 1 else ""
