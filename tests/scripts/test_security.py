"""Every check that SECURITY.md speaks of is made by a test that is there, the only one of its name."""

import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


class Security(unittest.TestCase):
    def test_every_check_has_its_test(self):
        text = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
        rows = re.findall(r"^\| .* \| `(tests/\w+)` \| `(.*)` \|$", text, re.M)
        self.assertEqual(len(rows), len(re.findall(r"^\| (?!check)", text, re.M)))
        self.assertGreaterEqual(len(rows), 40)
        sources = {}
        for folder, name in rows:
            if folder not in sources:
                files = sorted((ROOT / folder).rglob("*.cpp")) + sorted((ROOT / folder).rglob("*.py"))
                # clang-format breaks long names over two literals.
                sources[folder] = re.sub(r'"\s*\n\s*"', "", "\n".join(
                    file.read_text(encoding="utf-8") for file in files))
            with self.subTest(name):
                wanted = f"def {name}(" if name.startswith("test_") else f'TEST_CASE("{name}"'
                self.assertEqual(sources[folder].count(wanted), 1)
