"""A comparison, for people and for programs."""

from comparison import COMMON, LEAST_FOUND_RULE, MOST_SURPLUS_RULE, NEAR


def headline(comparison):
    total = comparison.overall(False)
    return [
        f"{comparison.messages} messages",
        f"rule hits of SpamAssassin   {total.theirs:8d}",
        f"  found                     {total.both:8d}  {total.found_percent:7.2f} %",
        f"  surplus                   {total.surplus:8d}  {total.surplus_percent:7.2f} %",
        f"score within {NEAR} on         {comparison.near:8d}  {comparison.near_percent:7.2f} %",
    ]


def helpers_line(comparison):
    total = comparison.overall(True)
    return (f"beside it, helper rules: {total.theirs} hits, found {total.found_percent:.2f} %, "
            f"surplus {total.surplus_percent:.2f} %, found but not as often "
            f"{total.other_count}")


def table(items, most):
    """A line a rule: hits on each side, missing, surplus, other counts."""
    if not items:
        return ["  none"]
    width = max(len(name) for name, _ in items[:most])
    lines = [f"  {'rule':{width}}  theirs   ours  missing  surplus  counts   found %  surplus %"]
    for name, tally in items[:most]:
        lines.append(f"  {name:{width}}  {tally.theirs:6d} {tally.ours:6d}  {tally.missing:7d}  "
                     f"{tally.surplus:7d}  {tally.other_count:6d}  "
                     + (f"{tally.found_percent:8.1f}  {tally.surplus_percent:9.1f}"
                        if tally.theirs else "       -          -"))
    if len(items) > most:
        lines.append(f"  and {len(items) - most} more")
    return lines


def section(title, lines):
    return ["", title, *lines]


def by_group(comparisons):
    """Agreement of each group of messages: {name: Comparison}."""
    lines = []
    for name, part in sorted(comparisons.items()):
        total = part.overall(False)
        lines.append(f"  {name:24} {part.messages:6d} messages  {total.theirs:7d} hits  "
                     f"found {total.found_percent:6.2f} %  surplus {total.surplus_percent:6.2f} %  "
                     f"near {part.near_percent:6.2f} %")
    return lines


def left_out_lines(left_out, counts):
    """`counts`: how many hits of them there were on our side, by rule."""
    lines = [f"  {len(left_out)} rules need the network or a learned database"]
    if counts:
        ours = ", ".join(f"{name} {count}" for name, count in sorted(counts.items()))
        lines.append(f"  although ours answered: {ours}")
    return lines


def text(comparison, parts, left_out, ours_left_out, most):
    off = comparison.off()
    lines = headline(comparison) + [helpers_line(comparison)]
    lines += section("by corpus and label", by_group(parts))
    lines += section(f"rules with {COMMON} hits or more, below {LEAST_FOUND_RULE} % found or above "
                     f"{MOST_SURPLUS_RULE} % surplus ({len(off)})", table(off, len(off)))
    worst, helpers = comparison.worst(False), comparison.worst(True)
    lines += section(f"rules that differ ({len(worst)})", table(worst, most))
    lines += section(f"helper rules that differ ({len(helpers)})", table(helpers, most))
    lines += section("left out on both sides", left_out_lines(left_out, ours_left_out))
    broken = comparison.broken_limits()
    lines += section("limits", [f"  {sentence}" for sentence in broken] or ["  all hold"])
    return "\n".join(lines)


def differences_of(comparison, rule):
    """The messages in which one rule differs, for --show."""
    lines = []
    for difference in comparison.differences:
        if difference.rule != rule:
            continue
        if not difference.ours:
            kind = "missing"
        elif not difference.theirs:
            kind = "surplus"
        else:
            kind = f"counts {difference.theirs:g} {difference.ours:g}"
        lines.append(f"{kind}\t{difference.label}\t{difference.file}")
    return lines


def far_scores(comparison, most):
    """The messages whose scores are furthest apart, for --far."""
    far = sorted(comparison.far, key=lambda item: (-item[0], item[1]))
    return [f"{theirs:.3f}\t{ours:.3f}\t{label}\t{file}"
            for _, file, label, theirs, ours in far[:most]]


def for_programs(comparison, left_out):
    def row(tally):
        return {"theirs": tally.theirs, "ours": tally.ours, "missing": tally.missing,
                "surplus": tally.surplus, "other_count": tally.other_count}

    result = {"messages": comparison.messages, "near": comparison.near,
              "near_percent": comparison.near_percent,
              "broken_limits": comparison.broken_limits(), "left_out": sorted(left_out)}
    for name, helpers in (("rules", False), ("helpers", True)):
        total = comparison.overall(helpers)
        result[name] = {
            **row(total), "found_percent": total.found_percent,
            "surplus_percent": total.surplus_percent,
            "each": {rule: row(tally)
                     for rule, tally in sorted(comparison.tallies(helpers).items())}}
    result["differences"] = [[d.rule, d.file, d.theirs, d.ours] for d in comparison.differences]
    result["far"] = [list(item) for item in comparison.far]
    return result


def hits_of(answers):
    """What hit in one side's answers: a line a rule, the most frequent first."""
    counts = {}
    for answer in answers:
        for name in answer.counts:
            counts[name] = counts.get(name, 0) + 1
    return [f"{name}\t{count}" for name, count in
            sorted(counts.items(), key=lambda item: (-item[1], item[0]))]
