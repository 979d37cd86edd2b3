"""A small checkpoint of torch.save (torch 2.7.1): shared storage, a transposed view, a view from the middle, four types;
one with the options of a training script, one with all else that scripts leave in their checkpoints, the same as PyTorch before 1.6
wrote it, and one behind every wrapper.

    python make_pth.py ../resources/pth
"""

import argparse
import collections
import datetime
import pathlib
import sys
import types

import numpy
import torch


def main():
    grid = torch.arange(12, dtype=torch.float32).reshape(3, 4)
    state = collections.OrderedDict()
    state["grid"] = grid
    state["tied"] = grid
    state["transposed"] = grid.t()
    state["middle"] = grid[1:, 1:3]
    state["row"] = grid[2]
    state["parameter"] = torch.nn.Parameter(torch.tensor([1.5, -2.5]))
    state["half"] = torch.tensor([0.5, -1.0, 65504.0], dtype=torch.float16)
    state["bfloat"] = torch.tensor([[1.0], [-3.0]], dtype=torch.bfloat16)
    state["counter"] = torch.tensor(7)
    state["empty"] = torch.zeros(0, 4)
    state._metadata = collections.OrderedDict({"": {"version": 1}})
    target = pathlib.Path(sys.argv[1])
    torch.save({"model": state, "iteration": 3, "notes": ["a", 1.5, None, True]}, target / "views.pth")
    torch.save(state, target / "plain.pth")
    torch.save({"state_dict": state}, target / "protocol4.pth", pickle_protocol=4)
    options = argparse.Namespace(lr=1e-4, names=["a"], nested={"b": (1, None)}, resume="")
    trained = collections.OrderedDict(w=state["parameter"].detach())
    torch.save({"model": trained, "args": options, "epoch": 11}, target / "trained.pth")
    left = {
        "best": numpy.float64(0.5),
        "random": numpy.arange(3),
        "output": pathlib.PurePosixPath("runs/1"),
        "started": datetime.datetime(2026, 11, 29),
        "seen": {1, 2},
        "kept": frozenset([3]),
        "state": collections.defaultdict(dict, a={}),
        "settings": types.SimpleNamespace(lr=1e-4),
        "device": torch.device("cpu"),
        "dtype": torch.float32,
        "shape": torch.Size([2]),
        "callbacks": {pathlib.PurePosixPath: {"monitor": "AP"}},
        "optimizer": {"momentum": torch.ones(5)},
    }
    for protocol in (2, 4):
        torch.save({**left, "state_dict": trained}, target / f"training{protocol}.pth", pickle_protocol=protocol)
    torch.save(
        {"optimizer": left["optimizer"], "model": state}, target / "legacy.pth", _use_new_zipfile_serialization=False
    )
    averaged = {"module." + name: tensor + 1 for name, tensor in trained.items()}
    wrapped = {"model": trained, "ema": {"updates": 3, "module": averaged}}
    torch.save(wrapped, target / "averaged.pth")
    lightning = {"model.module." + name: tensor for name, tensor in trained.items()}
    lightning["criterion.empty_weight"] = torch.ones(3)
    torch.save({"state_dict": lightning, "pytorch-lightning_version": "2.5.0"}, target / "lightning.ckpt")


if __name__ == "__main__":
    main()
