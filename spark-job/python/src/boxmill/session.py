"""Sessions that have boxmill on their class path."""

from __future__ import annotations

import importlib.metadata
import os
import platform
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

GROUP = "dev.boxmill"
# Native libraries for Linux on x86-64 come with boxmill-cli.
OTHER_PLATFORMS = {("Linux", "aarch64"): "linux-aarch64", ("Darwin", "arm64"): "osx-aarch64"}
JAVA_OPTIONS = "-Dai.djl.offline=true"
ENVIRONMENT = {"OPT_OUT_TRACKING": "true", "NVIDIA_TF32_OVERRIDE": "0"}


def configure_spark_with_boxmill(builder: SparkSession.Builder, jar: str | os.PathLike[str] | None = None) -> SparkSession.Builder:
    """Adds boxmill to a session that is to be started.

    Call it on a builder, before ``getOrCreate``:

    >>> spark = configure_spark_with_boxmill(SparkSession.builder, jar="boxmill.jar").getOrCreate()  # doctest: +SKIP

    Settings that the builder already has are kept: jars and Java options are appended.

    Parameters
    ----------
    builder
        what ``SparkSession.builder`` gives
    jar
        a local ``boxmill.jar``; without it Spark fetches boxmill in this package's version, with the native libraries of this machine,
        from Maven Central or from where ``spark.jars.repositories`` says

    Raises
    ------
    FileNotFoundError
        if there is no such jar
    """
    options = builder._options  # pyspark offers no other way to read a builder's settings
    if jar is None:
        _append(builder, options, "spark.jars.packages", ",".join(packages()), ",")
    else:
        path = Path(jar).absolute()
        if not path.is_file():
            raise FileNotFoundError(f"Cannot find {path} (build it by ./mvnw -DskipTests package, or leave jar out)")
        _append(builder, options, "spark.jars", path.as_uri(), ",")
    _append(builder, options, "spark.driver.extraJavaOptions", JAVA_OPTIONS, " ")
    _append(builder, options, "spark.executor.extraJavaOptions", JAVA_OPTIONS, " ")
    for name, value in ENVIRONMENT.items():
        os.environ.setdefault(name, value)
        builder.config(f"spark.executorEnv.{name}", value)
    return builder


def packages() -> list[str]:
    """Maven coordinates of boxmill in this package's version, and of the native libraries of this machine."""
    version = importlib.metadata.version("boxmill").replace(".dev0", "-SNAPSHOT")
    names = ["boxmill-cli"]
    here = OTHER_PLATFORMS.get((platform.system(), platform.machine()))
    if here:
        names.append(f"boxmill-platform-{here}")
    return [f"{GROUP}:{name}:{version}" for name in names]


def _append(builder: SparkSession.Builder, options: dict[str, str], name: str, value: str, separator: str) -> None:
    present = options.get(name)
    builder.config(name, f"{present}{separator}{value}" if present else value)
