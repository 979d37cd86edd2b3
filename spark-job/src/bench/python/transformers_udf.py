"""The job as a PySpark user writes it: mapInPandas around Hugging Face transformers, images in, Parquet out.

usage: transformers_udf.py IMAGES_DIR CHECKPOINT_DIR OUTPUT_DIR [--cores 2] [--batch 2] [--dtype float32]
Prints images per second without Spark's start and each worker's first batch (the load of the model).
"""

import argparse
import os
import pathlib
import sys
import time

import pandas as pd
from pyspark.sql import SparkSession

SCHEMA = "path string, at double, scores array<double>, labels array<long>, boxes array<double>"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("images", type=pathlib.Path)
    parser.add_argument("checkpoint", type=pathlib.Path)
    parser.add_argument("output", type=pathlib.Path)
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--batch", type=int, default=2)
    parser.add_argument("--dtype", default="float32")
    options = parser.parse_args()
    os.environ["PYSPARK_PYTHON"] = sys.executable
    spark = (
        SparkSession.builder.master(f"local[{options.cores}]")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.memory", "4g")
        .config("spark.sql.execution.arrow.maxRecordsPerBatch", str(options.batch))
        .getOrCreate()
    )
    files = pd.DataFrame({"path": [str(path.absolute()) for path in sorted(options.images.iterdir())]})
    images = spark.createDataFrame(files).repartition(options.cores)
    label = labeler(str(options.checkpoint.absolute()), options.dtype)
    images.mapInPandas(label, SCHEMA).write.mode("overwrite").parquet(str(options.output.absolute()))
    finished = sorted(row.at for row in spark.read.parquet(str(options.output)).select("at").collect())
    first = options.cores * options.batch
    rate = (len(finished) - first) / (finished[-1] - finished[first - 1])
    print(f"{rate:.3f} images/s over {len(finished)} images")


def labeler(checkpoint, dtype):
    def label(parts):
        import torch
        from PIL import Image
        from transformers import AutoImageProcessor, AutoModelForObjectDetection

        torch.set_num_threads(1)
        kind = getattr(torch, dtype)
        model = AutoModelForObjectDetection.from_pretrained(checkpoint).eval().to(kind)
        processor = AutoImageProcessor.from_pretrained(checkpoint)
        for part in parts:
            images = [Image.open(path).convert("RGB") for path in part["path"]]
            inputs = processor(images=images, return_tensors="pt")
            with torch.inference_mode():
                out = model(pixel_values=inputs["pixel_values"].to(kind), pixel_mask=inputs["pixel_mask"])
            out.logits, out.pred_boxes = out.logits.float(), out.pred_boxes.float()
            sizes = [image.size[::-1] for image in images]
            found = processor.post_process_object_detection(out, threshold=0.05, target_sizes=sizes)
            yield pd.DataFrame(
                {
                    "path": part["path"],
                    "at": time.time(),
                    "scores": [result["scores"].tolist() for result in found],
                    "labels": [result["labels"].tolist() for result in found],
                    "boxes": [result["boxes"].flatten().tolist() for result in found],
                }
            )

    return label


if __name__ == "__main__":
    main()
