#!/usr/bin/python3
"""Writes the pictures that a training held out, for `mien evaluate --data PREFIX`:
PREFIX-images.idx3-ubyte.gz and PREFIX-labels.idx1-ubyte.gz."""
import argparse

import torch

import data
import parts
from export import arguments_of, validation


def test_set(checkpoint, root, unseen):
    """The test of the random split; only pictures whose pixels are not in train too, if wished."""
    if checkpoint["arguments"]["data"] != "pooled":
        raise SystemExit("only trainings on the random split (--data pooled) have a test")
    train, _, (images, labels) = parts.pooled(arguments_of(checkpoint, root))
    if unseen:
        kept = ~data.seen_in(images, train[0])
        images, labels = images[kept], labels[kept]
    return images, labels


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", help="best.pt of train.py")
    parser.add_argument("prefix", help="of the two files to write")
    parser.add_argument("--test", action="store_true", help="the test of a random split, not the "
                        "pictures that chose the epoch")
    parser.add_argument("--unseen", action="store_true", help="of the test only pictures that are "
                        "not in train as well")
    data.add_root(parser)
    args = parser.parse_args()
    checkpoint = torch.load(args.checkpoint, map_location="cpu")
    images, labels = (test_set(checkpoint, args.root, args.unseen) if args.test or args.unseen else
                      validation(checkpoint, args.root))
    data.write_set(args.prefix, images, labels)
    print(f"{len(labels)} pictures")


if __name__ == "__main__":
    main()
