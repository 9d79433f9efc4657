#!/usr/bin/python3
"""Writes the pictures that a training held out, for `mien evaluate --data PREFIX`:
PREFIX-images.idx3-ubyte.gz and PREFIX-labels.idx1-ubyte.gz."""
import argparse

import torch

import data
from export import validation


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", help="best.pt of train.py")
    parser.add_argument("prefix", help="of the two files to write")
    parser.add_argument("--root", default="../shared/datasets", help="folder of the data sets")
    args = parser.parse_args()
    images, labels = validation(torch.load(args.checkpoint, map_location="cpu"), args.root)
    data.write_set(args.prefix, images, labels)
    print(f"{len(labels)} pictures")


if __name__ == "__main__":
    main()
