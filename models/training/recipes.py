"""The trainings and the models made from them, by name."""
import os

MODELS_FOLDER = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

# The paper's own trainings: FERGIT split at random, the published schedule. A training called live
# differs in how the first kernels start.
PAPER = ["--recipe", "paper", "--batch", "64", "--epochs", "100"]
FERGIT = PAPER + ["--data", "pooled"]
BASIC = ["--network", "basic"]
# Ours: one network with a row of outputs for each set of labels.
BOTH = ["--labels", "both", "--smoothing", "0.05", "--muxspace", "4000"]
MIEN_1 = BOTH + ["--network", "mien-1", "--teacher", "{models}/fergit-residual.safetensors",
                 "{models}/ferplus-residual.safetensors"]

# name: (the training whose weights it starts from, arguments of train.py)
TRAININGS = {
    "paper-fergit-residual": (None, FERGIT),
    "paper-fergit-residual-live": (None, FERGIT + ["--live"]),
    "paper-fergit-basic": (None, FERGIT + BASIC),
    "paper-fergit-basic-live": (None, FERGIT + BASIC + ["--live"]),
    "paper-ckplus-residual": (None, PAPER + ["--data", "ckplus"]),
    "both": (None, BOTH + ["--dropout", "0.3", "--epochs", "100", "--live"]),
    "ckplus": ("both", ["--data", "ckplus", "--split", "none", "--epochs", "12", "--rate", "0.02",
                        "--batch", "32"]),
    # The same on the paper's split, for its own sake.
    "ours-fergit-residual": (None, ["--data", "pooled", "--smoothing", "0.05", "--dropout", "0.3",
                                    "--epochs", "100", "--live"]),
    # From small pictures to whole ones, at a flat rate for as long as there is time; then to zero.
    "mien-1-small": (None, MIEN_1 + ["--side", "32", "--schedule", "flat", "--rate", "0.1",
                                     "--epochs", "20"]),
    "mien-1-flat": ("mien-1-small", MIEN_1 + ["--schedule", "flat", "--rate", "0.1",
                                              "--epochs", "100"]),
    "mien-1": ("mien-1-flat", MIEN_1 + ["--schedule", "line", "--rate", "0.1", "--epochs", "10"]),
}

# name: (the training, arguments of export.py)
MODELS = {
    "fergit-residual": ("both", ["--labels", "fer2013"]),
    "ferplus-residual": ("both", ["--labels", "ferplus"]),
    "mien-1": ("mien-1", ["--labels", "ferplus"]),
    "ckplus-residual": ("ckplus", []),
    **{name: (name, []) for name in TRAININGS if name.startswith(("paper-", "ours-"))},
}


def settings(name, work):
    """The arguments of train.py for the training of that name, in its folder under `work`."""
    after, arguments = TRAININGS[name]
    start = ["--init", os.path.join(work, after, "last.pt")] if after else []
    return ["--work", os.path.join(work, name), *start,
            *(a.format(models=MODELS_FOLDER) for a in arguments)]


def in_order(name):
    """The training of that name behind those it starts from."""
    after = TRAININGS[name][0]
    return [*(in_order(after) if after else []), name]
