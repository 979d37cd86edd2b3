"""Runs the programs of all networks and of RefineBox on fake CUDA tensors, which needs no GPU.

usage: ./boxmill bench archives --output NETWORKS
       ./boxmill bench archives --refinebox --output REFINEBOX
       python spark-job/bench/python/check_cuda.py NETWORKS [REFINEBOX] [--passed FILE]
Fake tensors have a shape, a type and a device, and no values. Each program prepares its weights, resizes a picture and makes two
passes over a batch and two over one that it pads, in fp16 and fp32 (PyTorch asks the driver about bf16). What ends the script with
status 1, by operator:
- tensors on the host and on the device in one operator
- an operator without a kernel for CUDA, or whose kernel does not take the type (by PyTorch's own table of its tests, OpInfo)
- a copy from the host in a pass, or a value of the device that the host waits for
- a table that the second pass makes again although the first pass made it
A check depends on the programs, this script and PyTorch's version alone. FILE keeps a digest of these three for each network that passed,
and whose check need not run again; the script adds those that pass.
Needs a CUDA build of PyTorch, as PyPI has it, and the package expecttest, which PyTorch's table reads.
"""

import argparse
import collections
import concurrent.futures
import contextlib
import functools
import hashlib
import json
import multiprocessing
import pathlib
import re
import sys
import warnings
import zipfile

import torch
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

CUDA = "cuda:0"
BATCH = 2
PHOTOGRAPH = (1200, 1600)
CHANNELS = (256, 512, 1024, 2048)
BOXES = 50
PRECISIONS = {"fp16": torch.float16, "fp32": torch.float32}
# An operator of ATen -> its name in OpInfo, where that is not the operator's own. Empty: it takes every type.
NAMES = {
    "_embedding_bag": "nn.functional.embedding_bag",
    "_embedding_bag_backward": "nn.functional.embedding_bag",
    "_embedding_bag_dense_backward": "nn.functional.embedding_bag",
    "_embedding_bag_forward_only": "nn.functional.embedding_bag",
    "_native_batch_norm_legit_no_training": "nn.functional.batch_norm",
    "_scaled_dot_product_attention_math": "nn.functional.scaled_dot_product_attention",
    "_scaled_dot_product_efficient_attention": "nn.functional.scaled_dot_product_attention",
    "_scaled_dot_product_flash_attention": "nn.functional.scaled_dot_product_attention",
    "_safe_softmax": "softmax",
    "_softmax": "softmax",
    "_upsample_bicubic2d_aa": "_upsample_bilinear2d_aa",
    "_prelu_kernel": "nn.functional.prelu",
    "avg_pool2d": "nn.functional.avg_pool2d",
    "convolution": "nn.functional.conv2d",
    "convolution_backward": "nn.functional.conv2d",
    "embedding": "nn.functional.embedding",
    "gelu": "nn.functional.gelu",
    "max_pool2d_with_indices": "nn.functional.max_pool2d",
    "native_group_norm": "nn.functional.group_norm",
    "native_group_norm_backward": "nn.functional.group_norm",
    "native_layer_norm_backward": "native_layer_norm",
    "relu": "nn.functional.relu",
    "sigmoid_backward": "sigmoid",
    "silu": "nn.functional.silu",
    "slice_backward": "slice",
    "threshold_backward": "nn.functional.threshold",
    "upsample_bicubic2d": "nn.functional.interpolate",
    "upsample_bilinear2d": "nn.functional.upsample_bilinear",
    "upsample_nearest2d": "nn.functional.upsample_nearest",
    "upsample_nearest2d_backward": "nn.functional.upsample_nearest",
} | dict.fromkeys(
    "_to_copy _unsafe_view alias arange as_strided bitwise_not clone copy detach empty empty_like expand fill full full_like lift_fresh"
    " new_zeros ones_like permute pin_memory scalar_tensor select select_backward slice split split_with_sizes squeeze stack sym_size"
    " t transpose unbind unsqueeze view zero zeros zeros_like cat _reshape_alias unfold zeros resize set".split(), "")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("networks", type=pathlib.Path)
    parser.add_argument("refinebox", type=pathlib.Path, nargs="?")
    parser.add_argument("--passed", type=pathlib.Path)
    options = parser.parse_args()
    warnings.filterwarnings("ignore")
    if not torch.version.cuda:
        sys.exit(f"This PyTorch is built without CUDA and does not know its kernels: {torch.__version__}")
    folders = sorted(path.parent for path in options.networks.glob("*/network.json"))
    if not folders:
        sys.exit(f"No network in {options.networks}")
    digests = {folder: digest(folder) for folder in [*folders, *([options.refinebox] if options.refinebox else [])]}
    passed = set(options.passed.read_text().split()) if options.passed and options.passed.exists() else set()
    unchecked = [folder for folder in digests if digests[folder] not in passed]
    print(f"{len(digests) - len(unchecked)} of {len(digests)} passed before, unchanged since")
    prove()
    faults = collections.defaultdict(list)
    # Unlike a pool, an executor says so when one of its processes dies.
    with concurrent.futures.ProcessPoolExecutor(mp_context=multiprocessing.get_context("fork")) as processes:
        results = [processes.submit(check_refinebox if folder == options.refinebox else check_network, folder) for folder in unchecked]
        for result in results:
            for fault, where in result.result():
                faults[fault].append(where)
    if faults:
        for fault, where in faults.items():
            print(f"{fault}: {', '.join(sorted(where))}", file=sys.stderr)
        sys.exit(1)
    if options.passed:
        options.passed.write_text("".join(f"{one}\n" for one in sorted(digests.values())))
    print(f"{len(folders)} networks{', RefineBox and its training' if options.refinebox else ''}: no fault on CUDA")


