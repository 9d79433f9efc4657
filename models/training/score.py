#!/usr/bin/python3
"""Scores a model file in PyTorch, float32: the figure that `mien evaluate` must agree with."""
import argparse
import json

import numpy as np
import torch

import data
import model


@torch.no_grad()
def logits(network, images):
    parts = [network(torch.from_numpy(images[i:i + 256].copy()).unsqueeze(1).float() / 255)
             for i in range(0, len(images), 256)]
    return torch.cat(parts).numpy()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", required=True)
    parser.add_argument("--images", required=True, help="IDX file")
    parser.add_argument("--labels", required=True, help="IDX file")
    parser.add_argument("--unseen-in", help="leave out pictures that stand in this IDX file too")
    args = parser.parse_args()
    images, labels = data.read_idx(args.images), data.read_idx(args.labels)
    if args.unseen_in:
        kept = ~data.seen_in(images, data.read_idx(args.unseen_in))
        images, labels = images[kept], labels[kept]
    network, names, _ = model.load(args.model)
    answers = logits(network, images).argmax(1)
    recall = {name: float((answers[labels == i] == i).mean()) if (labels == i).any() else None
              for i, name in enumerate(names)}
    print(json.dumps({"accuracy": float(np.mean(answers == labels)), "count": len(labels),
                      "recall": recall}))


if __name__ == "__main__":
    main()
