"""tests/fuzz/run itself, with a cmake and fuzz targets of our own."""

import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent

# Given a file it says whether that breaks a promise; else it says that it tried some.
TARGET = """#!/bin/sh
echo "$@" >>build/fuzz/arguments
for last; do :; done
if [ -f "$last" ]; then ! grep -q bad "$last"; exit; fi
echo 'stat::number_of_executed_units: 5'
"""


class FuzzRun(unittest.TestCase):
    def setUp(self):
        self.place = pathlib.Path(tempfile.mkdtemp(prefix="lazaret-fuzz-"))
        self.addCleanup(shutil.rmtree, self.place)
        self.put("bin/cmake", "#!/bin/sh\necho \"$@\" >>build/fuzz/cmake\n")
        self.put("build/fuzz/fuzz_targets", "small\nlarge\n")
        for name in ("small", "large"):
            self.put(f"build/fuzz/bin/fuzz_{name}", TARGET)
            (self.place / "tests/fuzz/seeds" / name).mkdir(parents=True)
        self.put("tests/fuzz/small.cpp", "int x;\n")
        self.put("tests/fuzz/large.cpp", "// Long:\n// max_len 90000\nint x;\n")
        shutil.copy(ROOT / "tests/fuzz/run", self.place / "tests/fuzz/run")

    def put(self, name, text):
        file = self.place / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        file.chmod(0o755)

    def outcome(self, *targets):
        done = subprocess.run([self.place / "tests/fuzz/run", "1", *targets], timeout=60,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              env={**os.environ, "PATH": f"{self.place / 'bin'}:{os.environ['PATH']}"})
        return done.returncode, done.stdout

    def noted(self, name):
        return (self.place / "build/fuzz" / name).read_text()

    def test_every_target_runs_with_inputs_of_its_length(self):
        code, said = self.outcome()
        self.assertEqual((code, sorted(said.splitlines())),
                         (0, [f"fuzz {name}: 5 inputs, no crash" for name in ("large", "small")]))
        self.assertRegex(self.noted("arguments"), "max_len=8192 .*/small/")
        self.assertRegex(self.noted("arguments"), "max_len=90000 .*/large/")

    def test_what_is_named_alone_is_built_and_run(self):
        self.assertEqual(self.outcome("large"), (0, "fuzz large: 5 inputs, no crash\n"))
        self.assertIn("--target fuzz_large\n", self.noted("cmake"))

    def test_what_broke_a_promise_before_and_still_does_is_a_failure(self):
        self.put("build/fuzz/fuzz/small/crashes/crash-1", "bad")
        code, said = self.outcome()
        self.assertEqual(code, 1)
        self.assertIn("fuzz small: FAILED\n    build/fuzz/fuzz/small/crashes/crash-1 broke", said)
        self.assertIn("fuzz large: 5 inputs, no crash\n", said)
        self.assertTrue((self.place / "build/fuzz/fuzz/small/crashes/crash-1").exists())

    def test_what_was_mended_is_an_input_as_others_are(self):
        self.put("build/fuzz/fuzz/small/crashes/crash-1", "good")
        self.assertEqual(self.outcome("small"), (0, "fuzz small: 5 inputs, no crash\n"))
        self.assertEqual(list((self.place / "build/fuzz/fuzz/small/crashes").iterdir()), [])
        self.assertTrue((self.place / "build/fuzz/fuzz/small/corpus/crash-1").exists())


if __name__ == "__main__":
    unittest.main()
