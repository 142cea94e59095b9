#!/usr/bin/env python3
"""Runs the tests of this folder, or the modules (or classes, or tests) that are named."""

import pathlib
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "support")]
sys.dont_write_bytecode = True

from private_site import runner  # noqa: E402

if __name__ == "__main__":
    loader = unittest.TestLoader()
    tests = (loader.loadTestsFromNames(sys.argv[1:]) if sys.argv[1:]
             else loader.discover(str(HERE), "test_*.py"))
    sys.exit(runner.exit_code(unittest.TextTestRunner().run(tests)))
