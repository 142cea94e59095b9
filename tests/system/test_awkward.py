"""Messages that break filters: each gets an answer that is final, and the milter lives on."""

import base64

import messages
from private_site.smtp import crlf
from site_case import SiteCase

SENDER = "ada@partner.example"
HEAD = b"From: Ada <ada@partner.example>\r\nSubject: awkward\r\nMIME-Version: 1.0\r\n"


def deep(levels):
    """Multiparts in multiparts."""
    text = b"".join(b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (n, n)
                    for n in range(levels))
    return HEAD + text + b"Content-Type: text/plain\r\n\r\nthe bottom\r\n"


def wide(parts):
    return (HEAD + b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n'
            + b"--b\r\nContent-Type: text/plain\r\n\r\nx\r\n" * parts + b"--b--\r\n")


def large(size):
    line = base64.b64encode(bytes(range(57))) + b"\r\n"
    return (HEAD + b"Content-Type: application/octet-stream; name=film.bin\r\n"
            b"Content-Transfer-Encoding: base64\r\n\r\n" + line * (size // len(line)))


AWKWARD = {
    "empty": b"",
    "only a line end": b"\r\n",
    "no header": b"\r\njust a body\r\n",
    "no blank line": b"Subject: only a header\r\n",
    "text that is no header": b"this is no header field\r\nand this neither\r\n",
    "full of NULs": HEAD + b"\r\n" + (b"\0" * 70 + b"\r\n") * 2000,
    "NULs in the header": b"From: a\0b@partner.example\r\nSubject: \0\0\0\r\n\0: \0\r\n\r\nx\r\n",
    "a header line of 1 MB": b"X-Long: " + b"y" * 1_000_000 + b"\r\n" + HEAD + b"\r\nx\r\n",
    "a subject of 1 MB, folded": b"Subject: " + b"word\r\n " * 150_000 + b"\r\n\r\nx\r\n",
    "a body line of 1 MB": HEAD + b"\r\n" + b"z" * 1_000_000 + b"\r\n",
    "10,000 header fields": HEAD + b"X-One: 1\r\n" * 10_000 + b"\r\nx\r\n",
    "broken base64": HEAD + b"Content-Type: application/pdf; name=x.pdf\r\n"
                     b"Content-Transfer-Encoding: base64\r\n\r\n!!!!====A\r\n=\r\n\xff\xfeQUJD\r\n",
    "broken encoded words": b"From: =?utf-8?B?!!!?= <x@partner.example>\r\n"
                            b"Subject: =?no-such-charset?Q?=ZZ=?= =?utf-8?Q?=C3\r\n\r\nx\r\n",
    "10,000 parts deep": deep(10_000),
    "10,000 parts wide": wide(10_000),
    "an endless boundary": HEAD + b'Content-Type: multipart/mixed; boundary=""\r\n\r\n--\r\n\r\nx\r\n',
    "attached to itself": HEAD + b"Content-Type: message/rfc822\r\n\r\n" * 2000 + b"x\r\n",
    "HTML without end": HEAD + b"Content-Type: text/html\r\n\r\n" + b"<table><tr><td>" * 50_000,
    "bare CR and bare LF": HEAD + b"\r\na\rb\nc\r\n",
    "60 MB": large(60_000_000),
}


class Awkward(SiteCase):
    def test_each_gets_a_final_answer(self):
        for number, (says, mail) in enumerate(AWKWARD.items()):
            with self.subTest(says):
                both = [f"odd-{number}@inbox.example", f"odd-{number}@strict.example"]
                answer = self.site.send(mail, SENDER, both)
                self.assertTrue(answer.accepted or answer.refused, answer)
                self.assertTrue(self.lazaret.is_alive())
                if answer.accepted:
                    self.held_once(both[1])
                    self.site.postfix.wait_for_empty_queue()
                    self.assertEqual(
                        len(self.site.postfix.delivered_to(both[0], patience=1)
                            if not self.lazaret.held(both[0]) else [1]), 1)

    def test_what_was_held_can_be_looked_at_and_released(self):
        for number, says in enumerate(("full of NULs", "10,000 parts deep", "no header",
                                       "broken encoded words", "empty")):
            with self.subTest(says):
                recipient = f"odd-look-{number}@strict.example"
                self.accepted(self.site.send(AWKWARD[says], SENDER, recipient))
                reference = self.held_once(recipient)["reference"]
                shown = self.lazaret.ctl("held", "show", reference)
                self.assertNotIn("\0", shown)
                self.lazaret.ctl("held", "release", reference)
                self.delivered_once(recipient)

    def test_utf8_addresses(self):
        recipient = "jürgen@strict.example"
        mail = crlf("From: Łucja <łucja@partner.example>\nSubject: Grüße aus Łódź\n"
                    "Message-ID: <utf8.1@partner.example>\n\nžluťoučký kůň\n")
        answer = self.site.send(mail, "łucja@partner.example", recipient, options=("SMTPUTF8",))
        self.accepted(answer)
        self.lazaret.ctl("held", "release", self.held_once(recipient)["reference"])
        self.assertIn("Grüße".encode(), self.delivered_once(recipient).stored)

    def test_the_control_characters_of_a_stranger_do_not_reach_the_terminal(self):
        recipient = "terminal@strict.example"
        mail = messages.letter(subject="=?utf-8?Q?=1B[31mred=1B]0;title=07=E2=80=AE=C2=9B31m=7F?=")
        self.accepted(self.site.send(mail, SENDER, recipient))
        copy = self.held_once(recipient)
        for command in (("held", "list", "--recipient", recipient),
                        ("held", "show", copy["reference"]), ("why", copy["reference"])):
            for form in ((), ("--json",)):
                shown = self.lazaret.ctl(*command, *form)
                for bad in ("\x1b", "\x07", "\x7f", "\x9b", "\u202e"):
                    self.assertNotIn(bad, shown, (command, form))
