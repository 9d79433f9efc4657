#!/usr/bin/python3
"""Trains the network that tells faces from what looks like one to a cascade, and writes its file.

    train.py OUT.safetensors --root DATA --others mined.npy [--hard hard.npy …] [--from OLD]
"""
import argparse
import json
import os
import sys

import numpy as np
import torch
from torch.nn import functional as F

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import model  # noqa: E402
import tensor_file  # noqa: E402
from architectures import POOL, RELU, Numbers, head  # noqa: E402
from data import add_root, all_votes, load  # noqa: E402
from network import Network  # noqa: E402

from pictures import OUTPUTS, SIDE, batch  # noqa: E402

FACES, HARD = 0.45, 0.2  # shares of a batch; the rest are other things
INPUT = {"width": SIDE, "height": SIDE, "channels": 1, "color": "gray", "divide": 255.0,
         "mean": 0.0, "std": 1.0}


def layers():
    """269,000 weights, 5.5 million multiply-adds."""
    numbers = Numbers()

    def stage(filters):
        return [*numbers.conv(filters), RELU]

    return [*stage(16), POOL, *stage(32), POOL, *stage(48), *numbers.residual(48),
            POOL, *stage(96), *numbers.residual(96),
            {"op": "global_average_pool"}, *head(len(OUTPUTS))]


def faces_and_others(root, paths):
    """Faces of FER2013 and muxspace; what ten people called no face, and what was mined."""
    images, _ = load(root, "fer2013", "train")
    no_face = all_votes(root, "train")[:, -1]
    good = (no_face == 0) & (images.std((1, 2)) > 8)
    faces = np.concatenate([images[good], load(root, "muxspace", "train")[0]])
    return faces, np.concatenate([images[no_face >= 5], *(np.load(path) for path in paths)])


class Draw:
    """Batches of faces, other things and hard ones."""

    def __init__(self, args, random):
        faces, others = faces_and_others(args.root, args.others)
        hard = np.concatenate([np.load(path) for path in args.hard]) if args.hard else others
        self.sets = [torch.from_numpy(np.ascontiguousarray(x))[:, None]
                     for x in (faces, others, hard)]
        self.size, self.random = args.batch, random
        print("faces, others, hard:", *(len(x) for x in self.sets), flush=True)

    def some(self, kind, count):
        pictures = self.sets[kind]
        return pictures[torch.randint(len(pictures), (count,), generator=self.random)].float()

    def next(self):
        faces, hard = int(FACES * self.size), int(HARD * self.size)
        pictures = torch.cat([self.some(0, faces), self.some(1, self.size - faces - hard),
                              self.some(2, hard)])
        is_face = torch.zeros(self.size)
        is_face[:faces] = 1
        return batch(pictures, is_face, self.some(1, self.size), self.random)


def loss_of(answers, is_face, targets):
    told = F.binary_cross_entropy_with_logits(answers[:, 0], is_face * 0.98 + 0.01)
    rows = is_face > 0
    return told + 2 * F.smooth_l1_loss(answers[rows, 1:], targets[rows], beta=0.05)


def train(network, draw, args):
    """Returns the weights' moving average."""
    average = {k: v.clone() for k, v in network.state_dict().items()}
    optimiser = torch.optim.AdamW(network.parameters(), lr=args.rate, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, args.rate, total_steps=args.steps,
                                                   pct_start=0.1)
    for step in range(args.steps):
        x, is_face, targets = draw.next()
        with torch.autocast("cpu", dtype=torch.bfloat16):
            answers = network(x.contiguous(memory_format=torch.channels_last))
        loss = loss_of(answers.float(), is_face, targets)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 2.0)
        optimiser.step()
        schedule.step()
        for name, value in network.state_dict().items():
            if value.is_floating_point():
                average[name].lerp_(value, 1 - min(0.998, (1 + step) / (10 + step)))
        if step % 100 == 99:
            print(step + 1, f"{loss.item():.4f}", flush=True)
    return average


def save(path, state, network, args):
    tensors = {name: value.numpy() if name.endswith("running_var")
               else value.numpy().astype(np.float16) for name, value in state.items()
               if not name.endswith("num_batches_tracked")}
    tensor_file.write(path, tensors, {
        "format": "mien", "format_version": "1", "architecture": json.dumps(network.layers),
        "labels": json.dumps(OUTPUTS), "input": json.dumps(INPUT), "temperature": "1.0",
        "provenance": json.dumps({"recipe": "models/training/face", "steps": args.steps,
                                  "rate": args.rate, "seed": args.seed})})


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("output", help="model file to write")
    add_root(parser)
    parser.add_argument("--others", nargs="+", required=True, help="what mine.py wrote")
    parser.add_argument("--hard", nargs="*", default=[], help="the same, with a model")
    parser.add_argument("--from", dest="start", help="model file to train on")
    parser.add_argument("--steps", type=int, default=2500)
    parser.add_argument("--batch", type=int, default=256)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    torch.manual_seed(args.seed)
    draw = Draw(args, torch.Generator().manual_seed(args.seed))
    network = model.load(args.start)[0].train() if args.start else Network(layers())
    network = network.to(memory_format=torch.channels_last)
    state = train(network, draw, args)
    save(args.output, state, network, args)


if __name__ == "__main__":
    main()
