"""The messages for the stock rules: how they are read, and that SpamAssassin says what they expect.

That Lazaret says the same is in tests/unit/filter/rules/stock_rules.cpp."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import stock_messages  # noqa: E402

USUAL = b"From: ann\nTo: bob\n\nusual\n"


class Reading(unittest.TestCase):
    def content(self, text, *without):
        return stock_messages.content_of(text, without, USUAL)

    def test_the_usual_fields(self):
        for says, text, without, content in (
                ("none of its own", b"", (), b"From: ann\nTo: bob\n\nusual\n"),
                ("one in its place, one behind", b"X: y\nFROM: a\n b\n", (),
                 b"FROM: a\n b\nTo: bob\nX: y\n\nusual\n"),
                ("twice", b"To: a\nTo: b\n", (), b"From: ann\nTo: a\nTo: b\n\nusual\n"),
                ("left out", b"", ("To",), b"From: ann\n\nusual\n"),
                ("in an order of its own", b"X: y\nFrom: a\n", ("from",),
                 b"To: bob\nX: y\nFrom: a\n\nusual\n"),
                ("a body", b"\nmine\n", (), b"From: ann\nTo: bob\n\nmine\n"),
                ("no body", b"", ("body",), b"From: ann\nTo: bob\n"),
                ("nothing usual", b"X: y\n\nz\n", ("*",), b"X: y\n\nz\n")):
            with self.subTest(says):
                self.assertEqual(self.content(text, *without), content)

    def test_bytes_and_repetitions(self):
        self.assertEqual(stock_messages.expanded(rb"\3{a\x0a}\xe4 \0 \x"), b"a\na\na\n\xe4 \\0 \\x")

    def test_every_name_stands_once(self):
        titles = [message.title for message in stock_messages.all_messages()]
        self.assertEqual(len(titles), len(set(titles)))


class SpamAssassin(unittest.TestCase):
    def test_it_says_what_the_messages_expect(self):
        differences = stock_messages.differences(stock_messages.all_messages())
        self.assertEqual(differences, [], "\n" + "\n".join(differences))


if __name__ == "__main__":
    unittest.main()
