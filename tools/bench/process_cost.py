"""Processor time and peak memory of a process and of what it started."""

import os
import pathlib

TICK = os.sysconf("SC_CLK_TCK")


def family(roots):
    """The pids and all their descendants that live now."""
    parents = {}
    for entry in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents[int(entry.parent.name)] = int(fields[1])
    members = set(roots)
    grown = True
    while grown:
        more = {pid for pid, parent in parents.items() if parent in members} - members
        members |= more
        grown = bool(more)
    return members


def processor_seconds(roots):
    """User and system time so far, with that of ended children. Resolution: one tick, 10 ms."""
    ticks = 0
    for pid in family(roots):
        try:
            fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        ticks += sum(int(field) for field in fields[11:15])
    return ticks / TICK


def peak_megabytes(roots):
    """The sum of the peaks of resident memory (VmHWM); shared pages count for each process."""
    kilobytes = 0
    for pid in family(roots):
        try:
            lines = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
        except OSError:
            continue
        kilobytes += sum(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))
    return kilobytes / 1024
