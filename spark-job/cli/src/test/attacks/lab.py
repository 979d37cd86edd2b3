"""Where attacks are played: boxmill's commands in one process, and what became of each attack."""

import dataclasses
import json
import os
import pathlib
import queue
import shutil
import subprocess
import threading
import traceback

import duckdb
from PIL import Image

ROOT = pathlib.Path(__file__).resolve().parents[5]
SECONDS = 120
COLUMNS = "image_uri, status, error_message, width, height, [[b.score, b.x_min, b.y_min, b.x_max, b.y_max, b.label_id] for b in boxes]"


@dataclasses.dataclass
class Reply:
    exit: int
    said: str


@dataclasses.dataclass
class Row:
    uri: str
    status: str
    error: str | None
    width: int | None
    height: int | None
    boxes: list

    def like(self, other):
        """The same labels, as far as rounding goes."""
        return self.status == "ok" and len(self.boxes) == len(other.boxes) and all(
            abs(a - b) < 0.02 for box, twin in zip(self.boxes, other.boxes) for a, b in zip(box, twin))


class Hang(Exception):
    """A command did not end."""


class Boxmill:
    """`./boxmill bench commands`; begins again after a command that hung or ended the process."""

    def __init__(self, log, java=""):
        self.log, self.java, self.process = log, java, None

    def run(self, *arguments):
        if self.process is None:
            options = f"{os.environ.get('JDK_JAVA_OPTIONS', '')} {self.java}"
            self.process = subprocess.Popen(
                [ROOT / "boxmill", "bench", "commands"], env={**os.environ, "JDK_JAVA_OPTIONS": options},
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log, text=True)
        self.process.stdin.write(json.dumps([str(argument) for argument in arguments]) + "\n")
        self.process.stdin.flush()
        lines = queue.Queue()
        threading.Thread(target=lambda stream: lines.put(stream.readline()), args=[self.process.stdout], daemon=True).start()
        try:
            line = lines.get(timeout=SECONDS)
        except queue.Empty:
            self.close()
            raise Hang(f"no end after {SECONDS} s") from None
        if not line:
            code = self.process.wait()
            self.process = None
            return Reply(code, "the process ended")
        return Reply(**json.loads(line))

    def close(self):
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None


class Lab:
    def __init__(self, work, scene):
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True)
        self.work, self.scene = work, work / "scene.png"
        Image.open(scene).save(self.scene)
        self.boxmill = Boxmill(open(work / "boxmill.log", "w"))
        self.outcomes = {}
        self.folders = 0

    def folder(self):
        """A new empty folder."""
        self.folders += 1
        folder = self.work / f"attack-{self.folders}"
        folder.mkdir()
        return folder

    def label(self, *inputs, output=None, options=()):
        """What the command replied, and the table's rows by their image's last name."""
        output = output or self.folder() / "labels"
        words = [word for path in inputs for word in ("--input", path)]
        reply = self.boxmill.run(
            "label", *words, "--output", output, "--precision", "fp32", "--max-failure-rate", "1", *options)
        return reply, rows(output)

    def each(self, inputs, options=()):
        """Labels inputs that have nothing in common in one run: by name, what the command replied and the input's own rows.

        inputs: name -> a path in a new `folder()`, where all that it names lies too.
        """
        output = self.folder() / "labels"
        reply, _ = self.label(*inputs.values(), output=output, options=options)
        if reply.exit == 2:
            return {name: self.label(path, options=options) for name, path in inputs.items()}
        found = all_rows(output)
        homes = {name: f"/{path.relative_to(self.work).parts[0]}/" for name, path in inputs.items()}
        return {name: (reply, by_name(row for row in found if home in row.uri)) for name, home in homes.items()}

    def expected(self):
        """The scene's own row."""
        if not hasattr(self, "own"):
            self.own = self.label(self.scene)[1][self.scene.name]
        return self.own

    def play(self, kind, attack):
        """Runs a function whose every `survived` is an attack; if it breaks, that is one more, lost."""
        try:
            attack(self, lambda what, held, seen="": self.tell(kind, what, held, seen))
        except Exception as failure:
            self.tell(kind, attack.__name__, False, "".join(traceback.format_exception(failure)))

    def tell(self, kind, what, held, seen=""):
        self.outcomes.setdefault(kind, []).append((what, bool(held)))
        print(f"{'survived' if held else 'LOST    '} {kind}: {what}" + ("" if held else f"\n{str(seen)[-3000:]}"), flush=True)


def rows(table):
    return by_name(all_rows(table))


def all_rows(table):
    if not list(pathlib.Path(table).glob("*.parquet")):
        return []
    return [Row(*row) for row in duckdb.sql(f"select {COLUMNS} from '{table}/*.parquet'").fetchall()]


def by_name(rows):
    return {name(row.uri): row for row in rows}


def name(uri):
    """The last name, for a table's row the table's too."""
    return "/".join(uri.rsplit("/", 2)[1 if "/row=" in uri else 2 :])
