"""What can be seen of GPU executors where there is no GPU.

usage: gpu.py BOXMILL_JAR IMAGES_DIR WORK_DIR SITE_PACKAGES
Needs the packages pyspark and duckdb, a JDK, and in SITE_PACKAGES a CUDA build of torch.
- PyTorch's library out of Python's package labels the bundled scenes as the jar's own does.
- An executor with a GPU's address and a library without CUDA is refused by name, by preflight and by label, before any image; and
  so is one with CUDA and no driver.
- An executor whose device is lost ends and is replaced; every image has its row.
"""

import argparse
import os
import pathlib
import shutil
import subprocess
import sys

from standalone import HOME, ROOT, Cluster, rows

HERE = pathlib.Path(__file__).resolve().parent
WITHOUT_CUDA = "Cannot compute on cuda:0: PyTorch's library in"
WITHOUT_DRIVER = "Cannot compute on cuda:0: Found no NVIDIA driver"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("jar", "images", "work", "packages"):
        parser.add_argument(name, type=lambda text: pathlib.Path(text).absolute())
    options = parser.parse_args()
    shutil.rmtree(options.work, ignore_errors=True)
    options.work.mkdir(parents=True)
    named_library(options)
    refused(options, None, WITHOUT_CUDA, "preflight", "label")
    refused(options, options.packages, WITHOUT_DRIVER, "label")
    lost_device(options)


def named_library(options):
    own, named = options.work / "own", options.work / "named"
    boxmill = [ROOT / "boxmill", "label", "--precision", "fp32", "--output"]
    run([*boxmill, own])
    run([*boxmill, named], BOXMILL_TORCH=options.packages)
    tables = [[(uri.rsplit("/", 1)[1], *rest) for uri, *rest in rows(folder)] for folder in (own, named)]
    if tables[0] != tables[1]:
        sys.exit("Python's library does not find what the jar's own does")
    print(f"{len(tables[0])} scenes: the same by the CUDA build of PyTorch in {options.packages}")


def refused(options, packages, said, *commands):
    script = options.work / "gpus.sh"
    script.write_text("#!/bin/sh\necho '{\"name\": \"gpu\", \"addresses\": [\"0\"]}'\n")
    script.chmod(0o755)
    submit = [
        *submission("local-cluster[1,1,1024]", options.jar, *[
            word for setting in (
                "spark.worker.resource.gpu.amount=1", f"spark.worker.resource.gpu.discoveryScript={script}",
                "spark.executor.resource.gpu.amount=1", "spark.task.resource.gpu.amount=1",
                *([f"spark.executorEnv.BOXMILL_TORCH={packages}"] if packages else []))
            for word in ("--conf", setting)])]
    output = options.work / "refused"
    for command in commands:
        done = run([*submit, command, "--input", options.images, "--output", output], expected=2)
        if said not in done or "Lost task" in done:
            sys.exit(f"{command} does not say {said!r}:\n{done}")
    if output.exists():
        sys.exit(f"A refused run wrote {list(output.iterdir())}")
    print(f"refused before any image: {said} …")


def lost_device(options):
    plugin, mark, output = options.work / "lost-device.jar", options.work / "mark", options.work / "lost"
    classes = options.work / "classes"
    run(["javac", "-cp", options.jar, "-d", classes, HERE / "lost_device/LostDevice.java"])
    services = classes / "META-INF/services"
    services.mkdir(parents=True)
    (services / "dev.boxmill.refiners.spi.RefinerPlugin").write_text("LostDevice\n")
    run(["jar", "--create", "--file", plugin, "-C", classes, "."])
    with Cluster(options.work) as cluster:
        submit = submission(cluster.master, options.jar, "--jars", plugin, "--executor-cores", "1", "--executor-memory", "2g")
        label = ["label", "--input", options.images, "--precision", "fp32", "--output", output]
        said = run([*submit, *label, "--refiner", f"lost-device:mark={mark}"])
        executors = cluster.executors()
    logs = "".join(log.read_text() for log in options.work.glob("worker*/app-*/*/stderr"))
    if not mark.exists() or "Cannot compute on the device any more" not in logs:
        sys.exit(f"No device was lost:\n{said}")
    if executors < 3:
        sys.exit(f"{executors} executors: the one whose device was lost was not replaced\n{said}")
    table, images = rows(output), sorted(path.name for path in options.images.iterdir())
    if [uri.rsplit("/", 1)[1] for uri, _, _ in table] != images or any(status != "ok" for _, status, _ in table):
        sys.exit(f"{len(images)} images, and the rows {[row[:2] for row in table]}")
    print(f"a lost device: {executors} executors instead of 2, no image lost")


def submission(master, jar, *more):
    return [
        HOME / "bin/spark-submit", "--master", master, "--conf", "spark.driver.host=127.0.0.1",
        "--conf", "spark.driver.bindAddress=127.0.0.1", *more, "--class", "dev.boxmill.job.Boxmill", jar]


def run(command, expected=0, **more):
    """What it printed; it must end with that status."""
    environment = {name: value for name, value in os.environ.items() if name not in ("SPARK_HOME", "BOXMILL_TORCH")}
    environment |= {"SPARK_LOCAL_IP": "127.0.0.1"} | {name: str(value) for name, value in more.items()}
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment)
    if done.returncode != expected:
        sys.exit(f"{' '.join(str(word) for word in command)} ended with {done.returncode}:\n{done.stdout}")
    return done.stdout


if __name__ == "__main__":
    main()
