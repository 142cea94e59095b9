"""tools/try: whom a message is sent to, and what is said of the others."""

import pathlib
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
ASK = """
import email, sys
sys.argv = ["trial.py", sys.argv[1]]
sys.path.insert(0, sys.argv[1] + "/tools/try.d")
import trial
print(trial.recipients_of(email.message_from_string(sys.stdin.read())))
"""


def recipients_of(to):
    done = subprocess.run([sys.executable, "-B", "-c", ASK, ROOT], input=f"{to}\n\n", check=True,
                          capture_output=True, text=True)
    return done.stdout


class Recipients(unittest.TestCase):
    def test_those_of_the_domains_get_it_and_nothing_is_said(self):
        self.assertEqual(recipients_of("To: Eve <eve@INBOX.example>, anna@inbox.example"),
                         "(['eve@inbox.example', 'anna@inbox.example'], '')\n")

    def test_whom_it_is_not_sent_to_is_said(self):
        said = recipients_of("To: anna@inbox.example, a@nowhere.example, b@nowhere.example")
        self.assertIn("(['anna@inbox.example'], ' (not sent to 2 more", said)

    def test_mail_for_nobody_here_goes_to_one_and_says_so(self):
        for to in ("To: bob@nowhere.example", "To: undisclosed-recipients:;", "X: y"):
            said = recipients_of(to)
            self.assertIn("(['anna@inbox.example'], ' (sent to her", said)
            self.assertNotIn("nowhere", said)


if __name__ == "__main__":
    unittest.main()
