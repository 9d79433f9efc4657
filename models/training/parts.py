"""What a training sees: pictures with target distributions, and what it is measured on."""
import numpy as np

import data

POOL_SEED = 2022  # of the random split of all pictures, the same for every training

def class_weights(labels, args):
    """A factor for each class: in the paper's recipe, rare classes weigh more."""
    classes = len(data.EMOTIONS)
    if args.recipe != "paper":
        return np.ones(classes)
    return len(labels) / (classes * np.maximum(np.bincount(labels, minlength=classes), 1))


def one_hot(labels, weights, args):
    """Target distributions of labels, smoothed (not in the paper's recipe) and weighted."""
    smoothing = 0 if args.recipe == "paper" else args.smoothing
    classes = len(weights)
    return (np.eye(classes)[labels] * (1 - smoothing) + smoothing / classes) * weights[labels, None]


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
    targets = one_hot(labels[kept], class_weights(labels[kept], args), args)
    return ([(images[kept], targets, len(targets))],
            {"ckplus": (images[held], labels[held], slice(0, 7))}, data.CKPLUS_EMOTIONS)


def pooled(args):
    """FER2013 and muxspace in one heap, split at random as the paper does: (images, labels) of
    train, validation and test, nine tenths and a twentieth each. Exact duplicates may stand on
    both sides, as there."""
    sets = [data.load(args.root, name, split) for name in ("fer2013", "muxspace")
            for split in ("train", "validation")]
    images, labels = (np.concatenate(column) for column in zip(*sets))
    order = np.random.default_rng(POOL_SEED).permutation(len(images))
    held = len(images) // 20
    return [(images[rows], labels[rows])
            for rows in (order[2 * held:], order[:held], order[held:2 * held])]


def load_pooled(args):
    (images, labels), validation, _ = pooled(args)
    targets = one_hot(labels, class_weights(labels, args), args)
    return ([(images, targets, len(targets))], {"pooled": (*validation, slice(0, 7))},
            data.EMOTIONS)


def load_data(args):
    """Training parts as (images, targets, pictures an epoch), validation parts by name as (images,
    labels, outputs that answer), and the labels. With --labels both the network has two rows of
    outputs, first for FER2013's labels, then for the votes; the training targets stand alike."""
    if args.data == "ckplus":
        return load_ckplus(args)
    if args.data == "pooled":
        return load_pooled(args)
    images, labels = data.load(args.root, "fer2013", "train")
    mux, mux_labels = data.load(args.root, "muxspace", "train")
    checks = {n: data.load(args.root, n, "validation") for n in ("fer2013", "muxspace")}
    rows, majority = data.majority(*data.load_votes(args.root, "validation"))
    weights = class_weights(np.concatenate([labels, mux_labels]), args)
    heads = {"fer2013": one_hot(labels, weights, args),
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
             (mux, np.concatenate([one_hot(mux_labels, weights, args)] * len(chosen), 1),
              min(args.muxspace, len(mux)))], validation, data.EMOTIONS * len(chosen))
