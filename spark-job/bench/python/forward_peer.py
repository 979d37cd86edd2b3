"""The other runtimes' side of `bench forward`: the protocol of family_peer.py, on a batch of one image for each thread.

usage: ./boxmill bench forward --peer "python spark-job/bench/python/forward_peer.py"

{"run": NAME} runs "transformers fp32", "ONNX Runtime fp32", "OpenVINO fp32" or "OpenVINO bf16": {"ms": …} per image.
"""

import os
import tempfile
import time

import numpy
import onnxruntime
import openvino
import torch
from family_peer import random_network, serve


class Exported(torch.nn.Module):
    """Pixels in, logits and boxes out, nothing masked."""

    def __init__(self, model, mask):
        super().__init__()
        self.model = model
        self.mask = mask

    def forward(self, pixels):
        out = self.model(pixel_values=pixels, pixel_mask=self.mask)
        return out.logits, out.pred_boxes


class Runtimes:
    """One network with random weights in each runtime."""

    def __init__(self, request):
        threads = request["threads"]
        torch.set_num_threads(threads)
        model = random_network(request["config"]).requires_grad_(False)
        pixels = torch.randn(threads, 3, request["height"], request["width"])
        mask = torch.ones(threads, request["height"], request["width"], dtype=torch.long)
        network = Exported(model, mask)
        self.images = threads
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "network.onnx")
            torch.onnx.export(network, (pixels,), path, input_names=["pixels"], opset_version=17, dynamo=False)
            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = threads
            session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
            exact, faster = (self.openvino(path, hint, threads) for hint in ("f32", "bf16"))
        array = numpy.ascontiguousarray(pixels.numpy())
        self.sides = {
            "transformers fp32": lambda: network(pixels),
            "ONNX Runtime fp32": lambda: session.run(None, {"pixels": array}),
            "OpenVINO fp32": lambda: exact({"pixels": array}),
            "OpenVINO bf16": lambda: faster({"pixels": array}),
        }

    def openvino(self, path, hint, threads):
        core = openvino.Core()
        settings = {"INFERENCE_PRECISION_HINT": hint, "INFERENCE_NUM_THREADS": threads, "PERFORMANCE_HINT": "LATENCY"}
        return core.compile_model(core.read_model(path), "CPU", settings)

    def facts(self):
        return {}

    def run(self, name):
        start = time.perf_counter()
        with torch.inference_mode():
            self.sides[name]()
        return 1000 * (time.perf_counter() - start) / self.images


if __name__ == "__main__":
    serve(Runtimes)
