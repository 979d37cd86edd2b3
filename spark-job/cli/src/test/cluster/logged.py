"""Labels a Delta table by its log, with Delta's own library: rows that were deleted are never read.

usage: logged.py BOXMILL_JAR DELTA_JARS_DIR IMAGES_DIR WORK_DIR
Needs the packages of requirements.txt. Ends with status 1 unless each table has one row for each of its images as they
are then: after deletions and updates, after a rewrite of its files, with columns that have other names in the files.
"""

import argparse
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys

import duckdb
import pyspark
from pyspark.sql import SparkSession, functions

HOME = pathlib.Path(pyspark.__file__).parent
SETTINGS = {
    "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
    "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
    "spark.databricks.delta.snapshotPartitions": "1",
    "spark.sql.shuffle.partitions": "1",
    "spark.ui.enabled": "false",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
}
COLUMNS = "path string, content binary, taken timestamp_ntz, split string"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("jar", type=pathlib.Path)
    parser.add_argument("delta", type=pathlib.Path)
    parser.add_argument("images", type=pathlib.Path)
    parser.add_argument("work", type=pathlib.Path)
    options = parser.parse_args()
    shutil.rmtree(options.work, ignore_errors=True)
    options.work.mkdir(parents=True)
    check(Lake(options.work.absolute(), options.jar.absolute(), options.delta.absolute()), sorted(options.images.iterdir()))


def check(lake, pictures):
    names = [picture.name for picture in pictures[:8]]
    lake.create("plain", "none")
    lake.append("plain", pictures[:8])
    lake.create("mapped", "name")
    lake.append("mapped", pictures[:4])
    lake.sql("alter table delta.`{}` rename column content to image", "mapped")
    lake.delete("plain", names[1], names[6])
    lake.delete("mapped", names[0])
    lake.sql(f"update delta.`{{}}` set path = 'renamed.jpg' where path = '{names[2]}'", "plain")

    live = {"plain": {*names, "renamed.jpg"} - {names[1], names[2], names[6]}, "mapped": set(names[1:4])}
    said = lake.label("plain", "mapped")
    expect("both tables are read by their logs", "by the log of a Delta table" in said, said)
    expect("each live row is labeled once", lake.rows() == lake.addresses(live), lake.rows())
    contents = {hashlib.sha256(picture.read_bytes()).hexdigest() for picture in pictures[:8]}
    expect("the bytes are those of the pictures", set(lake.query("image_sha256")) <= contents)
    expect("columns of the folders are kept", set(lake.query("kept.split")) == {"a", "b c"})

    lake.append("plain", pictures[8:9])
    lake.sql("optimize delta.`{}`", "plain")
    said = lake.label("plain", "mapped")
    live["plain"].add(pictures[8].name)
    expect("a rewritten file's rows keep their labels", lake.rows() == lake.addresses(live), lake.rows())
    expect("the new row alone is labeled", "1 labeled" in said or "1 image" in said, said)

    said = lake.label("plain/split=a", output="other", status=2)
    expect("a part of the table is refused", "name that folder, to read it by its log" in said, said)


class Lake:
    def __init__(self, work, jar, delta):
        self.work, self.jar, self.jars = work, jar, ",".join(str(path) for path in sorted(delta.glob("*.jar")))
        builder = SparkSession.builder.master("local[2]").config("spark.jars", self.jars)
        for name, value in SETTINGS.items():
            builder = builder.config(name, value)
        self.spark = builder.getOrCreate()
        self.spark.sparkContext.setLogLevel("FATAL")

    def sql(self, statement, table):
        return self.spark.sql(statement.format(self.work / table))

    def create(self, table, mapping):
        self.sql(
            f"create table delta.`{{}}` ({COLUMNS}) using delta partitioned by (split) tblproperties ("
            f"'delta.enableDeletionVectors' = 'true', 'delta.columnMapping.mode' = '{mapping}')", table,
        )

    def append(self, table, pictures):
        rows = [(picture.name, picture.read_bytes(), None, "a" if number % 2 else "b c") for number, picture in enumerate(pictures)]
        written = self.spark.createDataFrame(rows, COLUMNS).coalesce(1).sort(functions.col("path"))
        written.write.format("delta").mode("append").save(str(self.work / table))

    def delete(self, table, *names):
        for name in names:
            self.sql(f"delete from delta.`{{}}` where path = '{name}'", table)

    def label(self, *tables, output="labels", status=0):
        """What `boxmill label` says."""
        words = [HOME / "bin/spark-submit", "--master", "local[2]", "--jars", self.jars]
        words += ["--conf", "spark.driver.host=127.0.0.1", "--conf", "spark.driver.bindAddress=127.0.0.1"]
        words += ["--conf", "spark.databricks.delta.snapshotPartitions=1", "--conf", "spark.ui.enabled=false"]
        words += ["--class", "dev.boxmill.job.Boxmill", self.jar, "label", "--input", *[self.work / table for table in tables]]
        words += ["--output", self.work / output, "--precision", "fp32", "--refiner", "none", "--keep-columns", "split"]
        environment = {**os.environ, "SPARK_LOCAL_IP": "127.0.0.1", "OPT_OUT_TRACKING": "true"}
        ended = subprocess.run([str(word) for word in words], capture_output=True, text=True, env=environment)
        said = ended.stdout + ended.stderr
        expect(f"label {' '.join(tables)} ends with {status}", ended.returncode == status, said)
        expect("Spark is quiet", " INFO " not in said, said)
        return said

    def query(self, column, where="true"):
        rows = duckdb.sql(f"select {column} from '{self.work / 'labels'}/*.parquet' where {where} order by 1").fetchall()
        return [row[0] for row in rows]

    def rows(self):
        return self.query("image_uri", "status = 'ok'")

    def addresses(self, names):
        return sorted(f"file://{self.work / table}!/{name}" for table, own in names.items() for name in own)


def expect(what, holds, seen=""):
    if not holds:
        sys.exit(f"Not so: {what}\n{seen}")
    print(what, flush=True)


if __name__ == "__main__":
    main()
