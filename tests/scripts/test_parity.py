"""tools/bench/parity: what counts as agreement, which messages it takes, how it asks both sides.

The sides themselves are stood in for, but for the last class: that asks the installed SpamAssassin.
"""

import json
import pathlib
import shutil
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tools/bench/parity.d"))

import comparison     # noqa: E402
import messages       # noqa: E402
import ours           # noqa: E402
import report         # noqa: E402
import spamassassin   # noqa: E402


def theirs(hits, helpers=None, left_out=frozenset()):
    return comparison.of_spamassassin({"score": sum(hits.values()), "hits": hits,
                                       "subs": helpers or {}}, left_out)


def our_line(points, helpers=None, own=()):
    hits = [{"name": name, "points": value, "why": ""} for name, value in points.items()]
    hits += [{"name": name, "points": 3, "why": ""} for name in own]
    return {"file": "a.eml", "score": 1, "hits": hits,
            "rules": {**{name: 1 for name in points}, **(helpers or {})}}


def compared(*pairs):
    result = comparison.Comparison()
    for number, (their_answer, our_answer) in enumerate(pairs):
        result.add(f"{number}.eml", "ham", their_answer, comparison.of_ours(our_answer))
    return result


class Folder(unittest.TestCase):
    def setUp(self):
        self.place = pathlib.Path(tempfile.mkdtemp(prefix="lazaret-parity-"))
        self.addCleanup(shutil.rmtree, self.place)

    def put(self, name, text):
        file = self.place / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return file


class Agreement(unittest.TestCase):
    def test_the_same_answer_twice(self):
        result = compared((theirs({"A": 1.5, "B": -0.2}, {"__C": 2}),
                           our_line({"A": 1.5, "B": -0.2}, {"__C": 2})))
        self.assertEqual(result.overall(False), comparison.Tally(2, 2, 0, 0))
        self.assertEqual(result.overall(True), comparison.Tally(1, 1, 0, 0))
        self.assertEqual((result.near, result.differences, result.broken_limits()), (1, [], []))

    def test_missing_and_surplus(self):
        result = compared((theirs({"A": 1, "B": 1}), our_line({"B": 1, "C": 1})))
        total = result.overall(False)
        self.assertEqual((total.theirs, total.both, total.missing, total.surplus), (2, 1, 1, 1))
        self.assertEqual((total.found_percent, total.surplus_percent), (50.0, 50.0))
        self.assertEqual([(d.rule, d.theirs, d.ours) for d in result.differences],
                         [("A", 1, 0), ("C", 0, 1)])

    def test_our_own_checks_are_no_rules(self):
        answer = comparison.of_ours(our_line({"A": 1}, own=["NOT_SCANNED"]))
        self.assertEqual((set(answer.counts), answer.total), ({"A"}, 1))

    def test_points_of_helpers_do_not_count(self):
        line = our_line({"A": 1}, {"__B": 1})
        line["hits"].append({"name": "__B", "points": 1, "why": ""})
        self.assertEqual(comparison.of_ours(line).total, 1)

    def test_a_rule_that_counted_nothing_did_not_hit(self):
        self.assertEqual(comparison.of_ours(our_line({}, {"__A": 0})).counts, {})

    def test_helpers_that_hit_more_or_less_often(self):
        result = compared((theirs({}, {"__A": 3, "__B": 1, "__C": 0.1}),
                           our_line({}, {"__A": 2, "__B": 1, "__C": 0.1 + 1e-9})))
        self.assertEqual(result.overall(True), comparison.Tally(3, 3, 0, 1))
        self.assertEqual(result.worst(True)[0][0], "__A")

    def test_no_answer_finds_nothing(self):
        result = compared((theirs({"A": 1}), None))
        self.assertEqual((result.overall(False).missing, result.near), (1, 0))

    def test_scores_are_near_up_to_a_tenth(self):
        for points, near in ((1.1, 1), (0.9, 1), (1.101, 0), (0.899, 0)):
            with self.subTest(points=points):
                self.assertEqual(compared((theirs({"A": 1.0}), our_line({"A": points}))).near, near)

    def test_a_sum_of_thirds_is_near_too(self):
        result = compared((theirs({"A": 0.1, "B": 0.2}), our_line({"A": 0.1, "B": 0.1})))
        self.assertEqual(result.near, 1)

    def test_rules_left_out(self):
        flags = [{"name": "NET", "needs_network": 1, "learned": 0},
                 {"name": "RAN", "needs_network": 1, "learned": 0},
                 {"name": "BAYES", "needs_network": 0, "learned": 1},
                 {"name": "A", "needs_network": 0, "learned": 0}]
        answers = [{"hits": {"RAN": 1, "A": 1}, "subs": {}}]
        left_out = comparison.left_out_rules(flags, answers)
        self.assertEqual(left_out, {"NET", "BAYES"})
        line = our_line({"A": 1, "NET": 4})
        answer = comparison.of_ours(line, left_out)
        self.assertEqual((set(answer.counts), answer.total), ({"A"}, 1))
        self.assertEqual(set(theirs({"A": 1, "NET": 4}, {}, left_out).counts), {"A"})


