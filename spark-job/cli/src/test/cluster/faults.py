"""Labels from s3a to s3a on a cluster of two workers and breaks things on purpose; every image must have its one row.

usage: faults.py BOXMILL_JAR S3_JARS_DIR IMAGES_DIR WORK_DIR [--seed N] [--long]
Needs the packages of requirements.txt. Everything listens on 127.0.0.1 only.

An undisturbed run comes first. Each other run meets its faults at moments that the seed decides, counted in requests to
the store: an executor or the driver is killed with kill -9 (then the same command runs again), or the store answers 503
and 500, cuts connections and is slow. Meanwhile a reader looks at the table again and again. At the end of each, rows are
compared with the undisturbed run's (equal within 0.01 px and 1e-5), and so are the names of all objects: nothing may be
left over. Ends with status 1 unless all was survived; --long breaks more, each fault by itself.
"""

import argparse
import collections
import dataclasses
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

import duckdb

from standalone import HOME, Cluster
from store import FAULTS, KEY, FaultyStore, Store

BUCKET, IMAGES = "pictures", "images"
CHUNK_IMAGES = 8
RUN_SECONDS = 300
FAULT_RATE = 0.08
EXECUTOR, DRIVER = "kill -9 of an executor", "kill -9 of the driver, resumed"
# The driver dies at a request like this: of a chunk's publication, of the commit of Spark's write, of a sweep, of anything.
DRIVER_MOMENTS = ("copy", "complete upload")
LONG_DRIVER_MOMENTS = (("write", "read", "look"), ("copy", "copy", "copy"), ("delete", "complete upload", "write"))
COLUMNS = "image_uri, status, image_sha256, [[b.score, b.x_min, b.y_min, b.x_max, b.y_max, b.label_id] for b in boxes]"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("jar", type=pathlib.Path)
    parser.add_argument("s3_jars", type=pathlib.Path)
    parser.add_argument("images", type=pathlib.Path)
    parser.add_argument("work", type=pathlib.Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--long", action="store_true")
    options = parser.parse_args()
    work = options.work.absolute()
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    store = Store(work, BUCKET)
    try:
        store.upload(options.images, IMAGES)
        with Cluster(work) as cluster:
            check(Lab(work, options.jar.absolute(), options.s3_jars.absolute(), cluster, store), options)
    finally:
        store.close()


def check(lab, options):
    undisturbed = lab.undisturbed(sum(1 for path in options.images.iterdir() if path.is_file()))
    chance = random.Random(options.seed)
    outcomes = [lab.kill_executors(undisturbed, chance, 4 if options.long else 2)]
    outcomes.append(lab.kill_driver(undisturbed, chance, DRIVER_MOMENTS))
    outcomes.append(lab.trouble(undisturbed, chance, FAULTS))
    if options.long:
        outcomes += [lab.kill_driver(undisturbed, chance, moments) for moments in LONG_DRIVER_MOMENTS]
        outcomes += [lab.trouble(undisturbed, chance, [fault]) for fault in FAULTS]
    report(outcomes, lab)


@dataclasses.dataclass
class Undisturbed:
    rows: list
    names: set
    kinds: list


@dataclasses.dataclass
class Outcome:
    injected: dict
    survived: bool
    lost: int = 0
    doubled: int = 0
    complaints: list = dataclasses.field(default_factory=list)


class Lab:
    def __init__(self, work, jar, s3_jars, cluster, store):
        self.work, self.jar, self.s3_jars, self.cluster, self.store = work, jar, s3_jars, cluster, store
        self.faulty = FaultyStore(store.port)
        self.runs = self.looks = 0
        self.driver = None

    def undisturbed(self, expected):
        self.faulty.begin(0, (), 0)
        output, began = self.new_output(), time.monotonic()
        with Reader(self.store, output) as reader:
            status = self.label(output)
        self.looks += reader.looks
        table = rows(self.store, output)
        if status or reader.complaints or len(table) != expected or not all(row[1] == "ok" for row in table):
            sys.exit(f"The undisturbed run ended with {status}, {len(table)} rows for {expected} images: {reader.complaints}")
        if not any("/__magic" in request.path for request in self.faulty.requests):
            sys.exit("The undisturbed run did not commit by the magic committer")
        kinds = [request.kind() for request in self.faulty.requests]
        print(f"undisturbed: {expected} rows, {time.monotonic() - began:.0f} s, requests {dict(collections.Counter(kinds))}", flush=True)
        return Undisturbed(table, names(self.store, output), kinds)

    def kill_executors(self, undisturbed, chance, times):
        requests = len(undisturbed.kinds)
        moments = sorted(chance.sample(range(requests // 3, requests * 9 // 10), times))
        killed = []

        def watch(request):
            if len(killed) < times and request.number >= moments[len(killed)]:
                executors = children(self.cluster.workers())
                if executors:
                    victim = chance.choice(executors)
                    kill(victim)
                    killed.append(victim)

        self.faulty.begin(0, (), 0, watch)
        return self.outcome(undisturbed, lambda output: self.label(output), lambda: {EXECUTOR: len(killed)})

    def kill_driver(self, undisturbed, chance, kinds):
        """Kills the driver at a request of each kind in turn, each time in the run that goes on; the last one finishes."""
        killed = []

        def watch(kind):
            seen, share = [], undisturbed.kinds.count(kind) // (len(kinds) + 1)
            moment, arrives = chance.randint(1, max(1, share)), chance.random() < 0.5

            def at(request):
                if request.kind() == kind and self.driver:
                    seen.append(request)
                    if len(seen) == moment:
                        killed.append(kill(self.driver.pid))
                        return None if arrives else "cut before the request"

            return at

        def attempts(output):
            for kind in kinds:
                self.faulty.begin(0, (), 0, watch(kind))
                if self.label(output) == 0:
                    return 0
            self.faulty.begin(0, (), 0)
            return self.label(output)

        return self.outcome(undisturbed, attempts, lambda: {DRIVER: len(killed)})

    def trouble(self, undisturbed, chance, faults):
        self.faulty.begin(FAULT_RATE, faults, chance.random())
        return self.outcome(undisturbed, self.label, lambda: dict(self.faulty.injected))

    def outcome(self, undisturbed, run, injected):
        output, began = self.new_output(), time.monotonic()
        with Reader(self.store, output) as reader:
            status = run(output)
        injections = injected()
        self.faulty.begin(0, (), 0)
        self.looks += reader.looks
        outcome = compare(undisturbed, rows(self.store, output), injections)
        outcome.complaints += reader.complaints + ([f"the run ended with {status}"] if status else [])
        outcome.complaints += leftovers(undisturbed, self.store, output)
        outcome.survived = not outcome.complaints
        print(f"{output}: {injections}, {time.monotonic() - began:.0f} s {outcome.complaints or ''}", flush=True)
        return outcome

    def new_output(self):
        self.runs += 1
        return f"labels-{self.runs}"

    def label(self, output):
        """Runs boxmill label to its end, and returns its exit status."""
        with open(self.work / f"{output}.log", "a") as log:
            environment = {**os.environ, "SPARK_LOCAL_IP": "127.0.0.1", "SPARK_HOME": str(HOME)}
            self.driver = subprocess.Popen(self.command(output), stdout=log, stderr=log, env=environment)
            try:
                return self.driver.wait(RUN_SECONDS)
            except subprocess.TimeoutExpired:
                self.driver.kill()
                return f"no end after {RUN_SECONDS} s"
            finally:
                self.driver.wait()
                self.driver = None

    def command(self, output):
        settings = {
            "spark.driver.host": "127.0.0.1",
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.ui.enabled": "false",
            "spark.driver.extraClassPath": f"{self.s3_jars}/*",
            "spark.executor.extraClassPath": f"{self.s3_jars}/*",
            "spark.executorEnv.OPT_OUT_TRACKING": "true",
            "spark.hadoop.fs.s3a.endpoint": f"http://127.0.0.1:{self.faulty.port}",
            "spark.hadoop.fs.s3a.endpoint.region": "us-east-1",
            "spark.hadoop.fs.s3a.path.style.access": "true",
            "spark.hadoop.fs.s3a.access.key": KEY,
            "spark.hadoop.fs.s3a.secret.key": KEY,
        }
        words = [HOME / "bin/spark-submit", "--master", self.cluster.master, "--driver-memory", "1g"]
        words += ["--executor-memory", "1g", "--executor-cores", "1", "--class", "dev.boxmill.job.Boxmill"]
        for name, value in settings.items():
            words += ["--conf", f"{name}={value}"]
        words += [f"local:{self.jar}", "label", "--input", f"s3a://{BUCKET}/{IMAGES}/", "--output", f"s3a://{BUCKET}/{output}"]
        return [str(word) for word in [*words, "--precision", "fp32", "--chunk-images", CHUNK_IMAGES]]


class Reader:
    """Reads the table over and over while it is written: no image may have two rows, none may vanish, none be half there."""

    def __init__(self, store, output):
        self.store, self.output = store, output
        self.tables, self.looks, self.complaints = {}, 0, []
        self.ended = threading.Event()

    def __enter__(self):
        self.thread = threading.Thread(target=self.follow, daemon=True)
        self.thread.start()
        return self

    def follow(self):
        with duckdb.connect() as database:
            while not self.ended.wait(0.3):
                try:
                    self.look(database)
                except Exception as failure:
                    self.complaints.append(f"a reader failed: {failure}")

    def look(self, database):
        before = {uri for _, uris in self.tables.values() for uri in uris}
        parts = {key: tag for key, tag in self.store.keys(self.output).items() if key.endswith(".parquet") and "/_" not in key}
        for key, tag in parts.items():
            if self.tables.get(key, (None,))[0] != tag:
                self.tables[key] = tag, uris(database, self.store.read(key))
        seen = [uri for key in parts for uri in self.tables[key][1]]
        self.looks += 1
        if len(seen) != len(set(seen)):
            self.complaints.append(f"a reader saw {len(seen) - len(set(seen))} rows doubled")
        if not before <= set(seen):
            self.complaints.append(f"a reader saw {len(before - set(seen))} rows vanish")

    def __exit__(self, *_):
        self.ended.set()
        self.thread.join()


def uris(database, parquet):
    with tempfile.NamedTemporaryFile(suffix=".parquet") as file:
        file.write(parquet)
        file.flush()
        return [row[0] for row in database.sql(f"select image_uri, boxes from '{file.name}'").fetchall()]


def rows(store, output):
    with tempfile.TemporaryDirectory() as folder:
        for key in store.keys(output):
            if key.endswith(".parquet") and "/_" not in key:
                pathlib.Path(folder, key.rsplit("/", 1)[1]).write_bytes(store.read(key))
        if not os.listdir(folder):
            return []
        return duckdb.sql(f"select {COLUMNS} from '{folder}/*.parquet' order by image_uri").fetchall()


def names(store, output):
    return {key[len(output) + 1 :] for key in store.keys(output)}


def leftovers(undisturbed, store, output):
    found = names(store, output)
    complaints = [f"left over: {name}" for name in sorted(found - undisturbed.names)]
    complaints += [f"missing: {name}" for name in sorted(undisturbed.names - found)]
    return complaints + [f"upload never ended: {key}" for key in store.uploads(output)]


def compare(undisturbed, table, injected):
    expected = {row[0]: row for row in undisturbed.rows}
    found = {row[0]: row for row in table}
    outcome = Outcome(injected, True, len(expected.keys() - found.keys()), len(table) - len(found))
    for uri in sorted(expected.keys() & found.keys()):
        if differ(expected[uri], found[uri]):
            outcome.complaints.append(f"other labels: {found[uri]} (undisturbed: {expected[uri]})")
    if outcome.lost or outcome.doubled or found.keys() - expected.keys():
        outcome.complaints.append(f"{len(table)} rows for {len(expected)} images")
    return outcome


def differ(row, other):
    if row[:3] != other[:3] or len(row[3]) != len(other[3]):
        return True
    pairs = [[abs(a - b) for a, b in zip(box, twin)] for box, twin in zip(row[3], other[3])]
    return any(apart[0] > 1e-5 or max(apart[1:]) > 0.01 for apart in pairs)


def children(parents):
    """Executors: processes that the workers started."""
    found = []
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text().rsplit(")", 1)[1].split()[1])
        except OSError:
            continue
        if parent in parents:
            found.append(int(stat.parent.name))
    return sorted(found)


def kill(process):
    os.kill(process, signal.SIGKILL)
    return process


def report(outcomes, lab):
    totals = {}
    for outcome in outcomes:
        for fault, times in outcome.injected.items():
            total = totals.setdefault(fault, [0, 0, 0, 0])
            for column, value in enumerate((times, times if outcome.survived else 0, outcome.lost, outcome.doubled)):
                total[column] += value
    print(f"\n{'fault injected':<32} {'how often':>10} {'survived':>10} {'rows lost':>10} {'rows doubled':>13}")
    for fault, (times, survived, lost, doubled) in totals.items():
        print(f"{fault:<32} {times:>10} {survived:>10} {lost:>10} {doubled:>13}")
    print(f"A reader looked {lab.looks} times at the table while it was written.")
    for complaint in [complaint for outcome in outcomes for complaint in outcome.complaints]:
        print(complaint)
    if not all(outcome.survived and sum(outcome.injected.values()) for outcome in outcomes):
        sys.exit("Not all was survived, or a fault never came")


if __name__ == "__main__":
    main()
