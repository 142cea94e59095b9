"""Sending mail as a stranger's server does: byte for byte, and again when it is told "later"."""

import dataclasses
import smtplib
import time

STRANGER = "127.0.0.2"
OURS = "127.0.0.1"


@dataclasses.dataclass
class Answer:
    """What the server said about one message in the end."""
    code: int
    text: str
    tries: int = 1

    @property
    def accepted(self):
        return 200 <= self.code < 300

    @property
    def refused(self):
        return 500 <= self.code < 600


def crlf(message):
    """Lines in CRLF, as on the wire; a text becomes UTF-8."""
    if isinstance(message, str):
        message = message.encode()
    return b"\r\n".join(message.replace(b"\r\n", b"\n").split(b"\n"))


def send(port, message, sender, recipients, source=STRANGER, options=(), timeout=200):
    """One try. `message` is sent as it is (but for the dots). Trouble with the connection is an
    answer of 421, as for a real server."""
    if isinstance(recipients, str):
        recipients = [recipients]
    try:
        with smtplib.SMTP("127.0.0.1", port, local_hostname="client.example.net", timeout=timeout,
                          source_address=(source, 0)) as client:
            client.ehlo()
            for code, text in _dialogue(client, message, sender, recipients, options):
                if code >= 400:
                    break
            return Answer(code, text.decode("utf-8", "replace"))
    except (OSError, smtplib.SMTPException) as trouble:
        return Answer(421, f"connection: {trouble!r}")


def _dialogue(client, message, sender, recipients, options):
    yield client.mail(sender, options)
    for recipient in recipients:
        # In brackets it is meant as it is written; smtplib would tidy it.
        if recipient.startswith("<"):
            yield client.docmd(f"RCPT TO:{recipient}")
        else:
            yield client.rcpt(recipient)
    yield client.data(message)


def send_until_answered(port, message, sender, recipients, source=STRANGER, pause=0.5,
                        patience=90.0, on_later=None):
    """Tries as long as the server says "later", like a queue with a very short memory."""
    end = time.monotonic() + patience
    tries = 0
    while True:
        answer = send(port, message, sender, recipients, source)
        tries += 1
        if not 400 <= answer.code < 500 or time.monotonic() > end:
            return dataclasses.replace(answer, tries=tries)
        if on_later:
            on_later(answer)
        time.sleep(pause)
