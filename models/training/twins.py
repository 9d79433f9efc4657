#!/usr/bin/python3
"""How many validation pictures have a near twin in train, and how many would under a random split."""
import argparse

import numpy as np

import data

ALIKE = 0.97  # correlation of two pictures shrunk to 12×12, or of one with the other's mirror image
SAMPLE = 2000  # pictures of train that stand for a part held out at random


def shrunk(images):
    """Rows of unit length and mean zero, so that a product of two is their correlation."""
    n, height, width = images.shape
    rows = images.reshape(n, 12, height // 12, 12, width // 12).mean((2, 4)).reshape(n, -1)
    rows = (rows - rows.mean(1, keepdims=True)).astype(np.float32)
    return rows / (np.linalg.norm(rows, axis=1, keepdims=True) + 1e-6)


def twins(images, labels, others, others_labels, own=None):
    """(share of images that have a twin among the others, share of these whose twin has their
    label); `own` says where each image itself stands among the others."""
    rows = shrunk(images)
    alike = np.maximum(rows @ shrunk(others).T, rows @ shrunk(others[:, :, ::-1]).T)
    if own is not None:
        alike[np.arange(len(images)), own] = -1
    nearest = alike.argmax(1)
    has = alike.max(1) >= ALIKE
    return has.mean(), (others_labels[nearest] == labels)[has].mean()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    data.add_root(parser)
    args = parser.parse_args()
    for name in ("fer2013", "muxspace"):
        images, labels = data.load(args.root, name, "train")
        held = np.random.default_rng(1).permutation(len(images))[:SAMPLE]
        for what, found in (
                ("validation", twins(*data.load(args.root, name, "validation"), images, labels)),
                ("random split", twins(images[held], labels[held], images, labels, held))):
            print(f"{name:9} {what:12} {100 * found[0]:5.1f} % have a twin in train, "
                  f"{100 * found[1]:5.1f} % of them with the same label")


if __name__ == "__main__":
    main()
