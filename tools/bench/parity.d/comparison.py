"""What two answers to one message have in common. Pure functions: nothing is read or run here."""

import dataclasses

# How far the two must agree.
LEAST_FOUND = 99.0
MOST_SURPLUS = 1.0
LEAST_NEAR = 97.0
NEAR = 0.1           # points
COMMON = 20          # hits that make a rule count by itself
LEAST_FOUND_RULE = 95.0
MOST_SURPLUS_RULE = 5.0


def is_helper(name):
    return name.startswith("__")


@dataclasses.dataclass
class Answer:
    """One side's answer: how often each rule hit, and the points of those with a score."""
    counts: dict
    points: dict

    @property
    def total(self):
        return sum(self.points.values())

    def rules(self, helpers):
        return {name for name in self.counts if is_helper(name) == helpers}


def of_spamassassin(answer, left_out=frozenset()):
    """From the line of our Perl driver."""
    points = {name: value for name, value in answer["hits"].items() if name not in left_out}
    counts = {name: 1 for name in points}
    counts.update((name, count) for name, count in answer["subs"].items() if name not in left_out)
    return Answer(counts, points)


def of_ours(answer, left_out=frozenset()):
    """From a line of `lazaretctl scan --json --all-rules`. Hits that are no rules are checks of our
    own, which SpamAssassin has nothing to compare with. None: a message without an answer."""
    if answer is None:
        return Answer({}, {})
    counts = {name: count for name, count in answer["rules"].items()
              if count and name not in left_out}
    points = {}
    for hit in answer["hits"]:
        if hit["name"] in counts and not is_helper(hit["name"]):
            points[hit["name"]] = hit["points"]
    return Answer(counts, points)


@dataclasses.dataclass
class Tally:
    """Of one rule, or of all: in how many messages it hit."""
    theirs: int = 0
    both: int = 0
    surplus: int = 0
    other_count: int = 0  # both hit, but not as often

    @property
    def missing(self):
        return self.theirs - self.both

    @property
    def ours(self):
        return self.both + self.surplus

    @property
    def found_percent(self):
        return percent(self.both, self.theirs, 100.0)

    @property
    def surplus_percent(self):
        """In relation to SpamAssassin's hits, as found_percent is."""
        return percent(self.surplus, self.theirs, 100.0 if self.surplus else 0.0)

    @property
    def differing(self):
        return self.missing + self.surplus

    @property
    def is_common(self):
        return max(self.theirs, self.ours) >= COMMON

    @property
    def is_off(self):
        """Whether it breaks the limits for a common rule."""
        return self.is_common and (self.found_percent < LEAST_FOUND_RULE
                                   or self.surplus_percent > MOST_SURPLUS_RULE)


def percent(part, whole, of_nothing):
    return 100.0 * part / whole if whole else of_nothing


@dataclasses.dataclass
class Difference:
    """A rule that hit in one answer only (or, with two counts, not as often)."""
    rule: str
    file: str
    label: str
    theirs: int
    ours: int


class Comparison:
    """Agreement over many messages, rule by rule."""

    def __init__(self):
        self.messages = 0
        self.near = 0
        self.rules = {}        # name: Tally
        self.differences = []
        self.far = []          # (how far, file, label, theirs, ours)

    def add(self, file, label, theirs, ours):
        self.messages += 1
        for name in sorted(theirs.counts.keys() | ours.counts.keys()):
            self.add_rule(file, label, name, theirs.counts.get(name, 0), ours.counts.get(name, 0))
        # Points are given to the third decimal, which binary fractions do not hold exactly.
        distance = round(abs(theirs.total - ours.total), 6)
        if distance <= NEAR:
            self.near += 1
        else:
            self.far.append((distance, file, label, theirs.total, ours.total))

    def add_rule(self, file, label, name, theirs, ours):
        tally = self.rules.setdefault(name, Tally())
        tally.theirs += theirs > 0
        tally.both += theirs > 0 and ours > 0
        tally.surplus += theirs == 0
        differs = (theirs > 0) != (ours > 0)
        if not differs and is_helper(name) and not same_count(theirs, ours):
            tally.other_count += 1
            differs = True
        if differs:
            self.differences.append(Difference(name, file, label, theirs, ours))

    def tallies(self, helpers):
        return {name: tally for name, tally in self.rules.items() if is_helper(name) == helpers}

    def overall(self, helpers):
        total = Tally()
        for tally in self.tallies(helpers).values():
            total.theirs += tally.theirs
            total.both += tally.both
            total.surplus += tally.surplus
            total.other_count += tally.other_count
        return total

    @property
    def near_percent(self):
        return percent(self.near, self.messages, 100.0)

    def worst(self, helpers):
        """Rules with a difference, the most messages first."""
        different = [(name, tally) for name, tally in self.tallies(helpers).items()
                     if tally.differing or tally.other_count]
        return sorted(different, key=lambda item: (-item[1].differing, -item[1].other_count,
                                                   item[0]))

    def off(self, helpers=False):
        """Common rules beyond the limits, the worst first."""
        return [(name, tally) for name, tally in self.worst(helpers) if tally.is_off]

    def broken_limits(self):
        """The limits that do not hold, a sentence each; empty when all does."""
        total, broken = self.overall(False), []
        if total.found_percent < LEAST_FOUND:
            broken.append(f"found {total.found_percent:.2f} %, at least {LEAST_FOUND} % wanted")
        if total.surplus_percent > MOST_SURPLUS:
            broken.append(f"surplus {total.surplus_percent:.2f} %, at most {MOST_SURPLUS} % wanted")
        if self.near_percent < LEAST_NEAR:
            broken.append(f"score within {NEAR} on {self.near_percent:.2f} % of the messages, "
                          f"at least {LEAST_NEAR} % wanted")
        if self.off():
            broken.append(f"{len(self.off())} rules with {COMMON} hits or more are below "
                          f"{LEAST_FOUND_RULE} % found or above {MOST_SURPLUS_RULE} % surplus")
        return broken


def same_count(one, other):
    """A meta's count can be a fraction."""
    return abs(one - other) < 1e-6


def left_out_rules(rule_list, theirs):
    """Rules that cannot run without the network or a learned database, by SpamAssassin's own flags
    (see rule_list of the driver). One that hit in `theirs`, its answers, did run after all: the flag
    stands also on some patterns."""
    hit = {name for answer in theirs for name in (*answer["hits"], *answer["subs"])}
    return {rule["name"] for rule in rule_list
            if rule["needs_network"] or rule["learned"]} - hit
