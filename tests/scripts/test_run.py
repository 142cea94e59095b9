"""tests/run itself, with a ctest and a cmake of our own: what it counts, and how it is interrupted."""

import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent

SKIPPED = """#!/bin/sh
echo '    Start 1: unit'
echo '1/3 Test #1: unit .............................   Passed    1.00 sec'
echo '2/3 Test #2: system.path ......................***Skipped   0.10 sec'
echo '3/3 Test #3: store ............................   Passed    9.00 sec'
"""
FAILING = """#!/bin/sh
echo '1/2 Test #1: unit .............................***Failed    1.00 sec'
echo '2/2 Test #2: tools ............................***Timeout 300.00 sec'
exit 8
"""
NOTHING = "#!/bin/sh\nexit 0\n"
SLOW = """#!/bin/sh
echo $$ >build/ctest.pid
sleep 300 &
echo $! >build/child.pid
wait
"""


class RunCase(unittest.TestCase):
    def setUp(self):
        self.place = pathlib.Path(tempfile.mkdtemp(prefix="lazaret-run-"))
        self.addCleanup(shutil.rmtree, self.place)
        (self.place / "build" / "dev").mkdir(parents=True)
        for name in ("tests/run", "tools/install-dependencies", "tests/browser/install",
                     "tests/fuzz/run", "bin/cmake"):
            self.put(name, "#!/bin/sh\n")
        shutil.copy(ROOT / "tests" / "run", self.place / "tests" / "run")

    def put(self, name, text):
        file = self.place / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        file.chmod(0o755)

    def begin(self, ctest, *arguments):
        self.put("bin/ctest", ctest)
        process = subprocess.Popen(
            [self.place / "tests" / "run", *arguments], stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, start_new_session=True,
            env={**os.environ, "PATH": f"{self.place / 'bin'}:{os.environ['PATH']}"})
        self.addCleanup(process.stdout.close)
        self.addCleanup(self.reap, process)
        return process

    def reap(self, process):
        if process.poll() is None:
            process.kill()
            process.wait()

    def outcome(self, ctest, *arguments):
        process = self.begin(ctest, *arguments)
        output, _ = process.communicate(timeout=60)
        return process.returncode, output

    def pid(self, name):
        """The process that the slow ctest noted."""
        file = self.place / "build" / name
        end = time.monotonic() + 30
        while not (file.exists() and file.read_text().strip()):
            self.assertLess(time.monotonic(), end, f"no {name}")
            time.sleep(0.05)
        return int(file.read_text())

    def is_gone(self, pid, patience=10):
        end = time.monotonic() + patience
        while time.monotonic() < end:
            try:
                state = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
            except OSError:
                return True
            if state == "Z":
                return True
            time.sleep(0.05)
        return False


class Counting(RunCase):
    def test_what_was_skipped_is_named_and_no_success(self):
        code, output = self.outcome(SKIPPED)
        self.assertEqual(code, 1, output)
        self.assertEqual(output.splitlines()[-1], "5 passed, 0 failed, 1 skipped")
        self.assertIn("cannot be run here: system.path", output)

    def test_unless_it_is_allowed(self):
        code, output = self.outcome(SKIPPED, "--allow-skipped")
        self.assertEqual(code, 0, output)
        self.assertEqual(output.splitlines()[-1], "5 passed, 0 failed, 1 skipped")

    def test_what_failed_is_counted(self):
        code, output = self.outcome(FAILING)
        self.assertEqual(code, 1, output)
        self.assertEqual(output.splitlines()[-1], "3 passed, 2 failed, 0 skipped")

    def test_no_test_at_all_is_a_failure(self):
        code, output = self.outcome(NOTHING)
        self.assertEqual(code, 1, output)
        self.assertEqual(output.splitlines()[-1], "3 passed, 1 failed, 0 skipped")

    def test_an_unknown_word(self):
        code, output = self.outcome(NOTHING, "--everything")
        self.assertEqual(code, 64, output)
        self.assertIn("--allow-skipped", output)


class Interruption(RunCase):
    def test_a_signal_ends_what_is_at_work_at_once(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(number):
                process = self.begin(SLOW)
                child = self.pid("child.pid")
                begun = time.monotonic()
                process.send_signal(number)
                output, _ = process.communicate(timeout=60)
                self.assertLess(time.monotonic() - begun, 10)
                self.assertEqual(process.returncode, 1, output)
                self.assertIn("interrupted", output)
                self.assertTrue(self.is_gone(child))
                (self.place / "build" / "child.pid").unlink()

    def test_the_next_run_ends_what_a_killed_one_left(self):
        process = self.begin(SLOW)
        child = self.pid("child.pid")
        process.kill()
        process.wait()
        self.assertFalse(self.is_gone(child, patience=0.5))
        code, output = self.outcome(SKIPPED, "--allow-skipped")
        self.assertEqual(code, 0, output)
        self.assertTrue(self.is_gone(child))
