"""The job as a PySpark user writes it: mapInPandas around transformers or ONNX Runtime, images in, Parquet out.

usage: spark_peer.py IMAGES_DIR CHECKPOINT_DIR OUTPUT_DIR [--cores 2] [--batch 2] [--runtime transformers] [--dtype float32]
Prints images per second without Spark's start and each worker's first batch. ONNX Runtime in a Spark task, a session for each,
is what SynapseML's ONNXModel does.
"""

import os
import pathlib
import sys

import pandas as pd
from networks import arguments, load, rate
from pyspark.sql import SparkSession

SCHEMA = "path string, at double, scores array<double>, labels array<long>, boxes array<double>"


def main():
    options = arguments(__doc__, ("--runtime", {"choices": ["transformers", "onnxruntime"], "default": "transformers"}))
    os.environ["PYSPARK_PYTHON"] = sys.executable
    spark = (
        SparkSession.builder.master(f"local[{options.cores}]")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.memory", "4g")
        .config("spark.sql.execution.arrow.maxRecordsPerBatch", str(options.batch))
        .getOrCreate()
    )
    spark.sparkContext.addPyFile(str(pathlib.Path(__file__).with_name("networks.py")))
    files = pd.DataFrame({"path": [str(path.absolute()) for path in sorted(options.images.iterdir())]})
    images = spark.createDataFrame(files).repartition(options.cores)
    label = labeler(options.runtime, str(options.checkpoint.absolute()), options.dtype)
    images.mapInPandas(label, SCHEMA).write.mode("overwrite").parquet(str(options.output.absolute()))
    finished = [row.at for row in spark.read.parquet(str(options.output)).select("at").collect()]
    print(rate(finished, options.cores, options.batch))


def labeler(runtime, checkpoint, dtype):
    def label(parts):
        network = load(runtime, checkpoint, dtype)
        for part in parts:
            yield pd.DataFrame(network.label(part["path"]))

    return label


if __name__ == "__main__":
    main()
