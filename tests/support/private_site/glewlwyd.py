"""A private Glewlwyd: a provider of OpenID Connect on the loopback, with TLS and an SQLite file."""

import json
import pathlib
import shutil
import signal
import sqlite3
import ssl
import subprocess
import urllib.error
import urllib.request

from .folder import free_port, listens, note_process, stop_process, wait_until

CLIENT = "lazaret"
SECRET = "what-only-the-portal-knows"

# Of Debian's package; brings one person, who may do everything, and whose password is "password".
_TABLES = pathlib.Path("/usr/share/dbconfig-common/data/glewlwyd/install/sqlite3")

_PAGES = pathlib.Path("/usr/share/glewlwyd/webapp")

_SETTINGS = """port = {port}
bind_address = "127.0.0.1"
external_url = "https://127.0.0.1:{port}"
login_url = "login.html"
api_prefix = "api"
log_mode = "file"
log_level = "INFO"
log_file = "{folder}/log"
static_files_path = "{folder}/pages"
cookie_domain = "127.0.0.1"
cookie_secure = true
cookie_same_site = "lax"
session_expiration = 3600
session_key = "GLEWLWYD2_SESSION_ID"
admin_scope = "g_admin"
profile_scope = "g_profile"
user_module_path = "/usr/lib/glewlwyd/user"
client_module_path = "/usr/lib/glewlwyd/client"
user_auth_scheme_module_path = "/usr/lib/glewlwyd/scheme"
plugin_module_path = "/usr/lib/glewlwyd/plugin"
use_secure_connection = true
secure_connection_key_file = "{key}"
secure_connection_pem_file = "{certificate}"
hash_algorithm = "SHA512"
database = {{
  type = "sqlite3"
  path = "{folder}/glewlwyd.db"
}}
static_files_mime_types = (
  {{ extension = ".html", mime_type = "text/html" }},
  {{ extension = ".css", mime_type = "text/css" }},
  {{ extension = ".js", mime_type = "application/javascript" }},
  {{ extension = ".json", mime_type = "application/json" }}
)
"""


class Glewlwyd:
    """In FOLDER/glewlwyd; `people` is a list of (name, password, mail, whether that is verified)."""

    def __init__(self, site, authority, certificate, key, people):
        self.site, self.folder = site, site / "glewlwyd"
        self.authority, self.certificate, self.key = authority, certificate, key
        self.people = people
        self.port = free_port()
        self.url = f"https://127.0.0.1:{self.port}"
        self.issuer = f"{self.url}/api/oidc"
        self.process = None

    def start(self):
        if not self.folder.exists():
            self._create()
        with open(self.folder / "output", "ab") as output:
            self.process = subprocess.Popen(
                ["glewlwyd", f"--config-file={self.folder}/glewlwyd.conf"],
                stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        note_process(self.site, "2-glewlwyd", self.process.pid, signal.SIGTERM)
        wait_until(lambda: listens(self.port), "Glewlwyd to listen", 30)

    def _create(self):
        self.folder.mkdir()
        (self.folder / "glewlwyd.conf").write_text(_SETTINGS.format(
            folder=self.folder, port=self.port, certificate=self.certificate, key=self.key))
        with sqlite3.connect(self.folder / "glewlwyd.db") as database:
            database.executescript(_TABLES.read_text())
            (text,), = database.execute("select gumi_parameters from g_user_module_instance")
            kept = json.loads(text)
            kept["data-format"]["email_verified"] = {"multiple": False, "read": True, "write": True}
            database.execute("update g_user_module_instance set gumi_parameters = ?",
                             (json.dumps(kept),))
        # It serves no links out of its folder.
        pages = self.folder / "pages"
        shutil.copytree(_PAGES, pages)
        # In Debian 12 that is a link to a folder.
        if (pages / "config.json").is_dir():
            shutil.move(pages / "config.json", pages / "settings")
            shutil.copy(pages / "settings" / "config.json", pages / "config.json")

    def set_up(self, back):
        """OpenID Connect, our portal as a client whose page is `back`, and the people."""
        cookie = self.session("admin", "password")
        signs, shown = self.folder / "signs.pem", self.folder / "shown.pem"
        subprocess.run(["openssl", "genrsa", "-out", signs, "2048"], check=True,
                       capture_output=True)
        subprocess.run(["openssl", "rsa", "-in", signs, "-pubout", "-out", shown], check=True,
                       capture_output=True)
        self._ask("POST", "/mod/plugin/", cookie, {
            "module": "oidc", "name": "oidc", "display_name": "oidc",
            "parameters": {
                "iss": self.issuer, "jwt-type": "rsa", "jwt-key-size": "256",
                "key": signs.read_text(), "cert": shown.read_text(),
                "access-token-duration": 3600, "refresh-token-duration": 3600,
                "code-duration": 600, "refresh-token-rolling": True, "allow-non-oidc": False,
                "auth-type-code-enabled": True, "auth-type-token-enabled": False,
                "auth-type-id-token-enabled": True, "auth-type-password-enabled": False,
                "auth-type-client-enabled": False, "auth-type-refresh-enabled": False,
                "jwks-show": True, "pkce-allowed": True, "pkce-required": True,
                "pkce-method-plain-allowed": False, "subject-type": "public",
                "name-claim": "no", "email-claim": "mandatory",
                "claims": [{"name": "email_verified", "user-property": "email_verified",
                            "type": "boolean", "boolean-value-true": "1",
                            "boolean-value-false": "0", "mandatory": True}]}})
        self._ask("POST", "/scope/", cookie, {"name": "email", "display_name": "Mail address",
                                              "password_required": True})
        self._ask("POST", "/client/", cookie, {
            "client_id": CLIENT, "name": "The quarantine", "enabled": True, "confidential": True,
            "client_secret": SECRET, "token_endpoint_auth_method": ["client_secret_basic"],
            "redirect_uri": [back], "authorization_type": ["code"], "scope": []})
        for name, password, mail, verified in self.people:
            self._ask("POST", "/user/", cookie, {
                "username": name, "password": password, "name": name, "email": mail,
                "email_verified": "1" if verified else "0", "enabled": True,
                "scope": ["openid", "email"]})
            self._ask("PUT", f"/auth/grant/{CLIENT}", self.session(name, password),
                      {"scope": "openid email"})

    def session(self, name, password):
        """The cookie of somebody who is signed in there."""
        answer = self._ask("POST", "/auth/", None, {"username": name, "password": password})
        return answer.headers["Set-Cookie"].partition(";")[0]

    def _ask(self, method, path, cookie, content):
        request = urllib.request.Request(
            f"{self.url}/api{path}", method=method, data=json.dumps(content).encode(),
            headers={"Content-Type": "application/json", **({"Cookie": cookie} if cookie else {})})
        trusted = ssl.create_default_context(cafile=self.authority)
        try:
            with urllib.request.urlopen(request, timeout=30, context=trusted) as answer:
                answer.read()
                return answer
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{path}: {error.code} {error.read()[:500]}") from error

    def stop(self):
        stop_process(self.process.pid)
