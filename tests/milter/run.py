#!/usr/bin/env python3
"""The milter's protocol tests: run.py FOLDER-OF-THE-PROGRAMS [Class[.test]]...

One private PostgreSQL and one milter for all; scripts of miltertest and a small MTA of our own
talk to its socket. Exit code 77: cannot be run here (not root, so no private PostgreSQL).
"""

import os
import pathlib
import shutil
import signal
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "support")]
sys.dont_write_bytecode = True

from milter_case import Run  # noqa: E402
from private_site import postgresql  # noqa: E402


def main(arguments):
    if not arguments:
        print(__doc__, file=sys.stderr)
        return 64
    if os.geteuid() != 0:
        print("milter tests: need root, to start PostgreSQL as its own user", file=sys.stderr)
        return 77
    if not shutil.which("miltertest") or not postgresql.is_installed():
        print("milter tests: not installed: miltertest or PostgreSQL", file=sys.stderr)
        return 1
    Run.programs = pathlib.Path(arguments[0]).resolve()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    loader = unittest.TestLoader()
    tests = (loader.loadTestsFromNames(arguments[1:]) if arguments[1:]
             else loader.discover(str(HERE), "test_*.py"))
    try:
        result = unittest.TextTestRunner(verbosity=2).run(tests)
    finally:
        Run.end()
    return 0 if result.wasSuccessful() and result.testsRun else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
