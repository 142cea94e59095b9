#!/usr/bin/env python3
"""Runs the system tests: run.py FOLDER-OF-THE-PROGRAMS [MODULE|MODULE.CLASS[.TEST]]...

All tests of one call share one private site. Exit code 77: cannot be run here (not root).
"""

import os
import pathlib
import shutil
import signal
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.dont_write_bytecode = True

from site_case import Run, folders  # noqa: E402
from private_site import postgresql  # noqa: E402


def missing():
    """What this machine lacks, as one line, or nothing."""
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    programs = [name for name in ("postfix", "opendkim", "opendkim-genkey", "runuser")
                if not shutil.which(name)]
    if not postgresql.is_installed():
        programs.append("PostgreSQL")
    return ", ".join(programs)


def main(arguments):
    if not arguments:
        print(__doc__, file=sys.stderr)
        return 64
    if os.geteuid() != 0:
        print("system tests: need root, because a private Postfix does", file=sys.stderr)
        return 77
    if missing():
        print(f"system tests: not installed: {missing()}", file=sys.stderr)
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
