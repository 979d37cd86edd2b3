"""One session for all tests. BOXMILL_SCENES names a folder that ``boxmill scenes`` wrote, BOXMILL_JAR a jar other than the clone's;
BOXMILL_TEST_CONNECT=1 tests through Spark Connect, whose server then runs on this machine."""

import os
import pathlib

import pytest
from pyspark.sql import SparkSession

from boxmill import configure_spark_with_boxmill

JAR = os.environ.get("BOXMILL_JAR", pathlib.Path(__file__).parents[2] / "cli/target/boxmill.jar")
REMOTE = os.environ.get("BOXMILL_TEST_CONNECT") == "1"


@pytest.fixture(scope="session")
def spark():
    builder = configure_spark_with_boxmill(SparkSession.builder, jar=JAR).config("spark.ui.enabled", "false")
    builder = builder.config("spark.driver.host", "127.0.0.1").config("spark.driver.bindAddress", "127.0.0.1")
    builder = builder.remote("local[2]") if REMOTE else builder.master("local[2]")
    session = builder.getOrCreate()
    yield session
    session.stop()


@pytest.fixture(scope="session")
def scenes():
    folder = pathlib.Path(os.environ["BOXMILL_SCENES"])
    return folder / "images", folder / "annotations.json"


classic = pytest.mark.skipif(REMOTE, reason="commands run in the driver of a classic session")
