"""A DNS in which the recorded results come true, and which of them cannot: a model of what is gone.

Where messages of one domain contradict each other the most frequent fact is published, and the
others are named as what cannot be modelled.
"""

import collections
import ipaddress

from private_site.name_server import text_record

# Nothing there can be looked up.
BROKEN = "broken.example"
QUALIFIERS = {"pass": "+", "fail": "-", "softfail": "~", "neutral": "?"}
POLICIES = ("none", "quarantine", "reject")


class Model:
    """`records` for a name server, and per method `impossible`: {file: why it cannot be modelled}."""

    def __init__(self, mails):
        self.records = []
        self.impossible = {"spf": {}, "dmarc": {}}
        for domain, group in grouped(mails, "spf").items():
            self.publish_spf(domain, group)
        published = {}
        for domain, group in grouped(mails, "dmarc").items():
            published[domain] = self.publish_dmarc(domain, group)
        self.find_shadowed(mails, {domain for domain, kind in published.items() if kind != "none"})

    # SPF

    def publish_spf(self, domain, mails):
        kind = commonest("policy" if mail.spf in QUALIFIERS else mail.spf for mail in mails)
        if not domain:
            for mail in mails:
                if mail.spf != "none":
                    self.cannot("spf", mail, "no name that could have a record")
            return
        fitting = [mail for mail in mails if kind == ("policy" if mail.spf in QUALIFIERS
                                                      else mail.spf)]
        for mail in mails:
            if mail not in fitting:
                self.cannot("spf", mail, "another message's result needs another record")
        if kind == "policy":
            self.records.append(text_record(domain, self.spf_record(fitting)))
        elif kind == "temperror":
            self.records.append(text_record(domain, f"v=spf1 include:{BROKEN} -all"))
        elif kind == "permerror":
            self.records.append(text_record(domain, "v=spf1 ip4:300.0.0.0 -all"))

    def spf_record(self, mails):
        """Networks that pass; what is recorded of the others is said by all, or of each address
        before that."""
        by_client = collections.defaultdict(list)
        for mail in mails:
            by_client[mail.client].append(mail)
        results = {}
        for client, group in by_client.items():
            results[client] = commonest(mail.spf for mail in group)
            for mail in group:
                if mail.spf != results[client]:
                    self.cannot("spf", mail, "the same client has another result too")
        others = [result for result in results.values() if result != "pass"]
        rest = commonest(others) if others else "fail"
        networks = {network_of(client) for client, result in results.items() if result == "pass"}
        terms = [QUALIFIERS[result] + term(client) for client, result in results.items()
                 if result not in ("pass", rest) or
                 result != "pass" and network_of(client) in networks]
        return " ".join(["v=spf1", *terms, *map(term, sorted(networks, key=str)),
                         QUALIFIERS[rest] + "all"])

    # DMARC

    def publish_dmarc(self, domain, mails):
        """The kind of record that is published: none, policy, guess, permerror, temperror."""
        if not domain:
            for mail in mails:
                if mail.dmarc not in ("none", "permerror"):
                    self.cannot("dmarc", mail, "no domain of one author")
            return "none"
        kind = commonest(dmarc_kind(mail) for mail in mails)
        for mail in mails:
            if dmarc_kind(mail) != kind:
                self.cannot("dmarc", mail, "another message's result needs another record")
        name = f"_dmarc.{domain}"
        policy = max((implied_policy(mail) for mail in mails), key=POLICIES.index)
        if kind == "policy":
            self.records.append(text_record(name, f"v=DMARC1; p={policy}"))
        elif kind == "guess":  # as if there had been one, which asks the same of the message
            self.records.append(text_record(name, "v=DMARC1; p=none"))
        elif kind == "permerror":
            self.records.append(text_record(name, "v=DMARC1; p=broken"))
        elif kind == "temperror":
            self.records.append(f"{name}. 60 IN CNAME {BROKEN}.\n")
        return kind

    def find_shadowed(self, mails, with_record):
        for mail in mails:
            labels = mail.from_domain.split(".")
            above = {".".join(labels[at:]) for at in range(1, len(labels) - 1)}
            if mail.dmarc == "none" and above & with_record:
                self.cannot("dmarc", mail, "a domain above it has a record")

    def cannot(self, method, mail, why):
        self.impossible[method].setdefault(mail.file, why)


def grouped(mails, method):
    """The messages with a recorded result of the method, by the domain that it asks."""
    groups = collections.defaultdict(list)
    for mail in mails:
        if getattr(mail, method):
            groups[mail.spf_domain if method == "spf" else mail.from_domain].append(mail)
    return groups


def commonest(values):
    return collections.Counter(values).most_common(1)[0][0]


def dmarc_kind(mail):
    return {"pass": "policy", "fail": "policy", "bestguesspass": "guess"}.get(mail.dmarc, mail.dmarc)


def implied_policy(mail):
    """The least that the domain must have asked for, for the receiver to act so."""
    if mail.action in ("oreject", "opctreject", "reject"):
        return "reject"
    return "quarantine" if mail.action == "quarantine" else "none"


def network_of(client):
    width = 24 if ipaddress.ip_address(client).version == 4 else 64
    return ipaddress.ip_network(f"{client}/{width}", strict=False)


def term(place):
    version = ipaddress.ip_network(place).version
    return f"ip{version}:{place}"
