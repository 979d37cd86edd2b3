"""Labels Delta and Iceberg tables by their logs, with these formats' own libraries: rows that were deleted are never read.

usage: logged.py BOXMILL_JAR JARS_DIR IMAGES_DIR WORK_DIR
JARS_DIR holds the jars of both formats.
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
    "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension,org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions",
    "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
    "spark.sql.catalog.iceberg": "org.apache.iceberg.spark.SparkCatalog",
    "spark.sql.catalog.iceberg.type": "hadoop",
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
    parser.add_argument("jars", type=pathlib.Path)
    parser.add_argument("images", type=pathlib.Path)
    parser.add_argument("work", type=pathlib.Path)
    options = parser.parse_args()
    shutil.rmtree(options.work, ignore_errors=True)
    options.work.mkdir(parents=True)
    check(Lake(options.work.absolute(), options.jar.absolute(), options.jars.absolute()), sorted(options.images.iterdir()))


def check(lake, pictures):
    names = [picture.name for picture in pictures[:8]]
    lake.create("plain", "none")
    lake.append("plain", pictures[:8])
    lake.create("mapped", "name")
    lake.append("mapped", pictures[:4])
    lake.create_iceberg("iced", pictures[:4])
    lake.sql("alter table delta.`{}` rename column content to image", "mapped")
    lake.delete("plain", names[1], names[6])
    lake.delete("mapped", names[0])
    lake.sql(f"update delta.`{{}}` set path = 'renamed.jpg' where path = '{names[2]}'", "plain")

    lake.spark.sql(f"delete from iceberg.iced where path = '{names[3]}'")
    lake.spark.sql(f"update iceberg.iced set path = 'renamed.jpg' where path = '{names[2]}'")
    lake.spark.sql("alter table iceberg.iced rename column content to image")

    live = {"plain": {*names, "renamed.jpg"} - {names[1], names[2], names[6]}, "mapped": set(names[1:4])}
    live["iced"] = {*names[:2], "renamed.jpg"}
    said = lake.label("plain", "mapped", "iced")
    expect("Delta tables are read by their logs", said.count("by the log of a Delta table") == 2, said)
    expect("an Iceberg table is read by its log", said.count("by the log of an Iceberg table") == 1, said)
    expect("each live row is labeled once", lake.rows() == lake.addresses(live), lake.rows())
    contents = {hashlib.sha256(picture.read_bytes()).hexdigest() for picture in pictures[:8]}
    expect("the bytes are those of the pictures", set(lake.query("image_sha256")) <= contents)
    expect("columns of the folders are kept", set(lake.query("kept.split")) == {"a", "b c"})

    lake.append("plain", pictures[8:9])
    lake.sql("optimize delta.`{}`", "plain")
    said = lake.label("plain", "mapped", "iced")
    live["plain"].add(pictures[8].name)
    expect("a rewritten file's rows keep their labels", lake.rows() == lake.addresses(live), lake.rows())
    expect("the new row alone is labeled", "1 labeled" in said or "1 image" in said, said)

    said = lake.label("plain/split=a", output="other", status=2)
    expect("a part of the table is refused", "name that folder, to read it by its log" in said, said)


class Lake:
    def __init__(self, work, jar, jars):
        self.work, self.jar, self.jars = work, jar, ",".join(str(path) for path in sorted(jars.glob("*.jar")))
        builder = SparkSession.builder.master("local[2]").config("spark.jars", self.jars)
        builder = builder.config("spark.sql.catalog.iceberg.warehouse", str(work))
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

    def create_iceberg(self, table, pictures):
        self.spark.sql(
            f"create table iceberg.{table} ({COLUMNS}) using iceberg partitioned by (split) tblproperties ('format-version' = '2', "
            "'write.delete.mode' = 'merge-on-read', 'write.update.mode' = 'merge-on-read')")
        self.rows_of(pictures).writeTo(f"iceberg.{table}").append()

    def append(self, table, pictures):
        self.rows_of(pictures).write.format("delta").mode("append").save(str(self.work / table))

    def rows_of(self, pictures):
        rows = [(picture.name, picture.read_bytes(), None, "a" if number % 2 else "b c") for number, picture in enumerate(pictures)]
        return self.spark.createDataFrame(rows, COLUMNS).coalesce(1).sort(functions.col("path"))

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
