"""boxmill's commands as functions, run in the driver of a classic session."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Union

from py4j.java_gateway import JavaClass
from pyspark.sql import SparkSession
from pyspark.sql.utils import is_remote

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

Path_ = Union[str, os.PathLike]
TOO_MANY_FAILED = 3


class BoxmillError(Exception):
    """A command did not end well; the message is what it said, ``exit_code`` what its documentation names."""

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(message)
        self.exit_code = exit_code


class FailedImagesError(BoxmillError):
    """Every image has its row, but more failed than ``max_failure_rate`` allows."""


def run(command: str, **options: Any) -> str:
    """Runs a command of ``boxmill --help``, and returns what it wrote to the standard output.

    Options are named as on the command line, with ``_`` for ``-``: ``run("label", input="photos", output="labels", min_score=0.5)``. A list
    repeats an option, ``True`` gives one that takes no value, and ``None`` and ``False`` leave one out.

    Raises
    ------
    BoxmillError
        if the command does not end with 0
    RuntimeError
        if there is no classic session with boxmill on its class path
    """
    reply = _replies().to(_strings([command, *_words(options)]))
    if reply.exitCode():
        kind = FailedImagesError if reply.exitCode() == TOO_MANY_FAILED else BoxmillError
        raise kind(reply.err().strip() or reply.out().strip(), reply.exitCode())
    return reply.out()


def label(input: Path_ | Iterable[Path_], output: Path_, **options: Any) -> DataFrame:
    """Labels images as ``boxmill label`` does, and returns the label table.

    A table that is already there goes on: images that have a row are not labeled again.

    Parameters
    ----------
    input
        a folder, pattern, file, list, table or archive, or several of them
    output
        folder of the label table
    options
        options of ``boxmill label``, such as ``detector``, ``min_score``, ``refiner``
    """
    run("label", input=input, output=output, **options)
    return _session().read.parquet(os.fspath(output))


def refine(labels: Path_, output: Path_, **options: Any) -> DataFrame:
    """Refines a table's boxes again as ``boxmill refine`` does, and returns the new table."""
    run("refine", labels=labels, output=output, **options)
    return _session().read.parquet(os.fspath(output))


def evaluate(ground_truth: Path_, labels: Path_ | None = None, results: Path_ | None = None, **options: Any) -> dict[str, Any]:
    """Compares labels with annotated images; COCO's or LVIS's numbers as ``boxmill evaluate --json`` writes them."""
    with tempfile.TemporaryDirectory() as folder:
        numbers = Path(folder, "numbers.json")
        run("evaluate", ground_truth=ground_truth, labels=labels, results=results, json=numbers, **options)
        return json.loads(numbers.read_text(encoding="utf-8"))


def export(labels: Path_, format: str, output: Path_, **options: Any) -> Path:
    """Writes labels in the form of another tool; returns where they lie."""
    run("export", labels=labels, format=format, output=output, **options)
    return Path(output)


def preview(labels: Path_, output: Path_, **options: Any) -> Path:
    """Writes an HTML page of labeled pictures; returns where it lies."""
    run("preview", labels=labels, output=output, **options)
    return Path(output)


def compare(labels: Iterable[Path_], output: Path_, **options: Any) -> Path:
    """Writes a page of what two tables say differently; returns its folder."""
    run("compare", labels=labels, output=output, **options)
    return Path(output)


def triage(labels: Path_, output: Path_, **options: Any) -> DataFrame:
    """Estimates where a table errs, and returns the triage table, most doubtful first."""
    run("triage", labels=labels, output=output, **options)
    return _session().read.parquet(os.fspath(output))


def calibrate(labels: Path_, ground_truth: Path_, output: Path_, **options: Any) -> Path:
    """Fits curves that make scores probabilities; returns the file for the refiner ``calibrate:file=…``."""
    run("calibrate", labels=labels, ground_truth=ground_truth, output=output, **options)
    return Path(output)


def fuse(labels: Iterable[Path_], output: Path_, **options: Any) -> DataFrame:
    """Fuses the tables of several detectors, and returns the fused one."""
    run("fuse", labels=labels, output=output, **options)
    return _session().read.parquet(os.fspath(output))


def review(labels: Path_, ground_truth: Path_, output: Path_, **options: Any) -> DataFrame:
    """Finds errors in people's annotations, and returns the review table, most doubtful first."""
    run("review", labels=labels, ground_truth=ground_truth, output=output, **options)
    return _session().read.parquet(os.fspath(output) + "/table")


def train_refiner(input: Path_ | Iterable[Path_], ground_truth: Path_, output: Path_, **options: Any) -> Path:
    """Trains a RefineBox over a frozen detector; returns the folder of its weights."""
    run("train-refiner", input=input, ground_truth=ground_truth, output=output, **options)
    return Path(output)


def train_detector(input: Path_ | Iterable[Path_], ground_truth: Path_, output: Path_, **options: Any) -> Path:
    """Fine-tunes a detector on annotated images; returns its directory."""
    run("train-detector", input=input, ground_truth=ground_truth, output=output, **options)
    return Path(output)


def _words(options: dict[str, Any]) -> list[str]:
    words: list[str] = []
    for name, value in options.items():
        option = "--" + name.replace("_", "-")
        if value is True:
            words.append(option)
        elif value is not None and value is not False:
            values = value if isinstance(value, Iterable) and not isinstance(value, (str, bytes)) else [value]
            for one in values:
                words += [option, os.fspath(one) if isinstance(one, os.PathLike) else str(one)]
    return words


def _strings(words: list[str]) -> Any:
    gateway = _session().sparkContext._gateway
    array = gateway.new_array(gateway.jvm.java.lang.String, len(words))
    for i, word in enumerate(words):
        array[i] = word
    return array


def _replies() -> Any:
    replies = _session()._jvm.dev.boxmill.job.CommandReply
    if not isinstance(replies, JavaClass):
        raise RuntimeError("boxmill is not on the session's class path: start it by configure_spark_with_boxmill(SparkSession.builder, jar=…)")
    return replies


def _session() -> SparkSession:
    if is_remote():
        raise RuntimeError("Commands run in the driver: through Spark Connect use BoxLabeler, or submit boxmill.jar to the cluster")
    session = SparkSession.getActiveSession()
    if session is None:
        raise RuntimeError("No session: start one by configure_spark_with_boxmill(SparkSession.builder, jar=…).getOrCreate()")
    return session
