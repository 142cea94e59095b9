"""DKIM signatures of old mail, made anew by a key that is there, and an opinion of our own on what
they say of the body.

The keys of then are gone. So a copy of a message gets signatures that say what the old ones said,
body hash included, by a key of ours: then a verifier has to find header, body and domain right. What
is canonical is written down here once more (RFC 6376 3.4), apart from Lazaret's code.
"""

import base64
import hashlib
import re
import subprocess

from private_site.name_server import text_record

from recorded import name_of

LATER = b"9999999999"  # for x=: mail of then is not to be expired


class Key:
    """An RSA key in FOLDER."""

    def __init__(self, folder):
        self.file = folder / "signing.key"
        subprocess.run(["openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048",
                        "-out", self.file], check=True, capture_output=True)
        der = subprocess.run(["openssl", "pkey", "-in", self.file, "-pubout", "-outform", "DER"],
                             check=True, capture_output=True).stdout
        self.record = f"v=DKIM1; k=rsa; p={base64.b64encode(der).decode()}"

    def sign(self, data):
        made = subprocess.run(["openssl", "dgst", "-sha256", "-sign", self.file], input=data,
                              check=True, capture_output=True).stdout
        return base64.b64encode(made)


class Message:
    """Header fields, each with its name and all its bytes, and the body; lines end in CRLF."""

    def __init__(self, content):
        content = re.sub(rb"\r?\n", b"\r\n", content)
        header, _, self.body = content.partition(b"\r\n\r\n")
        self.fields = [whole + b"\r\n"
                       for whole in re.split(rb"\r\n(?![ \t])", header.removesuffix(b"\r\n"))]

    def content(self):
        return b"".join(self.fields) + b"\r\n" + self.body

    def value(self, name):
        """Of the first field of that name; empty where there is none."""
        return next((whole.partition(b":")[2].strip() for whole in self.fields
                     if name_in(whole) == name), b"")

    def signatures(self):
        """The places of its DKIM-Signature fields, from the top."""
        return [at for at, whole in enumerate(self.fields) if name_in(whole) == b"dkim-signature"]


def name_in(whole):
    return whole.partition(b":")[0].strip().lower()


def tags_of(whole):
    """{name: value without blanks} of a field; the first of a name counts."""
    found = {}
    for part in whole.partition(b":")[2].split(b";"):
        name, sign, value = part.partition(b"=")
        if sign:
            found.setdefault(name.strip(), re.sub(rb"\s+", b"", value))
    return found


def forms_of(tags):
    header, _, body = tags.get(b"c", b"simple").partition(b"/")
    return header, body or b"simple"


def canonical_field(whole, form):
    if form == b"simple":
        return whole
    name, _, value = whole.partition(b":")
    value = re.sub(rb"[ \t]+", b" ", value.replace(b"\r\n", b"")).strip(b" \t")
    return name.strip().lower() + b":" + value + b"\r\n"


def canonical_body(body, form):
    lines = body.split(b"\r\n")
    if form == b"relaxed":
        lines = [re.sub(rb"[ \t]+", b" ", line).rstrip(b" \t") for line in lines]
    while lines and not lines[-1]:
        lines.pop()
    if not lines:
        return b"\r\n" if form == b"simple" else b""
    return b"\r\n".join(lines) + b"\r\n"


def body_hash(message, tags):
    body = canonical_body(message.body, forms_of(tags)[1])
    if tags.get(b"l", b"").isdigit():
        body = body[:int(tags[b"l"])]
    return base64.b64encode(hashlib.sha256(body).digest())


def body_is_signed(message, place):
    """Whether bh= is that of the body, by our own reading."""
    tags = tags_of(message.fields[place])
    return tags.get(b"bh") == body_hash(message, tags)


def with_tag(whole, name, value):
    """The field with another value of that tag."""
    head, _, rest = whole.partition(b":")
    parts = [part.partition(b"=")[0] + b"=" + value if part.partition(b"=")[0].strip() == name
             else part for part in rest.removesuffix(b"\r\n").split(b";")]
    return head + b":" + b";".join(parts) + b"\r\n"


def signed_data(message, place):
    """What the signature at that place is over (RFC 6376 3.7)."""
    own = message.fields[place]
    tags, form = tags_of(own), forms_of(tags_of(own))[0]
    stacks = {}
    for whole in message.fields:
        if whole is not own:
            stacks.setdefault(name_in(whole), []).append(whole)
    data = b""
    for name in tags.get(b"h", b"").lower().split(b":"):
        if stacks.get(name):
            data += canonical_field(stacks[name].pop(), form)
    return data + canonical_field(with_tag(own, b"b", b""), form).removesuffix(b"\r\n")


def sign_anew(message, key, body_too):
    """Signs again by our key, the oldest first; `body_too`: over the body as it is now, else what
    was said of it stays. What is not RSA with SHA-256 stays as it is."""
    for place in reversed(message.signatures()):
        tags = tags_of(message.fields[place])
        if tags.get(b"a") != b"rsa-sha256" or b"b" not in tags:
            continue
        whole = message.fields[place]
        if b"x" in tags:
            whole = with_tag(whole, b"x", LATER)
        if body_too:
            whole = with_tag(whole, b"bh", body_hash(message, tags))
        message.fields[place] = whole
        message.fields[place] = with_tag(whole, b"b", key.sign(signed_data(message, place)))
    return message


def key_records(messages, key):
    """Our key, wherever a signature of these messages says that its key is."""
    names = set()
    for message in messages:
        for place in message.signatures():
            tags = tags_of(message.fields[place])
            domain = name_of(tags.get(b"d", b"").decode("latin-1"))
            selector = tags.get(b"s", b"").decode("latin-1").lower()
            if domain and re.fullmatch(r"[a-z0-9_.-]+", selector):
                names.add(f"{selector}._domainkey.{domain}")
    return [text_record(name, key.record) for name in sorted(names) if len(name) < 250]