def digest(folder):
    """Of its programs and the shapes that they run on, of this script, and of PyTorch's version."""
    parts = [torch.__version__.encode(), pathlib.Path(__file__).read_bytes()]
    parts += [path.read_bytes() for path in sorted(folder.glob("*.json"))]
    for archive in sorted(folder.glob("*cuda-*.pt")):
        with zipfile.ZipFile(archive) as file:
            parts += [file.read(name) for name in sorted(file.namelist()) if "/code/" in name or name.endswith(".pkl")]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def prove():
    """Faults that are planted must be found."""
    x = torch.empty
    planted = {
        "device": lambda: x(2, 2, device=CUDA) + x(2, 2, device=CUDA).cpu(),
        "touches the host": lambda: x(2, 2).to(CUDA),
        "does not take torch.uint8": lambda: torch.softmax(x(2, 2, dtype=torch.uint8, device=CUDA), 0),
        "has no kernel": lambda: torch.ops.mkldnn._linear_pointwise(x(2, 2), x(2, 2), None, "none", [], ""),
        "_local_scalar_dense": lambda: x(1, device=CUDA).item(),
    }
    for fault, act in planted.items():
        with FakeTensorMode():
            watch = Watch()
            watch.run(act)
        if not any(fault in found for found in watch.faults):
            sys.exit(f"A planted fault was not found: {fault!r} in {watch.faults}")


