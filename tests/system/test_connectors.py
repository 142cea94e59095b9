"""Signing in with passwords that other servers know."""

import os
import signal
import subprocess
import urllib.error
import urllib.parse
import urllib.request

from connector_case import GOOD, ConnectorCase
from private_site import folder as folders
from private_site.lazaret import environment_of_programs
from site_case import Run


class Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


class Answer:
    def __init__(self, code, text, cookie):
        self.code, self.text, self.cookie = code, text, cookie


class Connectors(ConnectorCase):
    def post(self, path, **fields):
        request = urllib.request.Request(self.url + path, method="POST",
                                         data=urllib.parse.urlencode(fields).encode())
        try:
            with urllib.request.build_opener(Stay).open(request, timeout=60) as answer:
                return Answer(answer.status, answer.read().decode(), None)
        except urllib.error.HTTPError as answer:
            return Answer(answer.code, answer.read().decode(), answer.headers["Set-Cookie"])

    def sign_in(self, address, password):
        return self.post("/account/sign-in", address=address, password=password)

    def goes_both_ways(self, address):
        self.assertEqual(self.sign_in(address, GOOD + "!").code, 403)
        answer = self.sign_in(address, GOOD)
        self.assertEqual(answer.code, 303, self.log()[-2000:])
        self.assertIn("lazaret=", answer.cookie)
        nobody = "nobody@" + address.partition("@")[2]
        self.assertEqual(self.sign_in(nobody, GOOD).code, 403)
        self.assertEqual(self.rows("select count(*) from lazaret.address where address = "
                                   f"'{nobody}'"), "0")
        self.assertEqual(self.rows("select count(*) from lazaret.address where address = "
                                   f"'{address}'"), "1")

    def is_away(self, domain, why):
        before = len(self.log())
        answer = self.sign_in(f"ann@{domain}.example", GOOD)
        self.assertEqual(answer.code, 503)
        self.assertIn("does not answer at the moment", answer.text)
        self.assertIn("sign-in server away", self.log()[before:])
        self.assertIn(why, self.log()[before:].lower())
        self.assertEqual(self.rows("select coalesce(sum(failures), 0) from lazaret.attempt"), "0")

    def test_imap_with_tls_from_the_start(self):
        self.goes_both_ways("ann@imaps.example")

    def test_imap_by_starttls_and_the_local_part(self):
        self.goes_both_ways("ann@starttls.example")

    def test_a_certificate_of_another_authority_is_not_believed(self):
        self.is_away("otherca", "certificate")
        self.is_away("lost", "contact")

    def test_a_certificate_for_another_host_is_not_believed(self):
        self.is_away("otherhost", "certificate")
        self.is_away("ldaphost", "contact")

    def test_nobody_listens(self):
        self.is_away("nobodythere", "connect")

    def test_ldap_by_the_name_of_the_entry(self):
        self.goes_both_ways("ann@ldaps.example")

    def test_ldap_by_a_search_over_starttls(self):
        self.goes_both_ways("ann@search.example")

    def test_a_search_must_find_exactly_one(self):
        self.assertEqual(self.sign_in("team@many.example", GOOD).code, 403)
        self.assertIn("more than one entry", self.log())

    def test_what_somebody_types_is_no_part_of_a_filter(self):
        for local in ("*", "a*", "ann)(uid=*", "ann*)(|(mail=*"):
            self.assertEqual(self.sign_in(f'"{local}"@search.example', GOOD).code, 403, local)
            self.assertEqual(self.sign_in(f"{local}@search.example", GOOD).code, 403, local)

    def test_who_may_not_look_is_trouble_and_no_wrong_password(self):
        self.is_away("blind", "bind_dn")

    def test_a_bind_without_password_is_none(self):
        for domain in ("ldaps", "search", "imaps"):
            self.assertEqual(self.sign_in(f"ann@{domain}.example", "").code, 403)

    def test_a_server_that_says_nothing_is_away_within_its_time(self):
        for server, domain in ((self.dovecot, "imaps"), (self.slapd, "search")):
            frozen = [server.process.pid, *self.children(server.process.pid)]
            try:
                for pid in frozen:
                    os.kill(pid, signal.SIGSTOP)
                self.is_away(domain, "")
            finally:
                for pid in frozen:
                    os.kill(pid, signal.SIGCONT)
            self.assertEqual(self.sign_in(f"ann@{domain}.example", GOOD).code, 303)

    @staticmethod
    def children(pid):
        found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True,
                               text=True)
        return [int(one) for one in found.stdout.split()]

    def test_no_link_is_sent_where_the_password_is_elsewhere(self):
        answer = self.post("/account/link", address="ann@imaps.example")
        self.assertIn("Your password is kept elsewhere", answer.text)
        self.assertEqual(self.rows("select count(*) from lazaret.password_request"), "0")

    def test_no_password_is_written_anywhere(self):
        statements = self.database.folder / "log"
        self.database.rows("alter system set log_statement = 'all'")
        self.addCleanup(self.database.rows, "select pg_reload_conf()")
        self.addCleanup(self.database.rows, "alter system reset log_statement")
        self.database.rows("select pg_reload_conf()")
        folders.wait_until(lambda: self.sign_in("ann@imaps.example", GOOD).code == 303
                           and "'ann@imaps.example'" in statements.read_text(errors="replace"),
                           "the statements of a sign-in")
        self.assertEqual(self.sign_in("ann@search.example", "a wrong umbrella").code, 403)
        for part in (self.lazaret.folder / "portal.log", statements, self.slapd.folder / "log"):
            self.assertNotIn("umbrella", part.read_text(errors="replace"), part)
        tables = str(self.database.everything())
        self.assertIn("ann@imaps.example", tables)
        for written in ("umbrella", b"umbrella".hex()):
            self.assertNotIn(written, tables)

    def test_mistakes_are_named(self):
        said = subprocess.run([Run.programs / "lazaret-portal", "--config",
                               self.lazaret.portal_file, "--try-servers"],
                              capture_output=True, text=True, timeout=60,
                              env=environment_of_programs())
        lines = said.stdout.splitlines()
        self.assertEqual([line.partition(":")[0] for line in lines],
                         ["ok", "ok", "trouble", "trouble", "trouble", "ok", "ok", "ok",
                          "trouble", "trouble", "trouble"], said.stdout)
        found = [line for line in self.lazaret.run("doctor").stdout.decode().splitlines()
                 if "sign-in" in line]
        self.assertEqual(len(found), len(lines))
        # A file that is not there is told by --check, without asking anybody.
        text = self.lazaret.portal_file.read_text()
        wrong = self.folder / "wrong.toml"
        wrong.write_text(text.replace("authority/authority.pem", "authority/nothing.pem"))
        wrong.chmod(0o600)
        checked = subprocess.run([Run.programs / "lazaret-portal", "--config", wrong, "--check"],
                                 capture_output=True, text=True, timeout=60,
                                 env=environment_of_programs())
        self.assertEqual(checked.returncode, 78)
        self.assertIn("authority/nothing.pem: No such file", checked.stderr)
