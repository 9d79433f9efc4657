#!/usr/bin/python3
"""How well the columns of `mien annotate --derived` agree with FER+'s ten people on the pictures of
FER2013: r of valence and of arousal with those of the votes for the same labels, and the AUC with
which `disagreement` tells pictures that have no majority from those that have one."""
import argparse
import json
import os
import re

import numpy as np

import data
import model
from score import logits

PLACES = os.path.join(os.path.dirname(__file__), "../../app/data/derived.c")


def places_of(names):
    """(valence, arousal) of each label, from the program's own table."""
    with open(PLACES) as f:
        rows = re.findall(r'\{"(\w+)", (-?[\d.]+), (-?[\d.]+)\}', f.read())
    table = {name: (float(valence), float(arousal)) for name, valence, arousal in rows}
    return np.array([table[name] for name in names])


def softmax(values):
    values = np.exp(values - values.max(1, keepdims=True))
    return values / values.sum(1, keepdims=True)


def entropy(shares):
    return -(shares * np.log(np.maximum(shares, 1e-12))).sum(1) / np.log(shares.shape[1])


def auc(scores, positive):
    """How often a positive has a greater score than a negative; equal ones count a half."""
    _, place, count = np.unique(scores, return_inverse=True, return_counts=True)
    rank = (np.cumsum(count) - (count - 1) / 2)[place]
    n = positive.sum()
    return (rank[positive].sum() - n * (n + 1) / 2) / (n * (~positive).sum())


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", required=True)
    parser.add_argument("--split", default="validation")
    data.add_root(parser)
    args = parser.parse_args()
    images, _ = data.load(args.root, "fer2013", args.split)
    votes, total = data.load_votes(args.root, args.split)
    network, names, temperature = model.load(args.model)
    if names != data.EMOTIONS:
        raise SystemExit(f"{args.model}: FER+ has no votes for its labels")
    shares = softmax(logits(network, images) / temperature)

    known = votes.sum(1) > 0
    places = places_of(names)
    theirs = votes[known] / votes[known].sum(1, keepdims=True) @ places
    ours = shares[known] @ places
    voted = total > 0
    without = np.ones(len(votes), bool)
    without[data.majority(votes, total)[0]] = False
    print(json.dumps({
        "pictures": int(known.sum()),
        "r": {name: round(float(np.corrcoef(ours[:, i], theirs[:, i])[0, 1]), 3)
              for i, name in enumerate(("valence", "arousal"))},
        "without_majority": int(without[voted].sum()), "voted": int(voted.sum()),
        "auc_of_disagreement": round(float(auc(entropy(shares[voted]), without[voted])), 3)}))


if __name__ == "__main__":
    main()