def check_network(folder):
    """What is wrong with its programs: pairs of a fault and an archive."""
    network = json.loads((folder / "network.json").read_text())
    faults = []
    for precision in PRECISIONS:
        with program(folder / f"cuda-{precision}.pt", network["weights"], faults) as (module, watch):
            picture = torch.empty(3, network["height"], network["width"], dtype=torch.uint8, device=CUDA)
            tables = two_passes(module.detect_pictures, {str(i): picture for i in range(BATCH)}, watch)
            watch.run(module.feature_maps, {"0": picture} | tables)
            padded = torch.empty(3, network["height"] - 100, network["width"] // 2, dtype=torch.uint8, device=CUDA)
            two_passes(module.detect_pictures, {str(i): padded for i in range(BATCH)}, watch)
            # the steps of resize_picture that compute: the others need a driver
            watch.run(module.resize_on_device, {"image": torch.empty(*PHOTOGRAPH, 3, dtype=torch.uint8, device=CUDA)})
    print(folder.name, flush=True)
    return faults


def check_refinebox(folder):
    """As check_network."""
    weights = json.loads((folder / "refinebox.json").read_text())["weights"]
    faults = []
    for precision, kind in PRECISIONS.items():
        with program(folder / f"cuda-{precision}.pt", weights, faults) as (module, watch):
            two_passes(module.forward, refinebox_inputs(kind, CUDA), watch)
    # Losses on the device. Gradients need a driver there: on the host, with the kernels of the device looked up.
    for device in (CUDA, "cpu"):
        with program(folder / "training-cuda-fp32.pt", {}, faults, device) as (module, watch):
            inputs = refinebox_inputs(torch.float32, device) | {"targets": torch.empty(BOXES, 4, device=device)}
            inputs |= {f"weight.{name}": torch.empty(shape, device=device) for name, shape in weights.items()}
            with torch.set_grad_enabled(device == "cpu"):
                watch.run(module.gradient, inputs, ends_with="does not require grad" if device == CUDA else None)
    print("RefineBox and its training", flush=True)
    return faults


def two_passes(entry, inputs, watch):
    """The tables that the first one made."""
    tables = made_tables(watch.run(entry, inputs))
    again = made_tables(watch.run(entry, inputs | tables))
    watch.faults.update(f"{name} is made again" for name in again)
    return tables


def made_tables(results):
    return {name: table for name, table in results.items() if name.startswith("table.")}


@contextlib.contextmanager
def program(archive, weights, faults, device=CUDA):
    """Loads it and prepares its weights; what is seen of it goes to `faults`."""
    # which attention kernel serves is asked of the driver: the plain one needs none
    with sdpa_kernel(SDPBackend.MATH), FakeTensorMode(), torch.no_grad(), torch.jit.optimized_execution(False):
        watch = Watch(device)
        module = torch.jit.load(archive, map_location="cpu")
        if re.search(rb"torch\.(tensor|as_tensor)\(", zipfile.ZipFile(archive).read("network/code/__torch__.py")):
            watch.faults.add("torch.tensor copies from the host")
        for name, shape in weights.items():
            module.take(name, torch.empty(shape, device=device))
        if weights:
            watch.run(module.prepare, copies=True)
        yield module, watch
        faults += [(fault, f"{archive.parent.name}/{archive.name}") for fault in watch.faults]


def refinebox_inputs(kind, device):
    sizes = [(200, 267), (100, 134), (50, 67), (25, 34)]
    inputs = {
        f"c{level + 2}": torch.empty(BATCH, channels, *size, dtype=kind, device=device).to(memory_format=torch.channels_last)
        for level, (channels, size) in enumerate(zip(CHANNELS, sizes, strict=True))}
    shapes = {"boxes": (BOXES, 4), "images": (BOXES,), "size": (2,), "strides": (4,)}
    return inputs | {name: torch.empty(shape, device=device) for name, shape in shapes.items()}


def where(said):
    """The last line of an interpreter's error, and the line of the program that it is at."""
    lines = said.strip().splitlines()
    marks = [number for number, line in enumerate(lines) if "<--- HERE" in line]
    return f"{lines[-1]} at {lines[marks[-1] - 1].strip()!r}" if marks else "".join(lines[-1:])


class Watch(TorchDispatchMode):
    """Sees every operator of a program, and collects what a device would stumble over."""

    def __init__(self, device=CUDA):
        super().__init__()
        self.device, self.faults, self.copies = device, set(), False

    def run(self, work, *inputs, copies=False, ends_with=None):
        self.copies = copies
        try:
            with self:
                return work(*inputs)
        except Exception as failure:
            if not ends_with or ends_with not in str(failure):
                self.faults.add(where(str(failure)) or repr(failure))
            return {}

    def __torch_dispatch__(self, operator, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        result = operator(*args, **kwargs)
        taken, made = (
            [leaf for leaf in tree_leaves(values) if isinstance(leaf, torch.Tensor)] for values in ((args, kwargs), result))
        on_host = [tensor for tensor in taken + made if tensor.device.type == "cpu" and tensor.dim() > 0]
        if self.device == CUDA and on_host and not self.copies:
            self.faults.add(f"{operator} touches the host")
        fault = kernels().fault(operator, (taken or made)[0].dtype if taken or made else None)
        if fault:
            self.faults.add(fault)
        return result


@functools.cache
def kernels():
    return Kernels()


class Kernels:
    """What CUDA's build of PyTorch can compute, by operator and type."""

    KEYS = ("CUDA", "CompositeExplicitAutograd", "CompositeImplicitAutograd", "CompositeExplicitAutogradNonFunctional")

    def __init__(self):
        from torch.testing._internal.common_methods_invocations import op_db

        self.types, self.known = {}, {}
        for info in sorted(op_db, key=lambda info: len(info.variant_test_name), reverse=True):
            self.types[info.name] = set(info.dtypesIfCUDA)

    def fault(self, operator, kind):
        if operator.namespace == "prim" or kind is None:
            return None
        if (operator, kind) not in self.known:
            self.known[operator, kind] = self.found(operator, kind)
        return self.known[operator, kind]

    def found(self, operator, kind):
        if not any(torch._C._dispatch_has_kernel_for_dispatch_key(operator.name(), key) for key in self.KEYS):
            return f"{operator} has no kernel for CUDA"
        plain = operator._schema.name.removeprefix("aten::").removesuffix("_")
        name = NAMES.get(plain, plain)
        if not name:
            return None
        if name not in self.types:
            return f"{operator} is not in PyTorch's table of types (name it in NAMES)"
        return None if kind in self.types[name] else f"{operator} does not take {kind} on CUDA"


if __name__ == "__main__":
    main()
