#!/usr/bin/env python3
"""Runs the system tests: run.py FOLDER-OF-THE-PROGRAMS [MODULE|MODULE.CLASS[.TEST]]...

All tests of one call share one private site. Exit code 77: cannot be run here (not root).
"""

import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.dont_write_bytecode = True

from site_case import Run  # noqa: E402
from private_site import runner  # noqa: E402

if __name__ == "__main__":
    sys.exit(runner.main(sys.argv[1:], __doc__, HERE, Run,
                         ("postfix", "opendkim", "opendkim-genkey", "nsd", "runuser", "dovecot",
                          "sievec", "slapd", "glewlwyd")))
