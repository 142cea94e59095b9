"""Messages of the tests, written where they are used; the EICAR test file is put together."""

import base64
import itertools
import textwrap

from private_site.lazaret import eicar
from private_site.smtp import crlf

_numbers = itertools.count(1)


def letter(sender="ada@partner.example", subject="Minutes of Tuesday", body=None, extra=""):
    """An ordinary letter; each has its own Message-ID, so no two are the same message."""
    number = next(_numbers)
    body = body or (f"Hello,\n\nhere are the minutes, number {number}. The second item moved to\n"
                    "next week, because the drawings were late.\n\nAda\n")
    return crlf(f"From: Ada <{sender}>\nTo: Team <team@inbox.example>\nSubject: {subject}\n"
                f"Date: Mon, 23 Nov 2026 09:00:{number % 60:02} +0100\n"
                f"Message-ID: <{number}.test@{sender.partition('@')[2]}>\n"
                f"MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n{extra}\n{body}")


def with_virus(sender="ada@partner.example"):
    """A letter with the EICAR file as a base64 attachment."""
    number = next(_numbers)
    attachment = "\n".join(textwrap.wrap(base64.b64encode(eicar()).decode(), 72))
    return crlf(f"From: Ada <{sender}>\nTo: team@inbox.example\nSubject: The file\n"
                f"Message-ID: <{number}.virus@partner.example>\n"
                "Date: Mon, 23 Nov 2026 09:00:00 +0100\nMIME-Version: 1.0\n"
                'Content-Type: multipart/mixed; boundary="cut"\n\n'
                "--cut\nContent-Type: text/plain\n\nPlease open.\n"
                "--cut\nContent-Type: application/octet-stream\n"
                'Content-Disposition: attachment; filename="invoice.com"\n'
                f"Content-Transfer-Encoding: base64\n\n{attachment}\n--cut--\n")


def bare(body):
    """A message without Message-ID, Date and From."""
    return crlf(f"Subject: from a machine\nTo: team@inbox.example\n\n{body}\n")
