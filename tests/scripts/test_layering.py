"""tests/layering finds what ARCHITECTURE.md forbids, and nothing else."""

import pathlib
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


class Layering(unittest.TestCase):
    def setUp(self):
        self.tree = pathlib.Path(tempfile.mkdtemp(prefix="lazaret-layering-"))
        self.addCleanup(shutil.rmtree, self.tree)

    def verdict(self, file, line):
        path = self.tree / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#pragma once\n{line}\n")
        done = subprocess.run([ROOT / "tests" / "layering", self.tree], capture_output=True, text=True)
        path.unlink()
        if done.returncode:
            self.assertIn(f"{file}:2:", done.stdout)
        return done.returncode

    def test_what_is_allowed(self):
        for file, line in (("base/a.hpp", '#include "base/b.hpp"'),
                           ("milter/a.hpp", '#include "quarantine-store/keeper.hpp"'),
                           ("milter/filter/message/a.cpp", "#include <gmime/gmime.h>"),
                           ("base/a.cpp", "#include <sys/stat.h>"),
                           ("base/a.cpp", "#include <optional>")):
            with self.subTest(f"{file}: {line}"):
                self.assertEqual(self.verdict(file, line), 0)

    def test_what_is_forbidden(self):
        for file, line in (("base/a.hpp", '#include "milter/gate.hpp"'),
                           ("milter/filter/a.hpp", '#include "quarantine-store/keeper.hpp"'),
                           ("quarantine-store/a.hpp", '  #include "milter/filter/lists.hpp"'),
                           ("milter/a.cpp", "#include <pqxx/pqxx>"),
                           ("milter/a.cpp", "#  include <pqxx/pqxx>"),
                           ("milter/a.cpp", "#include<gumbo.h>"),
                           ("milter/filter/a.cpp", "#include <libmilter/mfapi.h>"),
                           ("tools/lazaretctl/a.cpp", "#include <CLI/CLI.hpp>"),
                           ("base/a.cpp", "#include <openssl/ssl.h>"),
                           ("base/a.cpp", "#include <zlib.h>")):
            with self.subTest(f"{file}: {line}"):
                self.assertEqual(self.verdict(file, line), 1)
