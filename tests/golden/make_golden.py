#!/usr/bin/env python3
"""Writes the expected logits of random networks, computed by PyTorch in float32.

Weights and pictures come from a counter-based generator that generated_model.c repeats bit for
bit, so that only the logits need to be kept. Run it from anywhere: tests/golden/make_golden.py
"""
import json
import pathlib
import sys

import numpy as np
import torch

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent / "models" / "training"))
from architectures import architecture  # noqa: E402
from network import Network  # noqa: E402

PICTURES, SIDE, CELL = 64, 48, 8
WEIGHT_SEED, PICTURE_SEED, COARSE_SEED = 1, 2, 3
STEP = np.uint64(0x9E3779B97F4A7C15)


def uniform(seed, start, count):
    """Values in [0, 1) of 24 bits: splitmix64 of the counters start…start+count-1."""
    with np.errstate(over="ignore"):
        counter = np.arange(start + 1, start + count + 1, dtype=np.uint64)
        z = (np.uint64(seed) << np.uint64(32)) + counter * STEP
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    return (z >> np.uint64(40)).astype(np.float64) * 2.0 ** -24


def random_pictures():
    """Patches of 8×8 pixels under noise, so that the pictures differ in more than noise."""
    cells = SIDE // CELL
    coarse = uniform(COARSE_SEED, 0, PICTURES * cells * cells).reshape(PICTURES, 1, cells, cells)
    fine = uniform(PICTURE_SEED, 0, PICTURES * SIDE * SIDE).reshape(PICTURES, 1, SIDE, SIDE)
    patches = coarse.repeat(CELL, axis=2).repeat(CELL, axis=3)
    return (0.75 * patches + 0.25 * fine).astype(np.float32)


class Weights:
    """Fills a network in the order of its layer list."""

    def __init__(self, half):
        self.drawn, self.half = 0, half

    def fill(self, tensor, low, high):
        count = tensor.numel()
        values = low + (high - low) * uniform(WEIGHT_SEED, self.drawn, count)
        self.drawn += count
        values = torch.from_numpy(values.astype(np.float32))
        if self.half:
            values = values.half().float()
        tensor.data.copy_(values.reshape(tensor.shape))

    def fill_network(self, network, layers):
        for layer in layers:
            op = layer["op"]
            if op == "residual":
                self.fill_network(network, layer["layers"])
            elif op == "batch_norm":
                module = getattr(network, layer["name"])
                self.fill(module.weight, -0.5, 1.5)
                self.fill(module.bias, -0.5, 0.5)
                self.fill(module.running_mean, -0.5, 0.5)
                self.fill(module.running_var, 0.25, 1.25)
            elif op in ("conv", "dense"):
                module = getattr(network, layer["name"])
                bound = float(np.sqrt(6.0 / module.weight[0].numel()))
                self.fill(module.weight, -bound, bound)
                self.fill(module.bias, -0.125, 0.125)


def make(name, variant, labels, half):
    layers = architecture(variant, len(labels))
    network = Network(layers)
    Weights(half).fill_network(network, layers)
    network.eval()
    pictures = torch.from_numpy(random_pictures())
    with torch.no_grad():
        logits = torch.cat([network(picture[None]) for picture in pictures])
    print(name, "logits from", logits.min().item(), "to", logits.max().item(),
          "mean spread over pictures", logits.std(0).mean().item())
    rows = ",\n".join(json.dumps([float(f"{x:.9g}") for x in row]) for row in logits.tolist())
    (HERE / f"{name}.json").write_text(
        '{"half": %s,\n"labels": %s,\n"architecture": [\n%s],\n"logits": [\n%s]}\n' % (
            json.dumps(half), json.dumps(labels), ",\n".join(map(json.dumps, layers)), rows))


if __name__ == "__main__":
    SEVEN = ["angry", "disgust", "fear", "happy", "sad", "surprise", "neutral"]
    make("residual", "residual", SEVEN, False)
    make("basic", "basic", SEVEN, False)
    make("half", "basic", ["calm", "glad", "cross", "afraid", "amazed"], True)
