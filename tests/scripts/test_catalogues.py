"""Every text for people is in the template, and every catalogue has it, complete and with its {names}."""

import ast
import pathlib
import re
import subprocess
import tempfile
import unittest

FOLDER = pathlib.Path(__file__).resolve().parent.parent.parent / "base" / "words" / "po"
WHAT_TO_DO = "run base/words/po/update, then translate what is empty"


def entries(file):
    """{(msgid, msgid_plural): [msgstr, ...]} of a .po file, and the ids of those that are fuzzy."""
    texts, fuzzy = {}, set()
    for block in re.split(r"\n\s*\n", file.read_text(encoding="utf-8")):
        fields, last = {}, None
        for line in block.splitlines():
            found = re.fullmatch(r'(?:(msg[a-z_]+(?:\[\d\])?)\s+)?(".*")', line)
            if found:
                last = found[1] or last
                fields[last] = fields.get(last, "") + ast.literal_eval(found[2])
        if fields.get("msgid"):
            key = (fields["msgid"], fields.get("msgid_plural"))
            texts[key] = [text for name, text in fields.items() if name.startswith("msgstr")]
            if re.search(r"^#,.*\bfuzzy\b", block, re.M):
                fuzzy.add(fields["msgid"])
    return texts, fuzzy


def names(text):
    return set(re.findall(r"\{[a-z_]*\}", text))


class Catalogues(unittest.TestCase):
    def test_template_is_that_of_the_sources(self):
        with tempfile.TemporaryDirectory() as folder:
            made = pathlib.Path(folder) / "lazaret.pot"
            subprocess.run([FOLDER / "update", made], check=True)
            expected, _ = entries(made)
        template, _ = entries(FOLDER / "lazaret.pot")
        self.assertGreater(len(expected), 100)
        self.assertEqual(sorted(expected.keys() - template.keys(), key=str), [], f"new texts: {WHAT_TO_DO}")
        self.assertEqual(sorted(template.keys() - expected.keys(), key=str), [], f"old texts: {WHAT_TO_DO}")

    def test_french_puts_a_blank_that_keeps_the_line_before_its_signs(self):
        texts, _ = entries(FOLDER / "fr.po")
        self.assertEqual(texts[(":", None)], ["\u00a0:"])
        broken = [text for forms in texts.values() for text in forms if re.search(r" [:;?!»](\s|$)|« ", text)]
        self.assertEqual(broken, [])

    def test_apostrophes_are_the_same_in_all_texts(self):
        for language in ("fr", "it"):
            texts, _ = entries(FOLDER / f"{language}.po")
            straight = [text for forms in texts.values() for text in forms if re.search(r"[^\W\d_]'[\w{]", text)]
            self.assertEqual(straight, [], language)

    def test_update_knows_every_name_of_words(self):
        keywords = set(re.findall(r"--keyword=(\w+)", (FOLDER / "update").read_text(encoding="utf-8")))
        root = FOLDER.parent.parent.parent
        called = {name for part in ("base", "portal", "report-mailer") for file in (root / part).rglob("*.cpp")
                  for name in re.findall(r'\b(\w*words)\(\s*"', file.read_text(encoding="utf-8"))}
        self.assertIn("words", called)
        self.assertEqual(called - keywords, set(), "add --keyword=NAME to base/words/po/update")

    def test_every_catalogue_is_complete(self):
        template, _ = entries(FOLDER / "lazaret.pot")
        catalogues = sorted(FOLDER.glob("*.po"))
        self.assertEqual([file.stem for file in catalogues], ["de", "es", "fr", "it", "nb", "nl", "pl"])
        for file in catalogues:
            with self.subTest(file.name):
                texts, fuzzy = entries(file)
                self.assertEqual(sorted(template.keys() - texts.keys(), key=str), [], f"missing: {WHAT_TO_DO}")
                self.assertEqual(sorted(texts.keys() - template.keys(), key=str), [], "nothing says these")
                self.assertEqual(fuzzy, set())
                forms = int(re.search(r"nplurals=(\d)", file.read_text(encoding="utf-8"))[1])
                for (one, many), translated in texts.items():
                    self.assertEqual(len(translated), forms if many else 1, one)
                    for text in translated:
                        self.assertTrue(text.strip(), f"not translated: {one}")
                        self.assertEqual(names(text), names(one), f"{one} -> {text}")

    def test_every_catalogue_is_one_that_gettext_reads(self):
        for file in sorted(FOLDER.glob("*.po")):
            with self.subTest(file.name):
                done = subprocess.run(["msgfmt", "--check-format", "--check-domain", "-o/dev/null", file],
                                      capture_output=True, text=True)
                self.assertEqual((done.returncode, done.stderr), (0, ""))
                self.assertIn("charset=UTF-8", file.read_text(encoding="utf-8"))


if __name__ == "__main__":
    unittest.main()
