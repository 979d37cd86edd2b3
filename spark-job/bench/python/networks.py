"""DETR as users of Python run it: Hugging Face's image processor around transformers, or around ONNX Runtime."""

import argparse
import pathlib
import time


def arguments(description, *more):
    """What every such job is told; `more` are options of its own, as (name, settings)."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("images", type=pathlib.Path)
    parser.add_argument("checkpoint", type=pathlib.Path)
    parser.add_argument("output", type=pathlib.Path)
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--batch", type=int, default=2)
    parser.add_argument("--dtype", default="float32")
    for name, settings in more:
        parser.add_argument(name, **settings)
    return parser.parse_args()


def load(runtime, checkpoint, dtype):
    """A network that labels a list of paths, on one core: {column: list}."""
    return OnnxRuntime(checkpoint) if runtime == "onnxruntime" else Transformers(checkpoint, dtype)


class Labelling:
    """Files in, columns out; `raw` says what the network finds."""

    def __init__(self, checkpoint):
        from transformers import AutoImageProcessor

        self.processor = AutoImageProcessor.from_pretrained(checkpoint)

    def label(self, paths):
        import torch
        from PIL import Image

        images = [Image.open(path).convert("RGB") for path in paths]
        inputs = self.processor(images=images, return_tensors="pt")
        with torch.inference_mode():
            out = self.raw(inputs["pixel_values"], inputs["pixel_mask"])
        sizes = [image.size[::-1] for image in images]
        found = self.processor.post_process_object_detection(out, threshold=0.05, target_sizes=sizes)
        return {
            "path": list(paths),
            "at": [time.time()] * len(paths),
            "scores": [result["scores"].tolist() for result in found],
            "labels": [result["labels"].tolist() for result in found],
            "boxes": [result["boxes"].flatten().tolist() for result in found],
        }


class Transformers(Labelling):
    def __init__(self, checkpoint, dtype):
        import torch
        from transformers import AutoModelForObjectDetection

        super().__init__(checkpoint)
        torch.set_num_threads(1)
        self.kind = getattr(torch, dtype)
        self.model = AutoModelForObjectDetection.from_pretrained(checkpoint).eval().to(self.kind)

    def raw(self, pixels, mask):
        out = self.model(pixel_values=pixels.to(self.kind), pixel_mask=mask)
        out.logits, out.pred_boxes = out.logits.float(), out.pred_boxes.float()
        return out


class OnnxRuntime(Labelling):
    def __init__(self, checkpoint):
        import onnxruntime
        import torch

        super().__init__(checkpoint)
        torch.set_num_threads(1)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(onnx_file(checkpoint), options, providers=["CPUExecutionProvider"])

    def raw(self, pixels, mask):
        import torch
        from transformers.models.detr.modeling_detr import DetrObjectDetectionOutput

        if not mask.all():
            raise ValueError("Cannot label a padded batch: the exported network masks nothing (use photographs of one size)")
        logits, boxes = self.session.run(None, {"pixels": pixels.numpy()})
        return DetrObjectDetectionOutput(logits=torch.from_numpy(logits), pred_boxes=torch.from_numpy(boxes))


def onnx_file(checkpoint):
    return str(pathlib.Path(checkpoint) / "model.onnx")


def export(checkpoint, height, width):
    """Writes model.onnx beside the checkpoint, for batches of any number of images of that size."""
    import torch
    from transformers import AutoModelForObjectDetection

    class Network(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.model = AutoModelForObjectDetection.from_pretrained(checkpoint).eval().requires_grad_(False)

        def forward(self, pixels):
            out = self.model(pixel_values=pixels)
            return out.logits, out.pred_boxes

    batch = {0: "images"}
    torch.onnx.export(
        Network(), (torch.randn(2, 3, height, width),), onnx_file(checkpoint), input_names=["pixels"],
        output_names=["logits", "boxes"], dynamic_axes={"pixels": batch, "logits": batch, "boxes": batch},
        opset_version=17, dynamo=False)


def rate(finished, cores, batch):
    """Images per second from each core's first batch, which loads the network, to the last row."""
    finished, first = sorted(finished), cores * batch
    return f"{(len(finished) - first) / (finished[-1] - finished[first - 1]):.3f} images/s over {len(finished)} images"
