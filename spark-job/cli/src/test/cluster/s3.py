"""Plays boxmill's commands against an S3 server on 127.0.0.1: addresses, odd keys, a kill, and what must be refused.

usage: s3.py SCENES_DIR WORK_DIR
SCENES_DIR is what `boxmill scenes` drew. Needs a clone built with -Ps3 and the packages of requirements.txt.
Prints a line for each check; ends with status 1 if one failed.
"""

import argparse
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

import duckdb

from store import KEY, Store

ROOT = pathlib.Path(__file__).resolve().parents[5]
JOB = ROOT / "spark-job"
BUCKET = "pictures"
SOON_SECONDS = 30
PLAIN = 24
ODD = ["blank and é.jpg", "ü/日本 語.jpg", "per%20cent.jpg", "plus+and&.jpg", "#hash.jpg", "co,mma;.jpg", "x=1/_y=2/z.jpg"]
SETTINGS = {
    "fs.s3a.endpoint.region": "us-east-1",
    "fs.s3a.path.style.access": "true",
    "fs.s3a.access.key": KEY,
    "fs.s3a.secret.key": KEY,
    # a port that nothing listens on, and a bucket of somebody without keys
    "fs.s3a.bucket.unreachable.endpoint": "http://127.0.0.1:9",
    "fs.s3a.bucket.nobody.aws.credentials.provider": "software.amazon.awssdk.auth.credentials.EnvironmentVariableCredentialsProvider",
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scenes", type=pathlib.Path)
    parser.add_argument("work", type=pathlib.Path)
    options = parser.parse_args()
    work = options.work.absolute()
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    store = Store(work, BUCKET)
    boxmill = Commands(work, store.port)
    checks = Checks(store, boxmill, options.scenes.absolute(), work)
    try:
        checks.all()
    finally:
        boxmill.close()
        store.close()
    if not checks.held:
        sys.exit("Not all held")


class Commands:
    """Commands in one process, with the S3 client on the class path."""

    def __init__(self, work, port):
        self.log, self.port, self.process = open(work / "boxmill.log", "w"), port, None

    def start(self):
        opens = re.search(r"<spark.opens>(.*?)</spark.opens>", (ROOT / "pom.xml").read_text()).group(1).split()
        target = JOB / "cli/target"
        path = [JOB / "bench/target/classes", target / "boxmill.jar", f"{target}/spark/*", f"{target}/s3/*"]
        settings = {**SETTINGS, "fs.s3a.endpoint": f"http://127.0.0.1:{self.port}"}
        words = ["java", *opens, "-Xmx2g", "-Djava.awt.headless=true", "-Dai.djl.offline=true"]
        words += [f"-Dspark.hadoop.{name}={value}" for name, value in settings.items()]
        words += ["-cp", ":".join(map(str, path)), "dev.boxmill.job.bench.Bench", "bench", "commands"]
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        environment = {**kept, "OPT_OUT_TRACKING": "true", "LC_ALL": "C.UTF-8", "AWS_EC2_METADATA_DISABLED": "true"}
        self.process = subprocess.Popen(
            words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log, text=True, env=environment)

    def begin(self, *words):
        if self.process is None:
            self.start()
        self.process.stdin.write(json.dumps([str(word) for word in words]) + "\n")
        self.process.stdin.flush()

    def run(self, *words):
        """Exit code, what was said, and the seconds that it took."""
        began = time.monotonic()
        self.begin(*words)
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f"The process ended at {words}: see boxmill.log")
        reply = json.loads(line)
        return reply["exit"], reply["said"], time.monotonic() - began

    def close(self):
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None


