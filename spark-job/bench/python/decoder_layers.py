"""What RefineBox is worth beside one more decoder layer: a detector cut behind its first, second, ... layer, each without and with a RefineBox.

usage: python spark-job/bench/python/decoder_layers.py DETECTOR WORK [--only 3] -- [train-refiner's options but --detector and --output]

DETECTOR is a directory whose config.json has decoder_layers. Every decoder layer is trained with a loss of its own, so that the layers before
a cut are a detector too. For each, `train-refiner` trains a RefineBox, and `bench gain` measures both on drawn scenes that neither has seen.
Trainings that lie in WORK go on, or are taken as they are if they have ended.
"""

import argparse
import json
import pathlib
import re
import shutil
import sys

import safetensors.numpy
from sides import ROOT, run


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("detector", type=pathlib.Path)
    parser.add_argument("work", type=pathlib.Path)
    parser.add_argument("--only", type=int, help="this number of layers alone")
    split = sys.argv.index("--") if "--" in sys.argv else len(sys.argv)
    options, more = parser.parse_args(sys.argv[1:split]), sys.argv[split + 1 :]
    layers = json.loads((options.detector / "config.json").read_text())["decoder_layers"]
    for count in [options.only] if options.only else range(1, layers + 1):
        detector = cut(options.detector, count, options.work / f"detector-{count}")
        refiner = options.work / f"refiner-{count}"
        run([ROOT / "boxmill", "train-refiner", "--detector", detector, "--output", refiner, *more])
        gain = run([ROOT / "boxmill", "bench", "gain", "--detector", detector, "--refiner", refiner / "refinebox.safetensors"])
        print(f"Decoder layers: {count}\n\n{gain}", flush=True)


def cut(detector, layers, target):
    """A directory of the detector without the decoder layers behind the first ones."""
    target.mkdir(parents=True, exist_ok=True)
    shutil.copy(detector / "preprocessor_config.json", target)
    config = json.loads((detector / "config.json").read_text())
    (target / "config.json").write_text(json.dumps({**config, "decoder_layers": layers}, indent=2))
    weights = safetensors.numpy.load_file(detector / "model.safetensors")
    layer = re.compile(r"decoder\.(?:layers|class_embed|bbox_embed)\.(\d+)\.")
    kept = {name: values for name, values in weights.items() if not (of := layer.search(name)) or int(of[1]) < layers}
    safetensors.numpy.save_file(kept, target / "model.safetensors", {"format": "pt"})
    return target


if __name__ == "__main__":
    main()
