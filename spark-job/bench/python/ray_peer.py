"""The job as a user of Ray Data writes it: map_batches with an actor for each core around transformers, images in, Parquet out.

usage: ray_peer.py IMAGES_DIR CHECKPOINT_DIR OUTPUT_DIR [--cores 2] [--batch 2] [--dtype float32]
Prints images per second without Ray's start and each actor's first batch.
"""

import os
import pathlib
import shutil

import pyarrow.parquet
import ray
from networks import arguments, load, rate


class Labeler:
    def __init__(self, checkpoint, dtype):
        self.network = load("transformers", checkpoint, dtype)

    def __call__(self, batch):
        return self.network.label(list(batch["path"]))


def main():
    options = arguments(__doc__)
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    here = str(pathlib.Path(__file__).parent.absolute())
    ray.init(num_cpus=options.cores + 1, include_dashboard=False, runtime_env={"env_vars": {"PYTHONPATH": here}}, log_to_driver=False)
    shutil.rmtree(options.output, ignore_errors=True)
    paths = [{"path": str(path.absolute())} for path in sorted(options.images.iterdir())]
    labelled = ray.data.from_items(paths, override_num_blocks=len(paths) // options.batch).map_batches(
        Labeler, batch_size=options.batch, concurrency=options.cores, num_cpus=1,
        fn_constructor_args=(str(options.checkpoint.absolute()), options.dtype))
    labelled.write_parquet(str(options.output.absolute()))
    finished = pyarrow.parquet.read_table(options.output, columns=["at"]).column("at").to_pylist()
    print(rate(finished, options.cores, options.batch))


if __name__ == "__main__":
    main()