class Limits(unittest.TestCase):
    @staticmethod
    def of_rule(both, missing, surplus):
        pairs = [(theirs({"A": 0.01}), our_line({"A": 0.01}))] * both
        pairs += [(theirs({"A": 0.01}), our_line({}))] * missing
        pairs += [(theirs({}), our_line({"A": 0.01}))] * surplus
        return compared(*pairs)

    def test_common_rules(self):
        for both, missing, surplus, is_off in ((19, 1, 0, False), (18, 2, 0, True),
                                               (20, 0, 1, False), (20, 0, 2, True),
                                               (10, 9, 0, False), (0, 0, 20, True),
                                               (0, 0, 19, False)):
            with self.subTest(both=both, missing=missing, surplus=surplus):
                self.assertEqual(bool(self.of_rule(both, missing, surplus).off()), is_off)

    def test_over_all(self):
        self.assertEqual(self.of_rule(990, 10, 10).broken_limits(), [])
        self.assertIn("found 98.90 %", self.of_rule(989, 11, 0).broken_limits()[0])
        self.assertIn("surplus 1.10 %", self.of_rule(1000, 0, 11).broken_limits()[0])

    def test_scores(self):
        pairs = [(theirs({"A": 1}), our_line({"A": 1}))] * 97
        wrong = [(theirs({"A": 1}), our_line({"A": 2}))]
        self.assertEqual(compared(*pairs, *wrong * 3).broken_limits(), [])
        self.assertIn("score", compared(*pairs, *wrong * 4).broken_limits()[0])

    def test_helpers_break_none(self):
        pairs = [(theirs({"A": 1}, {"__B": 1}), our_line({"A": 1}))] * 30
        result = compared(*pairs)
        self.assertEqual(result.broken_limits(), [])
        self.assertEqual([name for name, _ in result.off(helpers=True)], ["__B"])


class Report(unittest.TestCase):
    def setUp(self):
        pairs = [(theirs({"A": 1, "B": 1}, {"__C": 2}), our_line({"B": 1, "D": 1}, {"__C": 1}))] * 2
        self.result = compared(*pairs, (theirs({"B": 1}), our_line({})))

    def test_the_worst_come_first(self):
        self.assertEqual([name for name, _ in self.result.worst(False)], ["A", "D", "B"])
        lines = report.table(self.result.worst(False), 1)
        self.assertRegex(lines[1], r"^  A +2 +0 +2 +0 +0 +0\.0 +0\.0$")
        self.assertEqual(lines[2], "  and 2 more")

    def test_all_of_it(self):
        said = report.text(self.result, {"ham": self.result}, {"NET"}, {"NET": 3}, 40)
        for words in ("3 messages", "although ours answered: NET 3", "ham", "limits"):
            self.assertIn(words, said)
        json.dumps(report.for_programs(self.result, {"NET"}))

    def test_show(self):
        self.assertEqual(report.differences_of(self.result, "A"),
                         ["missing\tham\t0.eml", "missing\tham\t1.eml"])
        self.assertEqual(report.differences_of(self.result, "D")[0], "surplus\tham\t0.eml")
        self.assertEqual(report.differences_of(self.result, "__C")[0], "counts 2 1\tham\t0.eml")

    def test_far_scores(self):
        self.assertEqual(report.far_scores(self.result, 5), ["1.000\t0.000\tham\t2.eml\t-B"])

    def test_hits(self):
        self.assertEqual(report.hits_of([theirs({"A": 1}), theirs({"A": 1, "B": 1})]),
                         ["A\t2", "B\t1"])


