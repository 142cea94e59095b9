"""SpamAssassin's answers: asked of the installed one, kept on disk, since each takes some 100 ms."""

import concurrent.futures
import hashlib
import json
import os
import pathlib
import subprocess
import threading

HERE = pathlib.Path(__file__).resolve().parent
DRIVER = HERE / "spamassassin_hits.pl"

# To be raised when the driver's answer changes; whoever polishes its text keeps the old answers.
FORM = 2

# The files of ours that belong to a run, and the extra ones with --plugins.
SETTINGS = ("settings.cf",)
WITH_PLUGINS = ("plugins.pre", "plugins.cf", "phishing-feed.txt")


def rule_files(folder):
    """What SpamAssassin reads of a folder of rules."""
    return sorted(file for file in pathlib.Path(folder).iterdir()
                  if file.suffix in (".cf", ".pre") and file.is_file())


def without_comments(content):
    """Lines that are nothing but a comment change no answer."""
    lines = (line.strip() for line in content.splitlines())
    return b"\n".join(line for line in lines if line and not line.startswith(b"#"))


class Rules:
    """The two folders that both sides read: the stock rules, and all others made into one.

    SpamAssassin takes two folders; a third and our own settings go into the second, as links. The
    key stands for everything that may change an answer except the message.
    """

    def __init__(self, folders, plugins, cache):
        self.stock = pathlib.Path(folders[0]).resolve()
        others = [pathlib.Path(folder).resolve() for folder in folders[1:]]
        own = [HERE / name for name in SETTINGS + (WITH_PLUGINS if plugins else ())]
        self.key = self.key_of([self.stock, *others], own)
        self.site = pathlib.Path(cache).resolve() / f"site-{self.key}"
        self.home = pathlib.Path(cache).resolve() / "home"
        self.home.mkdir(parents=True, exist_ok=True)
        self.fill_site(others, own)

    @property
    def folders(self):
        return [self.stock, self.site]

    @staticmethod
    def key_of(folders, own):
        digest = hashlib.sha256(f"{FORM} {installed_version()}\n".encode())
        for file in [*own, *(file for folder in folders for file in rule_files(folder))]:
            content = without_comments(file.read_bytes())
            digest.update(f"{file.name} {len(content)}\n".encode())
            digest.update(content)
        return digest.hexdigest()[:16]

    def fill_site(self, others, own):
        self.site.mkdir(parents=True, exist_ok=True)
        for number, folder in enumerate(others):
            for file in rule_files(folder):
                link = self.site / (f"{number}-{file.name}" if len(others) > 1 else file.name)
                if not link.is_symlink():
                    link.symlink_to(file)
        for file in own:
            # Settings come last, so that they hold; the feed keeps its name.
            name = file.name if file.suffix == ".txt" else f"zz-{file.name}"
            text = file.read_text(encoding="utf-8").replace("@SITE@", str(self.site))
            (self.site / name).write_text(text, encoding="utf-8")


def installed_version():
    shown = subprocess.run(
        ["perl", "-MMail::SpamAssassin", "-e", "print Mail::SpamAssassin::Version()"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    if shown.returncode:
        raise RuntimeError("SpamAssassin is not installed (Debian's package spamassassin)")
    return shown.stdout


def content_key(file):
    return hashlib.sha256(pathlib.Path(file).read_bytes()).hexdigest()


class Cache:
    """Answers by the message's content, in one file for each set of rules. Only ever appended to:
    a run that is interrupted loses nothing."""

    def __init__(self, folder, rules_key):
        self.file = pathlib.Path(folder) / f"spamassassin-{rules_key}.jsonl"
        self.lock = threading.Lock()
        self.answers = {}
        self.begin = ""
        if self.file.exists():
            self.read()

    def read(self):
        line = "\n"
        with open(self.file, encoding="utf-8") as lines:
            for line in lines:
                try:
                    answer = json.loads(line)
                    self.answers[answer.pop("key")] = answer
                except ValueError:
                    pass  # cut by an interruption: that message is asked for again
        if not line.endswith("\n"):
            self.begin = "\n"

    def put(self, key, answer):
        answer = {name: value for name, value in answer.items() if name != "file"}
        with self.lock:
            self.answers[key] = answer
            with open(self.file, "a", encoding="utf-8") as lines:
                lines.write(self.begin + json.dumps({"key": key, **answer}) + "\n")
                self.begin = ""


def command(rules, *options):
    return ["perl", str(DRIVER), *options, str(rules.stock), str(rules.site),
            str(rules.home)]


def environment(rules):
    """Without the user's own settings, and in one language: descriptions are none of ours."""
    return {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": str(rules.home), "LC_ALL": "C.UTF-8",
            "TZ": "UTC"}


def ask_worker(rules, files, put, told):
    """One process asked for `files`, one after the other; `put(file, answer)` for each."""
    process = subprocess.Popen(command(rules), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               env=environment(rules))
    try:
        for file in files:
            process.stdin.write(os.fsencode(file) + b"\n")
            process.stdin.flush()
            line = process.stdout.readline()
            if not line:
                raise RuntimeError(f"SpamAssassin ended at {file}")
            answer = json.loads(line.decode("latin-1"))
            if "error" in answer:
                raise RuntimeError(f"SpamAssassin: {file}: {answer['error']}")
            put(file, answer)
            told()
    finally:
        process.stdin.close()
        process.wait()
        process.stdout.close()


def answers(files, rules, cache_folder, jobs=1, told=lambda done, all: None):
    """SpamAssassin's answer for each of `files`, in their order."""
    cache = Cache(cache_folder, rules.key)
    keys = {file: content_key(file) for file in files}
    missing = list({keys[file]: file for file in files if keys[file] not in cache.answers}.values())
    done = [0]

    def count():
        done[0] += 1
        told(done[0], len(missing))

    def put(file, answer):
        cache.put(keys[file], answer)

    if missing:
        with concurrent.futures.ThreadPoolExecutor(jobs) as workers:
            parts = [missing[start::jobs] for start in range(jobs)]
            for part in [workers.submit(ask_worker, rules, part, put, count)
                         for part in parts if part]:
                part.result()
    return [cache.answers[keys[file]] for file in files]


def rule_list(rules):
    """What SpamAssassin knows of every rule: name, needs_network, score."""
    shown = subprocess.run(command(rules, "--rules"), stdout=subprocess.PIPE, check=True,
                           env=environment(rules))
    return [json.loads(line) for line in shown.stdout.decode("latin-1").splitlines()]
