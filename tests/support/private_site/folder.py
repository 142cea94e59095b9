"""The folder that a private site stands in, and what is left of sites whose owner died."""

import os
import pathlib
import random
import shutil
import signal
import socket
import tempfile
import time

PREFIX = "lazaret-"


def start_time(pid):
    """When a process started, in clock ticks since boot, or None when there is none.

    With the pid it names a process for good: a pid alone may be given to another one later.
    """
    try:
        stat = pathlib.Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    return stat.rpartition(")")[2].split()[19]


def make_folder(kind):
    """A new folder that other users may pass through; its owner is this process."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix=f"{PREFIX}{kind}-"))
    folder.chmod(0o755)
    (folder / "owner").write_text(f"{os.getpid()} {start_time(os.getpid())}\n")
    return folder


def all_of(kind):
    """The folders of all sites of a kind."""
    return pathlib.Path(tempfile.gettempdir()).glob(f"{PREFIX}{kind}-*")


def remove_abandoned(kind):
    """Ends the servers of sites whose owner is gone (killed, or the machine's limit), by pid."""
    for folder in all_of(kind):
        try:
            pid, started = (folder / "owner").read_text().split()
        except (OSError, ValueError):
            continue
        if start_time(pid) != started:
            remove(folder)


def remove(folder):
    """Ends every process that runs on the folder, and removes it."""
    for pid, with_signal in processes_in(folder):
        stop_process(pid, with_signal)
    shutil.rmtree(folder, ignore_errors=True)


def processes_in(folder):
    """The servers of a site that live: each was noted in FOLDER/processes when it was started."""
    for _, pid, with_signal in _noted(folder):
        yield pid, with_signal


def living(folder):
    """The names of these servers."""
    return {name for name, _, _ in _noted(folder)}


def _noted(folder):
    for note in sorted((folder / "processes").glob("*"), reverse=True):
        try:
            pid, started, with_signal = note.read_text().split()
        except (OSError, ValueError):
            continue
        if start_time(pid) == started:
            yield note.name, int(pid), int(with_signal)


def note_process(folder, name, pid, with_signal=signal.SIGTERM):
    """Remembers a server, so that it can be stopped even when we die, and by which signal it goes
    at once. Replaces one of that name."""
    notes = folder / "processes"
    notes.mkdir(exist_ok=True)
    (notes / name).write_text(f"{pid} {start_time(pid)} {int(with_signal)}\n")


def stop_process(pid, with_signal=signal.SIGTERM, patience=10.0):
    """Stops a process that need not be our child; kills it when it does not go."""
    started = start_time(pid)
    for number in (with_signal, signal.SIGKILL):
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return
        end = time.monotonic() + patience
        while time.monotonic() < end:
            try:
                os.waitpid(pid, os.WNOHANG)
            except ChildProcessError:
                pass
            if start_time(pid) != started:
                return
            time.sleep(0.02)


_reserved = []  # sockets whose names say which ports are ours; they go with this process


def free_port():
    """A TCP port of the loopback that nothing listens on now.

    No other process gets it from here while this one lives, so sites of tests that run at once
    have ports of their own; and Linux gives it to nobody who asks for any port, which are from
    32768 on (ip-sysctl, ip_local_port_range)."""
    while True:
        port = random.randrange(16384, 32768)
        claim = socket.socket(socket.AF_UNIX)
        try:
            claim.bind(f"\0lazaret-port-{port}")
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", port))
        except OSError:
            claim.close()
            continue
        _reserved.append(claim)
        return port


def listens(port):
    """Whether something does on this port of the loopback."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_until(condition, what, patience=30.0):
    """Waits for condition() to be true and returns its value; TimeoutError names `what`."""
    end = time.monotonic() + patience
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise TimeoutError(f"waited {patience:.0f} s for {what}")
        time.sleep(0.05)
