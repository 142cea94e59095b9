"""Lazaret's answers: `lazaretctl scan` over the same files, with the same folders of rules."""

import json
import os
import pathlib
import resource
import subprocess

SETTINGS = pathlib.Path(__file__).parent / "lazaret.toml"
BATCH = 200  # files a process: what it costs to start is divided by as many


def command(build, rules):
    program = pathlib.Path(build) / "bin" / "lazaretctl"
    folders = [word for folder in rules.folders for word in ("--rules", str(folder))]
    return [str(program), "--config", str(SETTINGS), "scan", "--offline", "--json", "--no-antivirus", "--all-rules", *folders]


def scan(words, files):
    """What one process says of `files`: {file: answer}; those it gave no answer for are absent."""
    ended = subprocess.run([*words, *files], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    found = {}
    for line in ended.stdout.splitlines():
        try:
            answer = json.loads(line.decode("utf-8", "surrogateescape"))
        except ValueError:
            continue
        if isinstance(answer, dict) and "rules" in answer:
            found[answer["file"]] = answer
    return found, ended


def why(ended):
    said = ended.stderr.decode("utf-8", "replace").strip().splitlines()
    return f"ended with {ended.returncode}" + (f": {said[-1]}" if said else "")


def answers(files, words, told=lambda done, all: None):
    """Our answer for each of `files`, in their order; None where there is none, and then why in
    the second result: {file: text}. A message that ends the program costs only its own answer."""
    found, failed = {}, {}
    for start in range(0, len(files), BATCH):
        batch = files[start:start + BATCH]
        given, ended = scan(words, batch)
        if not given and start == 0:
            # It does not run at all, or has no --all-rules: no need to ask file by file.
            given, ended = scan(words, batch[:1])
            if not given:
                raise RuntimeError(f"{words[0]} gave no answer with rules: {why(ended)}")
        for file in batch:
            if file not in given:
                alone, ended = scan(words, [file])
                given.update(alone)
                if file not in alone:
                    failed[file] = why(ended)
        found.update(given)
        told(min(start + BATCH, len(files)), len(files))
    return [found.get(file) for file in files], failed


def processor_time():
    """Seconds of CPU of the processes that were waited for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def is_there(words):
    return os.access(words[0], os.X_OK)
