#!/usr/bin/python3
"""Turns a checkpoint of train.py into a model file, calibrated on validation data."""
import argparse
import datetime
import os

import numpy as np
import torch
from torch.nn import functional as F

import data
import model
from score import logits
from network import Network
from parts import load_data


def fit_temperature(values, labels):
    """The temperature of least cross-entropy: one convex parameter, found by golden section."""
    values, labels = torch.from_numpy(values), torch.from_numpy(labels.astype(np.int64))
    low, high = np.log(0.05), np.log(20.0)
    ratio = (5 ** 0.5 - 1) / 2
    for _ in range(60):
        a, b = high - ratio * (high - low), low + ratio * (high - low)
        if (F.cross_entropy(values / np.exp(a), labels) <
                F.cross_entropy(values / np.exp(b), labels)):
            high = b
        else:
            low = a
    return float(np.exp((low + high) / 2))


def pick_head(checkpoint, labels):
    """Leaves of a network with two rows of outputs the one for `labels`; others stay as they are."""
    arguments, state = checkpoint["arguments"], checkpoint["state"]
    if arguments.get("labels") != "both":
        return
    first = 7 if labels == "ferplus" else 0
    for key in ("dense.weight", "dense.bias"):
        state[key] = state[key][first:first + 7].clone()
    for layer in checkpoint["layers"]:
        if layer["op"] == "dense":
            layer["units"] = 7
    checkpoint["labels"], arguments["labels"] = checkpoint["labels"][:7], labels


def arguments_of(checkpoint, root):
    """The arguments of its training, which a checkpoint holds as text."""
    arguments = argparse.Namespace(**checkpoint["arguments"])
    arguments.root = root
    for name in ("seed", "fold", "muxspace"):
        setattr(arguments, name, int(getattr(arguments, name)))
    arguments.smoothing = 0.0
    return arguments


def validation(checkpoint, root):
    """The rows held out in training: FER2013's for FERGIT, the held tenth for CK+."""
    images, labels, _ = next(iter(load_data(arguments_of(checkpoint, root))[1].values()))
    return images, labels


def source_of(checkpoint):
    """Where the network is from, unless it is our own."""
    ours = checkpoint["arguments"]["network"] == "mien-1"
    return {} if ours else {"source": "Bah & Xue 2022, doi:10.20517/ir.2021.16"}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", help="best.pt of train.py")
    parser.add_argument("output", help="model file to write")
    parser.add_argument("--labels", choices=["fer2013", "ferplus"], default="fer2013",
                        help="which outputs to keep of a network trained with --labels both")
    data.add_root(parser)
    parser.add_argument("--temperature", type=float,
                        help="instead of one fitted here, for a network that saw all pictures")
    parser.add_argument("--float32", action="store_true", help="weights in full precision")
    parser.add_argument("--note", default="", help="a sentence for the provenance")
    args = parser.parse_args()
    torch.set_num_threads(os.cpu_count())
    checkpoint = torch.load(args.checkpoint, map_location="cpu")
    pick_head(checkpoint, args.labels)
    network = Network(checkpoint["layers"])
    network.load_state_dict(checkpoint["state"])
    temperature = args.temperature
    if temperature is None:
        images, labels = validation(checkpoint, args.root)
        temperature = fit_temperature(logits(network.eval(), images), labels)
    settings = {k: v for k, v in checkpoint["arguments"].items()
                if k in ("data", "labels", "network", "recipe", "epochs", "batch", "rate",
                         "smoothing", "dropout", "muxspace", "seed", "split", "fold", "augment",
                         "mixup", "teacher", "side", "schedule", "live", "init")}
    model.save(args.output, network, checkpoint["labels"], temperature, {
        **source_of(checkpoint), "date": str(datetime.date.today()),
        "epoch": checkpoint["epoch"], "training": settings, "note": args.note,
        "validation": {k: round(v, 4) for k, v in checkpoint["scores"].items()}},
        half=not args.float32)
    print(f"{args.output}: temperature {temperature:.3f}, "
          f"{os.path.getsize(args.output) / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
