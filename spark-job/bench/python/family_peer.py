"""transformers' side of `boxmill bench family`, which starts it: a line of JSON in, a line of JSON out.

usage: ./boxmill bench family --peer "python spark-job/bench/python/family_peer.py"

{"config": …, "height": 800, "width": 1066, "threads": 2} holds that network with random weights from then on, unless it says
"transformers": false: transformers computes another one of that configuration. One that reads is asked for "phrases", lists of
tokens. The answer names the sides that there are;
{"run": "float32"} or {"run": "bfloat16"} runs it once on one image: {"ms": …}, or {"error": …} where it can't.
Only the forward pass is timed, from normalized pixels to logits and boxes.
"""

import copy
import json
import os
import sys
import time
import warnings

import torch
from transformers import CONFIG_MAPPING, AutoModelForObjectDetection, AutoModelForZeroShotObjectDetection


def random_network(config):
    """transformers' network of what a config.json says, with random weights."""
    settings = dict(config)
    kind = AutoModelForZeroShotObjectDetection if "grounding" in settings["model_type"] else AutoModelForObjectDetection
    return kind.from_config(CONFIG_MAPPING[settings.pop("model_type")](**settings)).eval()


def prompt(phrases):
    """BERT's [CLS], phrases with periods behind them, and [SEP], as the network takes them."""
    if not phrases:
        return {}
    return {"input_ids": torch.tensor([[101, *(token for phrase in phrases for token in [*phrase, 1012]), 102]])}


class Held:
    """A network in both precisions, and its input."""

    def __init__(self, request):
        torch.set_num_threads(request["threads"])
        self.models = {}
        if not request.get("transformers", True):
            return
        model = random_network(request["config"])
        self.models = {"float32": model, "bfloat16": copy.deepcopy(model).to(torch.bfloat16)}
        self.prompt = prompt(request.get("phrases"))
        self.pixels = torch.randn(1, 3, request["height"], request["width"])

    def facts(self):
        return {"sides": list(self.models)}

    def run(self, name):
        pixels = self.pixels.to(getattr(torch, name))
        start = time.perf_counter()
        with torch.inference_mode():
            self.models[name](pixel_values=pixels, **self.prompt)
        return 1000 * (time.perf_counter() - start)


def serve(holder):
    # whatever a library prints must not stand between the answers
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    warnings.filterwarnings("ignore")
    held = None
    for line in sys.stdin:
        request = json.loads(line)
        if "config" in request:
            held = None
            try:
                held = holder(request)
                answer = {"ready": True, **held.facts()}
            except (KeyError, ValueError, ImportError) as error:  # a model_type that this transformers doesn't have
                answer = {"sides": [], "cannot": {"transformers": f"{type(error).__name__}: {error}"[:200]}}
        else:
            try:
                answer = {"ms": held.run(request["run"])}
            except (RuntimeError, NotImplementedError, TypeError) as error:
                answer = {"error": str(error).splitlines()[0]}
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    serve(Held)
