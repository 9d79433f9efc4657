#!/usr/bin/python3
"""Writes the pictures of FER2013 on whose emotion most of FER+'s ten people agree, with that emotion
as the label: PREFIX-images.idx3-ubyte.gz and PREFIX-labels.idx1-ubyte.gz. Most are more than half of
all votes; with --literature, more than half of those left when single votes are dropped."""
import argparse

import data


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("prefix", help="of the two files to write")
    data.add_root(parser)
    parser.add_argument("--split", default="validation")
    parser.add_argument("--literature", action="store_true", help="as papers on FER+ score it")
    args = parser.parse_args()
    images, _ = data.load(args.root, "fer2013", args.split)
    if args.literature:
        rows, labels = data.literature_majority(data.all_votes(args.root, args.split))
    else:
        rows, labels = data.majority(*data.load_votes(args.root, args.split))
    known = labels < len(data.EMOTIONS)
    data.write_set(args.prefix, images[rows[known]], labels[known])
    print(f"{len(rows)} of {len(images)} pictures have a majority")
    if not known.all():
        print(f"{sum(~known)} of them, of contempt, are left out: for a score that counts them as "
              f"wrong multiply the accuracy by {known.mean():.4f}")


if __name__ == "__main__":
    main()