class Checks:
    def __init__(self, store, boxmill, scenes, work):
        self.store, self.boxmill, self.scenes, self.work, self.held = store, boxmill, scenes, work, True
        self.pictures = sorted((scenes / "images").iterdir())

    def tell(self, what, holds, seen=""):
        self.held &= bool(holds)
        print(f"{'holds ' if holds else 'FAILED'} {what}" + ("" if holds else f"\n{str(seen)[-3000:]}"), flush=True)

    def all(self):
        for number in range(PLAIN):
            picture = self.pictures[number % len(self.pictures)]
            self.store.client.upload_file(str(picture), BUCKET, f"plain/{number:02d}.jpg")
        self.store.upload(self.scenes / "images", "images")
        self.store.client.upload_file(str(self.scenes / "annotations.json"), BUCKET, "annotations.json")
        self.killed_and_resumed()
        self.keys()
        self.refusals()
        self.review()
        self.training()

    def label(self, *words):
        return self.boxmill.run(*self.labeling(*words))

    def labeling(self, source, table, *options):
        return ["label", "--input", source, "--output", f"s3a://{BUCKET}/{table}", "--refiner", "none", "--precision", "fp32", *options]

    def parts(self, table):
        return [key for key in self.store.keys(table) if key.endswith(".parquet") and "/_" not in key]

    def rows(self, table, columns="image_uri, status"):
        found = []
        for key in self.parts(table):
            file = self.work / "part.parquet"
            file.write_bytes(self.store.read(key))
            found += duckdb.sql(f"select {columns} from '{file}'").fetchall()
        return sorted(found)

    def killed_and_resumed(self):
        words = self.labeling(f"s3a://{BUCKET}/plain", "labels", "--chunk-images", 4)
        self.boxmill.begin(*words)
        end = time.monotonic() + 120
        while not self.parts("labels") and time.monotonic() < end:
            time.sleep(0.05)
        self.boxmill.close()
        committed = len(self.rows("labels"))
        self.tell("a run from s3a to s3a is killed on its way", 0 < committed < PLAIN, committed)
        code, said, _ = self.boxmill.run(*words)
        rows = self.rows("labels")
        self.tell("the same command finishes it", code == 0 and f"{PLAIN - committed} images in this run" in said, said)
        expected = [(f"s3a://{BUCKET}/plain/{number:02d}.jpg", "ok") for number in range(PLAIN)]
        self.tell("each image has its row", rows == expected, rows)
        left = [key for key in self.store.keys("labels") if "/staged/" in key or key.endswith("owner")]
        self.tell("nothing is left over", not left and not self.store.uploads("labels"), left)

    def keys(self):
        picture = str(self.pictures[0])
        for key in [*ODD, "two//slashes.jpg"]:
            self.store.client.upload_file(picture, BUCKET, f"odd/{key}")
        code, said, _ = self.label(f"s3a://{BUCKET}/odd", "odd-labels", "--max-failure-rate", "1")
        rows = dict(self.rows("odd-labels"))
        expected = {f"s3a://{BUCKET}/odd/{key}" for key in ODD if "_y=2" not in key}
        self.tell("blanks, letters and signs in keys", {uri for uri, status in rows.items() if status == "ok"} >= expected, (said, rows))
        self.tell("a key with // costs its own row", code == 0 and list(rows.values()).count("failed") == 1, (said, rows))
        listed = self.work / "list.txt"
        listed.write_text("".join(f"s3a://{BUCKET}/odd/{key}\n" for key in [*ODD, "two//slashes.jpg"]))
        code, said, _ = self.label(listed, "listed-labels", "--max-failure-rate", "1")
        rows = self.rows("listed-labels", "image_uri, status, coalesce(error_message, '')")
        failed = [row for row in rows if row[1] == "failed"]
        self.tell("the same keys in a list", len(rows) == len(ODD) + 1 and len(failed) == 1 and "two slashes" in failed[0][2], (said, rows))

    def refusals(self):
        table, truth = f"s3a://{BUCKET}/labels", f"s3a://{BUCKET}/annotations.json"
        for what, words, text in [
            ("a missing bucket", self.labeling("s3a://no-such-bucket/a", "x"), "bucket"),
            ("a missing bucket for the labels", ["label", "--input", self.scenes / "images", "--output", "s3a://no-such-bucket/a"], "bucket"),
            ("a missing folder", self.labeling(f"s3a://{BUCKET}/nowhere", "x"), "does not exist"),
            ("no credentials", self.labeling("s3a://nobody/a", "x"), "credentials"),
            ("an endpoint that nothing answers at", self.labeling("s3a://unreachable/a", "x"), "Cannot reach the store"),
            ("evaluate --json into a missing bucket", ["evaluate", "--labels", table, "--ground-truth", truth, "--json", "s3a://no-such-bucket/x.json"], "bucket"),
            ("evaluate --json to where nothing answers", ["evaluate", "--labels", table, "--ground-truth", truth, "--json", "s3a://unreachable/x.json"], "Cannot reach the store"),
            ("training into a missing bucket", ["train-refiner", "--input", self.scenes / "images", "--ground-truth", self.scenes / "annotations.json", "--output", "s3a://no-such-bucket/x"], "bucket"),
        ]:
            code, said, seconds = self.boxmill.run(*words)
            self.tell(f"{what}: refused in {seconds:.0f} s", code == 2 and text in said and "\tat " not in said and seconds < SOON_SECONDS, (code, said))

    def review(self):
        table = f"s3a://{BUCKET}/scene-labels"
        code, said, _ = self.label(f"s3a://{BUCKET}/images", "scene-labels")
        self.tell("scenes are labeled", code == 0, said)
        for what, key, words in [
            ("evaluate --json", "out/metrics.json", ["evaluate", "--labels", table, "--ground-truth", f"s3a://{BUCKET}/annotations.json", "--json"]),
            ("preview", "out/page.html", ["preview", "--labels", table, "--limit", "4", "--output"]),
            ("export of a file", "out/coco.json", ["export", "--labels", table, "--format", "coco", "--output"]),
            ("compare", "out/compare.html", ["compare", "--labels", table, "--labels", table, "--output"]),
        ]:
            code, said, _ = self.boxmill.run(*words, f"s3a://{BUCKET}/{key}")
            found = [name for name in self.store.keys("out") if name.startswith(key)]
            self.tell(f"{what} writes to s3a", code == 0 and found and self.store.read(found[0]), (code, said, self.store.keys("out")))
        code, said, _ = self.boxmill.run("export", "--labels", table, "--format", "yolo", "--output", f"s3a://{BUCKET}/yolo")
        self.tell("export of a folder writes to s3a", code == 0 and len(self.store.keys("yolo")) > len(self.pictures), (code, said))

    def training(self):
        words = ["train-refiner", "--input", f"s3a://{BUCKET}/images", "--ground-truth", f"s3a://{BUCKET}/annotations.json"]
        words += ["--output", f"s3a://{BUCKET}/training", "--precision", "fp32", "--epochs", "1", "--batch", "4"]
        code, said, _ = self.boxmill.run(*words)
        names = {key.rsplit("/", 1)[1] for key in self.store.keys("training")}
        self.tell("a training from s3a to s3a", code == 0 and any(name.endswith(".safetensors") for name in names), (code, said, names))
        self.tell("it says what precision it computed with", json.loads(self.store.read("training/training.json"))["precision"] == "fp32", names)


if __name__ == "__main__":
    main()