class Messages(Folder):
    def test_a_list_and_a_folder(self):
        self.put("corpus/index.tsv", "ham\tdata/1\nspam\tdata/2\n\n")
        for place in (self.place / "corpus", self.place / "corpus/index.tsv"):
            found = messages.read_list(place)
            self.assertEqual([(message.label, message.file) for message in found],
                             [("ham", str(self.place / "corpus/data/1")),
                              ("spam", str(self.place / "corpus/data/2"))])
        self.assertEqual(found[0].group, "corpus ham")

    def test_evenly(self):
        self.assertEqual(messages.evenly(list(range(10)), 5), [0, 2, 4, 6, 8])
        self.assertEqual(messages.evenly([1, 2], 5), [1, 2])
        self.assertEqual(messages.evenly([1, 2], None), [1, 2])

    def test_envelopes(self):
        text = "Received: from a.example\n\tby b.example\nSubject: x\n\nReturn-Path: y\n"
        self.put("corpus/index.tsv", "ham\tdata/1\nham\tdata/2\nham\tdata/3\n")
        self.put("corpus/envelope.tsv", "path\tmail_from\ndata/1\tann@example.org\ndata/2\t\n")
        for number in "123":
            self.put(f"corpus/data/{number}", text)
        found = messages.with_envelopes(messages.read_list(self.place / "corpus"),
                                        self.place / "copies")
        self.assertEqual([pathlib.Path(message.read_from).read_text(encoding="utf-8")
                          for message in found],
                         ["Return-Path: <ann@example.org>\n" + text, "Return-Path: <>\n" + text,
                          text])
        self.assertEqual(found[2].read_from, found[2].file)

    def test_one_line_end(self):
        for content in (b"a\nb\n", b"a\r\nb\r\n", b"", b"a\rb\n"):
            self.assertEqual(messages.with_one_line_end(content), content)
        self.assertEqual(messages.with_one_line_end(b"a\nb\r\n\r\nc"), b"a\r\nb\r\n\r\nc")
        self.put("list", "ham\tmixed\n")
        (self.place / "mixed").write_bytes(b"A: b\nC: d\r\n\r\nx\r\n")
        found = messages.with_one_line_end_each(messages.read_list(self.place / "list"),
                                                self.place / "copies")
        self.assertEqual(pathlib.Path(found[0].read_from).read_bytes(),
                         b"A: b\r\nC: d\r\n\r\nx\r\n")
        self.assertEqual(found[0].file, str(self.place / "mixed"))

    def test_a_message_that_says_its_envelope(self):
        for content in (b"return-path: <a@example.org>\r\n\r\n", b"A: b\nX-Envelope-From: c\n\n"):
            self.assertEqual(messages.with_sender(content, "ann@example.org"), content)
        self.assertEqual(messages.with_sender(b"A: b\r\n\r\n", "<>"),
                         b"Return-Path: <>\r\nA: b\r\n\r\n")


FAKE = """#!/usr/bin/env python3
import json, os, sys
for file in sys.argv[1:]:
    if "crash" in file:
        sys.exit("a sad end")
    print("not json")
    print(json.dumps({"file": file, "hits": [], "rules": {"A": 1}}))
"""


