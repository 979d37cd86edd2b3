"""Trains on a standalone cluster of two workers, on one core, and with a kill in between: always the same weights.

usage: training.py BOXMILL_JAR SCENES_DIR WORK_DIR [--command train-refiner|train-detector]
SCENES_DIR is what `boxmill scenes` drew. Needs the packages of requirements.txt. Ends with status 1 unless the weights of
the three trainings agree: the cluster's within 1e-5, those of the killed and resumed one exactly.
"""

import argparse
import array
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

from standalone import HOME, ROOT, Cluster, call

TOLERANCE = 1e-5
BATCH = {"train-refiner": ["--batch", 32], "train-detector": ["--batch-size", 8, "--learning-rate", 1e-5]}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("jar", type=pathlib.Path)
    parser.add_argument("scenes", type=pathlib.Path)
    parser.add_argument("work", type=pathlib.Path)
    parser.add_argument("--command", choices=BATCH, default="train-refiner")
    options = parser.parse_args()
    work = options.work.absolute()
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    train = [
        options.command, "--input", options.scenes.absolute() / "images",
        "--ground-truth", options.scenes.absolute() / "annotations.json", "--epochs", 2, *BATCH[options.command],
        "--precision", "fp32", "--save-every", 0, "--output",
    ]
    with Cluster(work) as cluster:
        submit = [
            HOME / "bin/spark-submit", "--master", cluster.master, "--executor-memory", "2g", "--executor-cores", "1",
            "--conf", "spark.driver.host=127.0.0.1", "--conf", "spark.driver.bindAddress=127.0.0.1",
            "--conf", "spark.executorEnv.OPT_OUT_TRACKING=true", "--class", "dev.boxmill.job.Boxmill", options.jar,
        ]
        call([*submit, *train, work / "two-executors"])
        if cluster.executors() < 2:
            sys.exit(f"{cluster.executors()} executor took part: there must be two")
    call([ROOT / "boxmill", *train, work / "local"])
    kill_once([ROOT / "boxmill", *train, work / "killed"], work / "killed")
    call([ROOT / "boxmill", *train, work / "killed"])
    compare(work, "two-executors", TOLERANCE)
    compare(work, "killed", 0)


def kill_once(command, output):
    """SIGKILL in the second epoch."""
    environment = {**os.environ, "SPARK_LOCAL_IP": "127.0.0.1"}
    environment.pop("SPARK_HOME", None)
    process = subprocess.Popen([str(word) for word in command], env=environment, start_new_session=True)
    deadline = time.monotonic() + 300
    while place(output).get("epoch", 0) < 2:
        if process.poll() is not None or time.monotonic() > deadline:
            sys.exit("The training was over, or hung, before it could be killed")
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    print(f"killed at {place(output)['steps']} steps")


def place(output):
    try:
        return json.loads((output / "_state/place.json").read_text())
    except (OSError, json.JSONDecodeError):
        return {}


def compare(work, name, tolerance):
    """Of the states, which every training ends with; the best weights may be those of an earlier epoch."""
    found, expected = (weights(work / folder) for folder in (name, "local"))
    apart = max(abs(a - b) for a, b in zip(found, expected, strict=True))
    if apart > tolerance:
        sys.exit(f"{name}: weights up to {apart} from the local training's (at most {tolerance})")
    print(f"{name}: {len(found)} weights, at most {apart} from the local training's")


def weights(output):
    """Of all slices, in their order: a cluster's detector is saved in several."""
    row = array.array("f")
    for file in sorted((output / "_state").glob("*.safetensors")):
        data = file.read_bytes()
        start = 8 + int.from_bytes(data[:8], "little")
        begin, end = json.loads(data[8:start])["weights"]["data_offsets"]
        row.frombytes(data[start + begin : start + end])
    return row


if __name__ == "__main__":
    main()
