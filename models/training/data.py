"""Reads and writes the data sets: MNIST-style IDX files, gzipped or not."""
import csv
import gzip
import os
import struct
import sys

import numpy as np

EMOTIONS = ["angry", "disgust", "fear", "happy", "sad", "surprise", "neutral"]
CKPLUS_EMOTIONS = ["anger", "contempt", "disgust", "fear", "happy", "sadness", "surprise"]


def read_idx(path):
    """Images (n, rows, columns) or labels (n,) as uint8."""
    with (gzip.open if path.endswith(".gz") else open)(path, "rb") as f:
        magic, = struct.unpack(">I", f.read(4))
        if magic not in (0x801, 0x803):
            raise ValueError(f"{path}: not an IDX file of bytes (magic {magic:#x})")
        shape = struct.unpack(f">{magic & 0xff}I", f.read(4 * (magic & 0xff)))
        return np.frombuffer(f.read(), np.uint8).reshape(shape)


def write_idx(path, array):
    with gzip.open(path, "wb") as f:
        f.write(struct.pack(f">I{array.ndim}I", 0x800 + array.ndim, *array.shape))
        f.write(array.tobytes())


def write_set(prefix, images, labels):
    write_idx(f"{prefix}-images.idx3-ubyte.gz", images)
    write_idx(f"{prefix}-labels.idx1-ubyte.gz", labels)


def add_root(parser):
    """The option --root, which may stand in the environment."""
    root = os.environ.get("MIEN_DATA")
    parser.add_argument("--root", default=root, required=not root,
                        help="folder of the data sets; without it $MIEN_DATA")


def load(root, name, split):
    if not os.path.isdir(os.path.join(root, name)):
        sys.exit(f"{root}: holds no folder {name}; --root or $MIEN_DATA must name the folder of "
                 "the data sets (README.md)")
    folder = os.path.join(root, name)
    return (read_idx(os.path.join(folder, f"{split}-images.idx3-ubyte.gz")),
            read_idx(os.path.join(folder, f"{split}-labels.idx1-ubyte.gz")))


def all_votes(root, split):
    """The votes of FER+'s ten people on FER2013: (n, 10), those for EMOTIONS in their order, then
    contempt, unknown and no face."""
    columns = ["anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral",
               "contempt", "unknown", "not_a_face"]
    with open(os.path.join(root, "fer2013", f"{split}-votes.csv"), newline="") as f:
        return np.array([[float(row[c] or 0) for c in columns] for row in csv.DictReader(f)])


def load_votes(root, split):
    """The votes for EMOTIONS, and the number of all votes a picture."""
    votes = all_votes(root, split)
    return votes[:, :len(EMOTIONS)], votes.sum(1)


def majority(votes, total):
    """(rows with more than half of all votes for one column, which column)."""
    rows = np.flatnonzero((total > 0) & (votes.max(1) * 2 > total))
    return rows, votes[rows].argmax(1).astype(np.uint8)


def literature_majority(votes):
    """FER+ as the literature scores it: (rows, which column) of a majority among the emotions and
    contempt, of the votes left when single ones are dropped."""
    votes = np.where(votes > 1, votes, 0)
    rows, columns = majority(votes, votes.sum(1))
    kept = columns <= len(EMOTIONS)  # neither unknown nor no face
    return rows[kept], columns[kept]


def people(root, name, split, separator):
    """The person shown in each row, from the names beside the pictures."""
    with open(os.path.join(root, name, f"{split}-names.csv"), newline="") as f:
        return [row["name"].split(separator)[0] for row in csv.DictReader(f)]


def seen_in(images, others):
    """For each of `images`, whether the very same pixels stand among `others`."""
    known = {image.tobytes() for image in others}
    return np.array([image.tobytes() in known for image in images])
