"""A private PostgreSQL cluster that can be stopped and started."""

import contextlib
import pathlib
import pwd
import shutil
import signal
import subprocess

from .folder import free_port, note_process

USER = "postgres"


def programs():
    """The folder of the newest installed initdb and pg_ctl."""
    found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"),
                   key=lambda path: int(path.parts[-3]))
    if not found:
        raise FileNotFoundError("no PostgreSQL server is installed (Debian: postgresql)")
    return found[-1].parent


class PostgreSQL:
    """One cluster in FOLDER/postgresql, on a unix socket and a port of the loopback.

    Whoever can reach it is believed to be who he says (trust): it is only for tests and trials.
    Like pg_virtualenv it does not wait for the disk (fsync = off).
    """

    def __init__(self, folder, port=None):
        self.site = folder
        self.folder = folder / "postgresql"
        self.port = port or free_port()
        self.shared_buffers = "32MB"

    def create(self):
        self.folder.mkdir()
        shutil.chown(self.folder, USER, USER)
        self._run("initdb", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync",
                  "-D", self.folder / "data")
        with open(self.folder / "data" / "postgresql.conf", "a", encoding="utf-8") as settings:
            settings.write(f"listen_addresses = '127.0.0.1'\nport = {self.port}\n"
                           f"unix_socket_directories = '{self.folder}'\n"
                           f"fsync = off\nmax_connections = 60\nshared_buffers = {self.shared_buffers}\n"
                           "log_line_prefix = '%m %u '\n")
        self.start()
        self._run("createdb", "-h", self.folder, "-p", str(self.port), "lazaret")

    def start(self):
        self._run("pg_ctl", "start", "-w", "-s", "-D", self.folder / "data",
                  "-l", self.folder / "log")
        note_process(self.site, "1-postgresql", self.pid(), signal.SIGQUIT)

    def stop(self):
        """Breaks every connection, like a fail-over does."""
        self._run("pg_ctl", "stop", "-w", "-s", "-m", "fast", "-D", self.folder / "data")

    def pid(self):
        return int((self.folder / "data" / "postmaster.pid").read_text().split()[0])

    def connection(self, user):
        """libpq's connection text."""
        return f"host={self.folder} port={self.port} dbname=lazaret user={user}"

    def rows(self, query):
        """The answer to a query of the superuser, a list of texts a row."""
        done = subprocess.run(
            ["psql", "-X", "-q", "-A", "-t", "-F", "\t", "-v", "ON_ERROR_STOP=1",
             "-d", self.connection(USER), "-c", query],
            check=True, capture_output=True, text=True)
        return [line.split("\t") for line in done.stdout.splitlines()]

    def everything(self):
        """All that stands in the tables of schema lazaret: a list of table and row, which is JSON."""
        tables = self.rows("select relname from pg_class where relkind = 'r' and "
                           "relnamespace = 'lazaret'::regnamespace")
        return self.rows(" union all ".join(
            f"select '{name}', to_jsonb(t)::text from lazaret.{name} t" for name, in tables)
            + " order by 1, 2")

    @contextlib.contextmanager
    def hold(self, statement):
        """What the statement locks stays locked within the block."""
        with subprocess.Popen(
                ["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d",
                 self.connection(USER)],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as psql:
            psql.stdin.write(f"begin;\n{statement};\n\\echo held\n")
            psql.stdin.flush()
            if psql.stdout.readline() != "held\n":
                raise RuntimeError(f"not held: {statement}")
            try:
                yield
            finally:
                psql.stdin.close()  # which rolls back

    def _run(self, program, *arguments):
        """Runs one of PostgreSQL's programs as its user, without our open files."""
        command = ["runuser", "-u", USER, "--", programs() / program, *arguments]
        done = subprocess.run(command, cwd="/", stdin=subprocess.DEVNULL, text=True,
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        if done.returncode:
            raise RuntimeError(f"{program}: {done.stderr.strip()}")


def is_installed():
    try:
        pwd.getpwnam(USER)
        return bool(programs())
    except (KeyError, FileNotFoundError):
        return False