class Ours(Folder):
    def fake(self, text):
        program = self.put("fake", text)
        program.chmod(0o755)
        return [str(program)]

    def test_answers_in_order(self):
        answers, failed = ours.answers(["b", "a"], self.fake(FAKE))
        self.assertEqual([answer["file"] for answer in answers], ["b", "a"])
        self.assertEqual(failed, {})

    def test_a_message_that_ends_it_costs_only_its_own_answer(self):
        answers, failed = ours.answers(["a", "crash", "b"], self.fake(FAKE))
        self.assertEqual([answer and answer["file"] for answer in answers], ["a", None, "b"])
        self.assertEqual(failed, {"crash": "ended with 1: a sad end"})

    def test_a_program_that_does_not_run_at_all(self):
        with self.assertRaisesRegex(RuntimeError, "ended with 64: unknown option"):
            ours.answers(["a", "b"], self.fake("#!/bin/sh\necho unknown option >&2; exit 64\n"))

    def test_both_sides_are_given_the_same_folders(self):
        class Rules:
            folders = [pathlib.Path("/stock"), pathlib.Path("/site")]
        self.assertEqual(ours.command("/build", Rules),
                         ["/build/bin/lazaretctl", "--config", str(ours.SETTINGS), "scan", "--offline", "--json",
                          "--no-antivirus", "--all-rules", "--rules", "/stock", "--rules", "/site"])


class Cache(Folder):
    def test_answers_stay(self):
        spamassassin.Cache(self.place, "k").put("1", {"file": "a", "hits": {"A": 1}, "subs": {}})
        again = spamassassin.Cache(self.place, "k")
        self.assertEqual(again.answers, {"1": {"hits": {"A": 1}, "subs": {}}})
        self.assertEqual(spamassassin.Cache(self.place, "other").answers, {})

    def test_a_line_that_was_cut_is_asked_again(self):
        cache = spamassassin.Cache(self.place, "k")
        cache.put("1", {"hits": {}, "subs": {}})
        with open(cache.file, "a", encoding="utf-8") as lines:
            lines.write('{"key": "2", "hi')
        again = spamassassin.Cache(self.place, "k")
        self.assertEqual(list(again.answers), ["1"])
        again.put("3", {"hits": {}, "subs": {}})
        self.assertEqual(sorted(spamassassin.Cache(self.place, "k").answers), ["1", "3"])

    def test_comments_change_no_answer(self):
        self.assertEqual(spamassassin.without_comments(b"# a\nscore A 1\n\n  # b\n"),
                         spamassassin.without_comments(b"score A 1\n# c"))
        self.assertNotEqual(spamassassin.without_comments(b"score A 1"),
                            spamassassin.without_comments(b"score A 2"))


class RuleFolders(Folder):
    def setUp(self):
        super().setUp()
        self.version = spamassassin.installed_version
        self.addCleanup(setattr, spamassassin, "installed_version", self.version)
        spamassassin.installed_version = lambda: "4.0.1"
        self.put("stock/10_a.cf", "score A 1\n")
        self.put("etc/init.pre", "loadplugin X\n")
        self.put("etc/local.cf", "score A 2\n")
        self.put("etc/notes.txt", "nothing\n")

    def rules(self, *folders, plugins=False):
        return spamassassin.Rules([self.place / name for name in folders], plugins,
                                  self.place / "cache")

    def test_the_settings_come_last(self):
        rules = self.rules("stock", "etc")
        self.assertEqual(rules.folders[0], (self.place / "stock").resolve())
        self.assertEqual([file.name for file in spamassassin.rule_files(rules.site)],
                         ["init.pre", "local.cf", "zz-settings.cf"])

    def test_more_folders_keep_their_order(self):
        self.put("more/local.cf", "score A 3\n")
        names = [file.name for file in spamassassin.rule_files(
            self.rules("stock", "more", "etc").site)]
        self.assertEqual(names, ["0-local.cf", "1-init.pre", "1-local.cf", "zz-settings.cf"])

    def test_plugins_are_another_run(self):
        plain, more = self.rules("stock", "etc"), self.rules("stock", "etc", plugins=True)
        self.assertNotEqual(plain.key, more.key)
        self.assertIn("zz-plugins.pre", [file.name for file in spamassassin.rule_files(more.site)])
        self.assertNotIn("@SITE@", (more.site / "zz-plugins.cf").read_text(encoding="utf-8"))

    def test_a_changed_rule_is_another_run(self):
        before = self.rules("stock", "etc").key
        self.put("stock/10_a.cf", "# why\nscore A 1\n")
        self.assertEqual(self.rules("stock", "etc").key, before)
        self.put("stock/10_a.cf", "score A 1.5\n")
        self.assertNotEqual(self.rules("stock", "etc").key, before)


