"""Times what a second core and a second executor add to `boxmill label`, and how long the first label takes.

usage: bench_scaling.py [--work DIR] [--rounds 3] [--scenes 1200] [--photographs 48]
Two workloads: drawn scenes with the embedded detector and its refiner, photographs with DETR-R50 (random weights: only time
counts). Each on one and on two cores of this process, and by one and by two executors of one core each, on a standalone cluster
on this machine. A rate leaves out the start and the load of the model, as in bench_job.py. What the machine itself gives for
a second core is what two independent runs of one core label at once, beside one alone: where cores share caches, memory or
a matrix unit, that is less than twice as much. Sides in turn, nothing else on the machine; the ratio is that of the same round.
"""

import argparse
import concurrent.futures
import os
import pathlib
import statistics
import sys
import time

from sides import HERE, ROOT, in_turn, labelled, processor, python, rate, ratio, run

sys.path.append(str(ROOT / "spark-job/cli/src/test/cluster"))
from standalone import HOME, Cluster  # noqa: E402

SKIPPED = 8  # images: each slot's first ones
JAR = ROOT / "spark-job/cli/target/boxmill.jar"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=pathlib.Path, default=ROOT / "target/bench")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--scenes", type=int, default=1200)
    parser.add_argument("--photographs", type=int, default=48)
    options = parser.parse_args()
    options.work = options.work.absolute()
    workloads = [
        Workload("embedded detector", scenes(options), options.scenes, [], options.work),
        Workload("DETR-R50", photographs(options), options.photographs, ["--detector", detr(options)], options.work),
    ]
    reports = [workload.measured(options.rounds) for workload in workloads]
    print(f"\n{os.cpu_count()} cores of {processor()}")
    print(f"{'images/s':58s} {'one':>7s} {'two':>7s} {'ratio':>7s} {'spread':>12s}")
    for report in reports:
        print(report)


def scenes(options):
    folder = options.work / f"scenes-{options.scenes}"
    if not folder.exists():
        run([ROOT / "boxmill", "scenes", "--count", options.scenes, "--seed", 4711, "--output", folder])
    return folder / "images"


def photographs(options):
    folder = options.work / f"photographs-{options.photographs}"
    python(HERE / "make_photographs.py", folder, "--count", options.photographs)
    return folder


def detr(options):
    checkpoint = options.work / "detr"
    if not (checkpoint / "model.safetensors").exists():
        python(HERE / "make_detr.py", checkpoint)
    return checkpoint


class Workload:
    """Images and a detector."""

    def __init__(self, name, images, count, detector, work):
        self.name, self.images, self.count, self.detector, self.work = name, images, count, detector, work
        self.first_labels = {"2 cores": [], "2 executors": []}

    def measured(self, rounds):
        print(self.name, flush=True)
        with Cluster(fresh(self.work / "cluster")) as cluster:
            values = in_turn({
                "1 core": lambda: self.local(1),
                "2 cores": lambda: self.local(2),
                "1 executor": lambda: self.clustered(cluster, 1),
                "2 executors": lambda: self.clustered(cluster, 2),
                "2 runs at once": lambda: self.at_once(2),
            }, rounds, "/s")
        return "\n".join([
            self.line("cores", values["1 core"], values["2 cores"]),
            self.line("executors of one core", values["1 executor"], values["2 executors"]),
            self.line("runs of one core at once: the machine", values["1 core"], values["2 runs at once"]),
            *(f"{self.name + ', ' + where:58s} {statistics.median(seconds):7.1f} s from the command to the first label"
              for where, seconds in self.first_labels.items())])

    def line(self, what, one, two):
        middle, spread = ratio(two, one)
        return f"{self.name + ', ' + what:58s} {statistics.median(one):7.2f} {statistics.median(two):7.2f} {middle:>7s} {spread:>12s}"

    def local(self, cores, output="labels"):
        moments, first = self.label([ROOT / "boxmill"], output, JAVA_TOOL_OPTIONS=f"-Dspark.master=local[{cores}]")
        if cores == 2:
            self.first_labels["2 cores"].append(first)
        return rate(moments, SKIPPED)

    def clustered(self, cluster, executors):
        submit = [
            HOME / "bin/spark-submit", "--master", cluster.master, "--executor-memory", "2g", "--executor-cores", 1,
            "--total-executor-cores", executors, "--conf", "spark.driver.host=127.0.0.1", "--conf", "spark.driver.bindAddress=127.0.0.1",
            "--conf", "spark.executorEnv.OPT_OUT_TRACKING=true", "--class", "dev.boxmill.job.Boxmill", JAR]
        moments, first = self.label(submit, "labels", SPARK_HOME=str(HOME), SPARK_LOCAL_IP="127.0.0.1")
        if executors == 2:
            self.first_labels["2 executors"].append(first)
        return rate(moments, SKIPPED)

    def at_once(self, count):
        """All labelling the same images, each on one core; the sum of their rates."""
        with concurrent.futures.ThreadPoolExecutor() as side_by_side:
            return sum(side_by_side.map(lambda number: self.local(1, f"labels-{number}"), range(count)))

    def label(self, command, output, **environment):
        started = time.time()
        table = self.work / output
        run([*command, "label", "--input", self.images, "--output", table, "--overwrite", *self.detector], **environment)
        moments = labelled(table, self.count)
        return moments, moments[0] - started


def fresh(folder):
    """Beside those of earlier runs."""
    folder = folder.with_name(f"{folder.name}-{time.time_ns()}")
    folder.mkdir(parents=True)
    return folder


if __name__ == "__main__":
    main()
