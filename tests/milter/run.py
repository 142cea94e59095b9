#!/usr/bin/env python3
"""The milter's protocol tests: run.py FOLDER-OF-THE-PROGRAMS [Class[.test]]...

One private PostgreSQL and one milter for all; scripts of miltertest and a small MTA of our own
talk to its socket. Exit code 77: cannot be run here (not root, so no private PostgreSQL).
"""

import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "support")]
sys.dont_write_bytecode = True

from milter_case import Run  # noqa: E402
from private_site import runner  # noqa: E402

if __name__ == "__main__":
    sys.exit(runner.main(sys.argv[1:], __doc__, HERE, Run, ("miltertest", "runuser")))
