"""ONNX Runtime's and OpenVINO's side of `boxmill bench family`, beside transformers': the protocol of family_peer.py.

usage: ./boxmill bench family --peer "python spark-job/bench/python/runtimes_peer.py"

The answer to a network says which sides there are: of "float32", "bfloat16" (transformers), "ONNX Runtime fp32", "OpenVINO fp32",
"OpenVINO bf16" and, for RF-DETR where that package is installed, "rfdetr fp32" and "rfdetr bf16"; and under "cannot", why others are missing. Needs a
transformers that has the network: requirements-runtimes.txt pins one that has all of them.
"""

import importlib.util
import logging
import os
import tempfile
import time

import numpy
import onnxruntime
import openvino
import torch
from family_peer import Held, prompt, random_network, serve


class Exported(torch.nn.Module):
    """Pixels in, logits and boxes out."""

    def __init__(self, model, words):
        super().__init__()
        self.model = model
        self.words = words

    def forward(self, pixels):
        out = self.model(pixel_values=pixels, **self.words)
        return out.logits, out.pred_boxes


class Runtimes:
    """One network with random weights in each runtime that takes it."""

    def __init__(self, request):
        self.threads = request["threads"]
        torch.set_num_threads(self.threads)
        self.pixels = torch.randn(1, 3, request["height"], request["width"])
        self.calls, self.cannot = {}, {}
        if request.get("transformers", True):
            held = Held(request)
            self.calls = {name: lambda name=name: held.run(name) for name in ("float32", "bfloat16")}
            model = held.models["float32"]
        else:
            model = as_published(random_network(request["config"]))
        with tempfile.TemporaryDirectory() as folder, torch.inference_mode():
            network = Exported(model.requires_grad_(False), prompt(request.get("phrases")))
            path = os.path.join(folder, "network.onnx")
            exported = self.tried("ONNX", lambda: self.export(network, path))
            if exported:
                self.tried("ONNX Runtime", lambda: self.onnx_runtime(path))
            self.tried("OpenVINO", lambda: self.openvino(path if exported else None, network))
        if request["config"]["model_type"] == "rf_detr" and importlib.util.find_spec("rfdetr"):
            self.tried("rfdetr", lambda: self.rfdetr(request))

    def facts(self):
        return {"sides": list(self.calls), "cannot": self.cannot}

    def run(self, name):
        return self.calls[name]()

    def tried(self, runtime, action):
        """Whether a runtime takes the network; what it says where it doesn't."""
        try:
            action()
            return True
        except Exception as error:  # each runtime has its own errors
            self.cannot[runtime] = (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
            return False

    def export(self, network, path):
        torch.onnx.export(network, (self.pixels,), path, input_names=["pixels"], opset_version=17, dynamo=False)

    def onnx_runtime(self, path):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self.threads
        session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        self.timed("ONNX Runtime fp32", lambda pixels: session.run(None, {"pixels": pixels}))

    def openvino(self, path, network):
        core = openvino.Core()
        model = core.read_model(path) if path else openvino.convert_model(network, example_input=self.pixels)
        model.reshape(list(self.pixels.shape))
        for name, hint in (("OpenVINO fp32", "f32"), ("OpenVINO bf16", "bf16")):
            settings = {
                "INFERENCE_PRECISION_HINT": hint, "INFERENCE_NUM_THREADS": self.threads, "PERFORMANCE_HINT": "LATENCY"}
            self.timed(name, lambda pixels, compiled=core.compile_model(model, "CPU", settings): compiled(pixels))

    def rfdetr(self, request):
        import rfdetr

        sizes = {384: "RFDETRNano", 512: "RFDETRSmall", 576: "RFDETRMedium", 704: "RFDETRLarge", 560: "RFDETRBase"}
        package = getattr(rfdetr, sizes[request["height"]])(pretrain_weights=None, device="cpu")
        for name, dtype in (("rfdetr fp32", torch.float32), ("rfdetr bf16", torch.bfloat16)):
            package.inference(dtype=dtype)  # traced, as its users are told to
            network = package.model.inference_model
            self.timed(name, lambda pixels, network=network, dtype=dtype: network(torch.from_numpy(pixels).to(dtype)))

    def timed(self, name, call):
        pixels = numpy.ascontiguousarray(self.pixels.numpy())

        def once():
            start = time.perf_counter()
            with torch.inference_mode():
                call(pixels)
            return 1000 * (time.perf_counter() - start)

        once()
        self.calls[name] = once


class FirstPosition(torch.nn.Module):
    """The query position of the first boxes, in every layer."""

    def __init__(self, head):
        super().__init__()
        self.head = head

    def forward(self, boxes):
        if self.position is None:
            self.position = self.head(boxes)
        return self.position


def as_published(model):
    """transformers' DEIMv2 made the network of its authors: SiLU in the heads, no layer before query selection, one position."""
    decoder = model.model.decoder
    heads = [model.model.enc_bbox_head, decoder.pre_bbox_head, *decoder.bbox_embed, *(lqe.reg_conf for lqe in decoder.lqe_layers)]
    for head in heads:
        head.act = torch.nn.SiLU()
    model.model.enc_output = torch.nn.Identity()
    first = decoder.query_pos_head = FirstPosition(decoder.query_pos_head)
    decoder.register_forward_pre_hook(lambda *_: setattr(first, "position", None))
    return model


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    serve(Runtimes)
