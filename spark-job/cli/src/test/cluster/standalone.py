"""Runs boxmill.jar with spark-submit on a standalone cluster of two workers and compares it with a local run.

usage: standalone.py BOXMILL_JAR IMAGES_DIR WORK_DIR [LABEL_OPTION …]
Needs the package pyspark, which brings spark-submit, the master and the workers. Everything listens on 127.0.0.1 only.
Ends with status 1 unless both tables have the same rows: each image once, labels equal within 0.01 px and 1e-5.
"""

import argparse
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import time
import urllib.request

import duckdb
import pyspark

HOME = pathlib.Path(pyspark.__file__).parent
ROOT = pathlib.Path(__file__).resolve().parents[5]
START_SECONDS = 180


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("jar", type=pathlib.Path)
    parser.add_argument("images", type=pathlib.Path)
    parser.add_argument("work", type=pathlib.Path)
    options, label_options = parser.parse_known_args()
    shutil.rmtree(options.work, ignore_errors=True)
    options.work.mkdir(parents=True)
    images, clustered, local = options.images.absolute(), options.work.absolute() / "cluster", options.work.absolute() / "local"
    with Cluster(options.work.absolute()) as cluster:
        submit = [
            HOME / "bin/spark-submit", "--master", cluster.master, "--executor-memory", "2g", "--executor-cores", "1",
            "--conf", "spark.driver.host=127.0.0.1", "--conf", "spark.driver.bindAddress=127.0.0.1",
            "--conf", "spark.executorEnv.OPT_OUT_TRACKING=true",
            "--conf", "spark.serializer=org.apache.spark.serializer.KryoSerializer", "--class", "dev.boxmill.job.Boxmill", options.jar,
        ]
        call([*submit, "preflight", "--input", images, "--output", clustered, *label_options])
        call([*submit, "label", "--input", images, "--output", clustered, *label_options])
        print(f"executors that worked: {cluster.executors()}")
    call([ROOT / "boxmill", "label", "--input", images, "--output", local, *label_options])
    compare(clustered, local, sum(1 for path in images.iterdir() if path.is_file()))


class Cluster:
    def __init__(self, work):
        self.work, self.processes = work, []
        self.port, self.page = free_port(), free_port()
        self.master = f"spark://127.0.0.1:{self.port}"

    def __enter__(self):
        self.start("Master", "--host", "127.0.0.1", "--port", self.port, "--webui-port", self.page)
        for number in (1, 2):
            folder = self.work / f"worker{number}"
            self.start("Worker", "--host", "127.0.0.1", "--cores", 1, "--memory", "3g", "--work-dir", folder, self.master)
        deadline = time.monotonic() + START_SECONDS
        while self.status().count('"state" : "ALIVE"') < 2:
            if time.monotonic() > deadline:
                self.__exit__()
                sys.exit(f"The cluster did not start within {START_SECONDS} s: see {self.work}/*.log")
            time.sleep(0.5)
        return self

    def start(self, kind, *arguments):
        log = open(self.work / f"{kind.lower()}{len(self.processes)}.log", "w")
        command = [HOME / "bin/spark-class", f"org.apache.spark.deploy.{kind.lower()}.{kind}", *arguments]
        environment = {**os.environ, "SPARK_HOME": str(HOME), "SPARK_LOCAL_IP": "127.0.0.1"}
        self.processes.append(subprocess.Popen([str(word) for word in command], stdout=log, stderr=log, env=environment))

    def status(self):
        try:
            return urllib.request.urlopen(f"http://127.0.0.1:{self.page}/json/", timeout=5).read().decode()
        except OSError:
            return ""

    def workers(self):
        return [process.pid for process in self.processes[1:]]

    def executors(self):
        return len(list(self.work.glob("worker*/app-*/*/stderr")))

    def __exit__(self, *_):
        for process in reversed(self.processes):
            process.terminate()
            process.wait()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def call(command):
    environment = {name: value for name, value in os.environ.items() if name != "SPARK_HOME"}
    environment["SPARK_LOCAL_IP"] = "127.0.0.1"
    subprocess.run([str(word) for word in command], check=True, env=environment)


def compare(clustered, local, expected):
    tables = [rows(folder) for folder in (clustered, local)]
    if any(len(table) != expected for table in tables):
        sys.exit(f"{[len(table) for table in tables]} rows on the cluster and locally for {expected} images")
    for (uri, status, boxes), (other_uri, other_status, other_boxes) in zip(*tables):
        if (uri, status, len(boxes)) != (other_uri, other_status, len(other_boxes)):
            sys.exit(f"{uri}: {status}, {len(boxes)} boxes; locally {other_uri}: {other_status}, {len(other_boxes)} boxes")
        for box, other in zip(boxes, other_boxes):
            apart = [abs(a - b) for a, b in zip(box, other)]
            if apart[0] > 1e-5 or max(apart[1:]) > 0.01:
                sys.exit(f"{uri}: {box} on the cluster, {other} locally")
    print(f"{expected} images, {sum(len(row[2]) for row in tables[0])} boxes: the same on the cluster and locally")


def rows(folder):
    return duckdb.sql(
        "select image_uri, status, [[b.score, b.x_min, b.y_min, b.x_max, b.y_max, b.label_id] for b in boxes]"
        f" from '{folder}/*.parquet' order by image_uri"
    ).fetchall()


if __name__ == "__main__":
    main()