RULES = """
util_rb_tld    org example
header   __FROM_ANN    From:addr =~ /^ann@example\\.org$/
body     __THREE       /three/
tflags   __THREE       multiple
meta     __SUM         __THREE + __FROM_ANN
meta     FROM_ANN      __FROM_ANN
score    FROM_ANN      1.5
meta     NOT_THIS      __THREE > 5
header   HELO_NET      X-Spam-Relays-Untrusted =~ /helo=nobody/
tflags   HELO_NET      net
header   TRUSTED       X-Spam-Relays-Trusted =~ / ip=10\\.0\\.0\\.1 /
score    TRUSTED       -0.25
"""
CAPTURE = """
util_rb_tld    org example
header   __TO          To:addr =~ /(?<TO_ADDR>.+)/
uri      HAS_TO        m{^https?://example\\.org/\\?%{TO_ADDR}}
"""
MESSAGE = """Received: from a.example (a.example [10.0.0.1]) by mx.example (Postfix) with ESMTP id 1
\tfor <bob@example.org>; Mon, 6 Jan 2020 10:00:00 +0000
From: Ann <ann@example.org>
To: bob@example.org
Subject: numbers

One, two, three. Again: three.
"""


class Driver(Folder):
    def rules(self, text):
        self.put("stock/10_rules.cf", text)
        self.put("etc/init.pre", "loadplugin Mail::SpamAssassin::Plugin::Check\n")
        self.cache = self.place / "cache"
        return spamassassin.Rules([self.place / "stock", self.place / "etc"], False, self.cache)

    def test_an_answer(self):
        rules = self.rules(RULES)
        file = str(self.put("a.eml", MESSAGE))
        expected = {"score": 1.25, "hits": {"FROM_ANN": 1.5, "TRUSTED": -0.25},
                    "subs": {"__FROM_ANN": 1, "__SUM": 3, "__THREE": 2}}
        self.assertEqual(spamassassin.answers([file, file], rules, self.cache), [expected] * 2)

        flags = spamassassin.rule_list(rules)
        self.assertEqual(sorted(rule["name"] for rule in flags),
                         ["FROM_ANN", "HELO_NET", "NOT_THIS", "TRUSTED", "__FROM_ANN", "__SUM",
                          "__THREE"])
        self.assertEqual(comparison.left_out_rules(flags, [expected]), {"HELO_NET"})

    def test_no_message_changes_the_answer_to_another(self):
        rules = self.rules(CAPTURE)
        files = [str(self.put(f"{name}.eml", f"To: {name}@example.org\nSubject: x\n\n"
                                             f"See https://example.org/?{name}@example.org now\n"))
                 for name in ("ann", "bob", "cy")]
        for answer in spamassassin.answers(files, rules, self.cache):
            self.assertEqual(answer["hits"], {"HAS_TO": 1})

    def test_an_answer_is_not_asked_for_again(self):
        rules = self.rules(RULES)
        file = str(self.put("a.eml", MESSAGE))
        kept = {"score": 7, "hits": {"A": 7}, "subs": {}}
        spamassassin.Cache(self.cache, rules.key).put(spamassassin.content_key(file), kept)
        self.assertEqual(spamassassin.answers([file], rules, self.cache), [kept])


if __name__ == "__main__":
    unittest.main()
