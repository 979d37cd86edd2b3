"""A small checkpoint of torch.save (torch 2.7.1): shared storage, a transposed view, a view from the middle, four types;
and one with the options of a training script.

    python make_pth.py ../resources/pth
"""

import argparse
import collections
import pathlib
import sys

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


if __name__ == "__main__":
    main()
