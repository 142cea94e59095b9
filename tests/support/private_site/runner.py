"""What the runners of the tests on private servers share."""

import os
import pathlib
import shutil
import signal
import sys
import unittest

from . import postgresql


def missing(programs):
    """What this machine lacks, as one line, or nothing."""
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    absent = [name for name in programs if not shutil.which(name)]
    if not postgresql.is_installed():
        absent.append("PostgreSQL")
    return ", ".join(absent)


def exit_code(result):
    """Of a group of tests: 0 when some ran and all passed. Nobody looks into a group that passed, so
    what is skipped in it counts as failed: whatever our tests need stands in Build-Depends."""
    for test, why in result.skipped:
        print(f"skipped, which counts as failed: {test}: {why}", file=sys.stderr)
    return 0 if result.wasSuccessful() and result.testsRun and not result.skipped else 1


def main(arguments, usage, here, run, programs):
    """Runs the test modules (or classes, or tests) named in `arguments`, after the folder of our
    programs; all in `here` when none is named. `run` is the class that has the servers.

    Answers the exit code; 77: cannot be run here, because servers are started as their own users.
    """
    if not arguments:
        print(usage, file=sys.stderr)
        return 64
    if os.geteuid() != 0:
        print("not run: needs root, to start the servers as their own users", file=sys.stderr)
        return 77
    if absent := missing(programs):
        print(f"not installed: {absent}", file=sys.stderr)
        return 1
    run.programs = pathlib.Path(arguments[0]).resolve()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    loader = unittest.TestLoader()
    tests = (loader.loadTestsFromNames(arguments[1:]) if arguments[1:]
             else loader.discover(str(here), "test_*.py"))
    try:
        result = unittest.TextTestRunner(verbosity=2).run(tests)
    finally:
        run.end()
    return exit_code(result)
