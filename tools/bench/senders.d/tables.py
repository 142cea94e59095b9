"""Tables of counts: what was recorded, and what Lazaret says. Nothing of a message stands in them."""

import collections
import re

from world import POLICIES, implied_policy

EXPECTED = {"bestguesspass": "pass"}  # a receiver's own word


class Table:
    """Counts by what was recorded, what we say and why; keeps the files of each cell."""

    def __init__(self, name):
        self.name = name
        self.cells = collections.defaultdict(list)
        self.reasons = collections.Counter()
        self.impossible = collections.Counter()

    def add(self, file, then, ours, why=""):
        self.cells[then, ours].append(file)
        if EXPECTED.get(then, then) != ours:
            self.reasons[then, ours, re.sub(r"\d+", "N", why)] += 1

    def lines(self):
        rows = list(dict.fromkeys(then for then, _ in sorted(self.cells)))
        columns = list(dict.fromkeys(sorted(ours for _, ours in self.cells)))
        width = max(map(len, ["then \\ ours", *rows])) + 1
        yield "then \\ ours".ljust(width) + "".join(f"{name:>11}" for name in columns)
        for then in rows:
            counts = [len(self.cells.get((then, ours), ())) for ours in columns]
            yield then.ljust(width) + "".join(f"{count or '.':>11}" for count in counts)
        agreeing = sum(len(files) for (then, ours), files in self.cells.items()
                       if EXPECTED.get(then, then) == ours)
        compared = sum(map(len, self.cells.values()))
        if compared:
            yield f"agree: {agreeing} of {compared} ({agreeing / compared:.1%})"
        for (then, ours, why), count in self.reasons.most_common():
            yield f"  {count:5}  then {then}, ours {ours}: {why}"
        for why, count in self.impossible.most_common():
            yield f"  {count:5}  cannot be modelled: {why}"


def compare(name, mails, said, model, result_of):
    """A table of one method. `said`: what Lazaret says of each message, or None."""
    table = Table(name)
    for mail, found in zip(mails, said):
        then = getattr(mail, name)
        if not then:
            table.impossible["nothing was recorded"] += 1
        elif found is None:
            table.impossible["lazaretctl gave no answer"] += 1
        elif why := model.impossible.get(name, {}).get(mail.file):
            table.impossible[why] += 1
        else:
            table.add(mail.file, then, *result_of(found, mail))
    return table


def spf_of(found, _):
    return found["spf"]["result"], found["spf"]["why"]


def dmarc_of(found, _):
    aligned = ", ".join(method for method in ("spf", "dkim") if found["dmarc"][f"{method}_aligned"])
    why = found["dmarc"]["why"] or f"aligned: {aligned}"
    return found["dmarc"]["result"], f"{why} (SPF {found['spf']['result']})"


def dkim_of(found, _):
    """One result of all signatures, as receivers record it."""
    results = [one["result"] for one in found["dkim"]]
    if not results:
        return "none", "no signature"
    if "pass" in results:
        return "pass", ""
    return "fail", ", ".join(sorted({one["why"] for one in found["dkim"]}))


def signature_table(mails, answers):
    """Each signature by what was recorded of its message: whether it can be read, and whether bh= is
    still the hash of the body, by Lazaret and by the reading of signatures.py."""
    table, differing = collections.Counter(), 0
    for mail, answer in zip(mails, answers):
        if not answer.resigned:
            continue
        for found, matches in zip(answer.resigned["dkim"], answer.matches):
            ours = {"pass": "body as signed"}.get(found["result"], found["why"])
            table[mail.dkim or "-", re.sub(r"\d+", "N", ours)] += 1
            if found["result"] == "pass" or "body" in found["why"]:
                is_signed = found["result"] == "pass" or "not signed" in found["why"]
                differing += is_signed != matches
    for (then, ours), count in sorted(table.items(), key=lambda item: (item[0][0], -item[1])):
        yield f"  {count:5}  dkim then {then}: {ours}"
    yield f"  {differing:5}  where Lazaret and the second reading differ"


def gone_keys(mails, answers, model):
    """How much of a pass of DMARC hangs on keys that are gone."""
    passed = [(mail, answer) for mail, answer in zip(mails, answers)
              if mail.dmarc in ("pass", "bestguesspass") and answer.stored and
              mail.file not in model.impossible["dmarc"]]
    by_spf = sum(answer.stored["dmarc"]["result"] == "pass" for _, answer in passed)
    by_key = sum(answer.stored["dmarc"]["result"] != "pass" and bool(answer.signed_anew) and
                 answer.signed_anew["dmarc"]["result"] == "pass" for _, answer in passed)
    yield (f"of {len(passed)} that passed DMARC, as far as it can be modelled: {by_spf} pass by SPF alone, {by_key} hang on a key "
           f"that is gone, {len(passed) - by_spf - by_key} do not pass")


def chains(answers):
    """The ARC chains: whole ones end where their keys would be needed."""
    why = collections.Counter()
    for answer in answers:
        if answer.stored and (arc := answer.stored["arc"])["result"] != "none":
            whole = arc["why"] in ("the newest signature does not verify", "there is no key")
            why["whole; the keys are gone" if whole or arc["result"] in ("pass", "temperror")
                else re.sub(r"\d+", "N", arc["why"])] += 1
    yield f"{sum(why.values())} messages with fields of ARC"
    for words, count in why.most_common():
        yield f"  {count:5}  {words}"


def policies(mails, answers, model):
    """Whether the policy that we read allows what the receiver did by it. A domain's record has the
    strictest of what was done to its mail."""
    acted = [(mail, answer.stored["dmarc"]["policy"]) for mail, answer in zip(mails, answers)
             if answer.stored and mail.dmarc == "fail" and mail.action != "none" and
             mail.file not in model.impossible["dmarc"]]
    fitting = sum(POLICIES.index(policy or "none") >= POLICIES.index(implied_policy(mail))
                  for mail, policy in acted)
    yield f"policy as strict as it was acted by: {fitting} of {len(acted)}"


def report(mails, answers, model, show):
    """All the tables; or, with `show`, the files of these cells."""
    stored = [answer.stored for answer in answers]
    with_keys = [answer.signed_anew or answer.stored for answer in answers]
    every = [(f"{len(mails)} messages. SPF", compare("spf", mails, stored, model, spf_of)),
             ("DKIM: as stored where it had not passed, else signed anew",
              compare("dkim", mails, with_keys, model, dkim_of)),
             ("DMARC, with signatures made anew where DKIM had passed",
              compare("dmarc", mails, with_keys, model, dmarc_of))]
    if show:
        for _, table in every:
            for cell, files in table.cells.items():
                if ":".join((table.name, *cell)) in show:
                    yield from map(str, files)
        return
    for title, table in every:
        yield f"\n{title}"
        yield from table.lines()
    yield from policies(mails, answers, model)
    yield from gone_keys(mails, answers, model)
    yield "\nSignatures, with ours over the old body hash"
    yield from signature_table(mails, answers)
    yield "\nARC"
    yield from chains(answers)
