"""What a training sees: pictures with target distributions, and what it is measured on."""
import numpy as np

import data


def one_hot(labels, args):
    """Target distributions of labels, smoothed; the paper weighs rare classes more instead."""
    classes = len(data.EMOTIONS)
    if args.recipe == "paper":
        count = np.bincount(labels, minlength=classes)
        return np.eye(classes)[labels] * (len(labels) / (classes * np.maximum(count, 1)))
    return np.eye(classes)[labels] * (1 - args.smoothing) + args.smoothing / classes


def vote_targets(votes, total):
    """The votes as distributions; a picture that most people give to none of the seven has no say."""
    said = votes.sum(1, keepdims=True)
    return np.where(said * 2 > total[:, None], votes / np.maximum(said, 1), 0)


def load_ckplus(args):
    images, labels = data.load(args.root, "ckplus", "train")
    rng = np.random.default_rng(args.seed)
    if args.split == "person":
        names = np.array(data.people(args.root, "ckplus", "train", "_"))
        held = np.isin(names, rng.permutation(sorted(set(names)))[args.fold::10])
    else:
        held = np.zeros(len(images), bool)
        held[rng.permutation(len(images))[args.fold::10]] = True
    kept = np.ones(len(images), bool) if args.split == "none" else ~held
    return ([(images[kept], one_hot(labels[kept], args), int(kept.sum()))],
            {"ckplus": (images[held], labels[held], slice(0, 7))}, data.CKPLUS_EMOTIONS)


def load_data(args):
    """Training parts as (images, targets, pictures an epoch), validation parts by name as (images,
    labels, outputs that answer), and the labels. With --labels both the network has two rows of
    outputs, first for FER2013's labels, then for the votes; the training targets stand alike."""
    if args.data == "ckplus":
        return load_ckplus(args)
    images, labels = data.load(args.root, "fer2013", "train")
    mux, mux_labels = data.load(args.root, "muxspace", "train")
    checks = {n: data.load(args.root, n, "validation") for n in ("fer2013", "muxspace")}
    rows, majority = data.majority(*data.load_votes(args.root, "validation"))
    heads = {"fer2013": one_hot(labels, args),
             "ferplus": vote_targets(*data.load_votes(args.root, "train"))}
    chosen = list(heads) if args.labels == "both" else [args.labels]
    output = {name: slice(7 * i, 7 * i + 7) for i, name in enumerate(chosen)}
    validation = {}
    if "fer2013" in chosen:
        validation["fer2013"] = (*checks["fer2013"], output["fer2013"])
    if "ferplus" in chosen:
        validation["ferplus"] = (checks["fer2013"][0][rows], majority, output["ferplus"])
    validation["muxspace"] = (*checks["muxspace"], output[chosen[0]])
    return ([(images, np.concatenate([heads[n] for n in chosen], 1), len(images)),
             (mux, np.concatenate([one_hot(mux_labels, args)] * len(chosen), 1),
              min(args.muxspace, len(mux)))], validation, data.EMOTIONS * len(chosen))
