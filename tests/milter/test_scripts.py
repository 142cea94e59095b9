"""The scripts of miltertest, one test each."""

import pathlib
import subprocess
import unittest

from milter_case import MilterCase, Run, stored
from private_site.lazaret import eicar

HERE = pathlib.Path(__file__).resolve().parent
SCRIPTS = sorted(path.stem for path in HERE.glob("*.lua") if path.stem != "common")


class Scripts(MilterCase):
    def run_script(self, name):
        # miltertest says nothing when a script fails, so the script says it itself.
        script = Run.folder / f"{name}.lua"
        script.write_bytes((HERE / "common.lua").read_bytes() + b"\nattempt(function()\n"
                           + (HERE / f"{name}.lua").read_bytes() + b"\nend)\n")
        done = subprocess.run(
            ["miltertest", "-D", f"socket={self.lazaret.socket}", "-D", f"name={name}",
             "-D", f"eicar={eicar().decode()}", "-s", str(script)],
            capture_output=True, timeout=120)
        said = (done.stdout + done.stderr).decode("utf-8", "replace")
        self.assertEqual((done.returncode, "all of it" in said), (0, True),
                         f"{name}: {said}\n{self.log()[-3000:]}")
        self.assertTrue(self.lazaret.is_alive(), self.log()[-3000:])

    def test_exact_bytes_are_stored_once(self):
        """miltertest exact.lua: what was handed over is in the quarantine, and a retry adds none."""
        self.run_script("exact")
        self.assertEqual(stored("exact@strict.example"), [
            b"From: Ada <ada@partner.example>\r\nSuBjEcT: odd case\r\nX-Tab: \ttab\r\n"
            b"X-Two:  two \r\nX-Fold: one\r\n\ttwo\r\n three\r\nX-Empty: \r\n"
            b"X-Eight: \xe9\xc3\xa9\r\nX-Same: 1\r\nx-same: 2\r\nX-Same: 1\r\n"
            b"Message-ID: <exact@partner.example>\r\n\r\nfirst\r\n.dot\r\n\r\n"
            b"\xe9\x7f \tlast, without an end"])

    def test_an_old_mta_takes_the_space_off(self):
        """miltertest negotiation.lua: and we put it back."""
        self.run_script("negotiation")
        self.assertEqual(stored("old@strict.example"), [
            b"From: Ada <ada@partner.example>\r\nSubject: without spaces\r\n"
            b"Message-ID: <old.negotiation@partner.example>\r\n\r\nx\r\n"])

    def test_a_large_message_is_held_whole(self):
        """miltertest limits.lua: more than max_message, in a file meanwhile."""
        self.run_script("limits")
        (large,) = stored("large@strict.example")
        self.assertEqual(len(large.partition(b"\r\n\r\n")[2]), 40 * 64_000)

    def test_two_recipients_that_are_one(self):
        """miltertest recipients.lua: one copy for an address that was named twice."""
        self.run_script("recipients")
        self.assertEqual(len(stored("twice@strict.example")), 1)
        self.assertEqual(len(stored("j\u00f6rg@strict.example")), 1)


def _add(name):
    def test(self):
        self.run_script(name)
    test.__doc__ = f"miltertest {name}.lua"
    setattr(Scripts, f"test_script_{name}", test)


for _name in SCRIPTS:
    if _name not in ("exact", "negotiation", "limits", "recipients"):
        _add(_name)


if __name__ == "__main__":
    unittest.main()
