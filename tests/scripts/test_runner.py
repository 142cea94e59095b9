"""When a group of tests counts as passed."""

import contextlib
import io
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from private_site import runner  # noqa: E402


def absent():
    raise unittest.SkipTest("no such program")


class ExitCode(unittest.TestCase):
    def outcome(self, *steps):
        result = unittest.TestResult()
        unittest.TestSuite(unittest.FunctionTestCase(step) for step in steps).run(result)
        with contextlib.redirect_stderr(io.StringIO()) as said:
            return runner.exit_code(result), said.getvalue()

    def test_all_of_it_ran_and_passed(self):
        self.assertEqual(self.outcome(lambda: None), (0, ""))

    def test_nothing_ran(self):
        self.assertEqual(self.outcome(), (1, ""))

    def test_one_failed(self):
        self.assertEqual(self.outcome(lambda: None, self.fail), (1, ""))

    def test_one_was_skipped(self):
        code, said = self.outcome(lambda: None, absent)
        self.assertEqual(code, 1)
        self.assertIn("no such program", said)


if __name__ == "__main__":
    unittest.main()
