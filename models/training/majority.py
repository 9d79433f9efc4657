#!/usr/bin/python3
"""Writes the pictures of FER2013 on whose emotion more than half of FER+'s ten people agree, with
that emotion as the label: PREFIX-images.idx3-ubyte.gz and PREFIX-labels.idx1-ubyte.gz."""
import argparse

import data


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("prefix", help="of the two files to write")
    parser.add_argument("--root", default="../shared/datasets", help="folder of the data sets")
    parser.add_argument("--split", default="validation")
    args = parser.parse_args()
    rows, labels = data.majority(*data.load_votes(args.root, args.split))
    images, _ = data.load(args.root, "fer2013", args.split)
    data.write_set(args.prefix, images[rows], labels)
    print(f"{len(rows)} of {len(images)} pictures have a majority")


if __name__ == "__main__":
    main()
