"""lazaret-vote, which runs on Dovecot's host: what it asks the portal, with the curl that may be there."""

import http.server
import os
import pathlib
import shutil
import subprocess
import tempfile
import threading
import unittest
import urllib.parse

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "portal/dovecot/lazaret-vote"
# What a curl of 2020 knows (7.68, Ubuntu 20.04), as far as it is of use here.
OLD_OPTIONS = ("--config --connect-timeout --data-binary --disable --header --max-time --retry "
               "--retry-delay --retry-max-time --show-error --silent --write-out")
OLD_CURL = f"""#!/bin/sh
for word; do
    case $word in --*) ;; *) continue ;; esac
    case ' {OLD_OPTIONS} ' in
    *" $word "*) ;;
    *) echo "curl: option $word: is unknown" >&2; exit 2 ;;
    esac
done
exec {shutil.which("curl")} "$@"
"""


class Portal(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.server.asked.append((self.path, self.headers["Authorization"],
                                  self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


class Vote(unittest.TestCase):
    def setUp(self):
        self.place = pathlib.Path(tempfile.mkdtemp(prefix="lazaret-vote-"))
        self.addCleanup(shutil.rmtree, self.place)
        self.portal = http.server.HTTPServer(("127.0.0.1", 0), Portal)
        self.portal.asked = []
        self.addCleanup(self.portal.server_close)
        self.addCleanup(self.portal.shutdown)
        threading.Thread(target=self.portal.serve_forever, daemon=True).start()
        self.put("key", "a2V5\n", 0o640)
        self.put("bin/curl", OLD_CURL, 0o755)
        self.put("bin/logger", f"#!/bin/sh\necho \"$@\" >>{self.place}/log\n", 0o755)
        self.put("log", "", 0o644)
        self.put("vote.conf", f"URL=http://127.0.0.1:{self.portal.server_port}\n"
                              f"KEY={self.place}/key\nSILENT={self.place}/silent\n", 0o644)

    def put(self, name, text, mode):
        file = self.place / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
        file.chmod(mode)

    def vote(self, user):
        done = subprocess.run([SCRIPT, "spam", user], input=b"From: a\n\nb\n", timeout=60,
                              env={"LAZARET_VOTE_CONF": f"{self.place}/vote.conf",
                                   "PATH": f"{self.place}/bin:{os.environ['PATH']}"})
        self.assertEqual(done.returncode, 0)
        self.assertEqual((self.place / "log").read_text(), "")
        return self.portal.asked.pop()

    def test_an_older_curl_tells_every_address(self):
        for user in ("ann@example.org", "ann+news@example.org", "50%&a=b?c#d/e@example.org",
                     "{a,b}[1-3]@example.org", "müller@bücher.example",
                     "a-very-long-name-of-an-account-in-some-town@example.org"):
            with self.subTest(user):
                path, key, message = self.vote(user)
                path, query = path.split("?")
                self.assertEqual(path, "/vote/spam")
                self.assertEqual(urllib.parse.parse_qsl(query, strict_parsing=True),
                                 [("address", user)])
                self.assertEqual(key, "Bearer a2V5")
                self.assertEqual(message, b"From: a\n\nb\n")


if __name__ == "__main__":
    unittest.main()
