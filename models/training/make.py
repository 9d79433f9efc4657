#!/usr/bin/python3
"""Makes a model file from the data sets in one command: trains, resuming what was begun, and
exports. The recipes of all models are in this file."""
import argparse
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
# One process: batch-norms see the paper's whole batches.
PAPER = ["--recipe", "paper", "--batch", "64", "--epochs", "100", "--workers", "1"]
# One network with a row of outputs for each set of labels.
BOTH = ("both", ["--labels", "both", "--smoothing", "0.05", "--muxspace", "4000",
                 "--dropout", "0.3", "--epochs", "100"])
FROM_BOTH = ["--init", "{work}/both/best.pt"]

# name: (trainings in order, each a name and its arguments; arguments of the export)
RECIPES = {
    # the paper's own trainings
    "paper-fergit-basic": ([("paper-fergit-basic", PAPER + ["--network", "basic"])], []),
    "paper-fergit-residual": ([("paper-fergit-residual", PAPER)], []),
    "paper-ckplus-residual": ([("paper-ckplus-residual", PAPER + ["--data", "ckplus"])], []),
    # ours
    "ferplus-residual": ([BOTH], ["--labels", "ferplus"]),
    "fergit-residual": ([BOTH], ["--labels", "fer2013"]),
    "ckplus-residual": ([BOTH, ("ckplus", FROM_BOTH + [
        "--data", "ckplus", "--split", "none", "--epochs", "12", "--rate", "0.02", "--batch",
        "32"])], []),
}


def run(script, *arguments):
    subprocess.run([sys.executable, os.path.join(HERE, script), *arguments], check=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=list(RECIPES))
    parser.add_argument("output", help="model file to write")
    parser.add_argument("--root", default="../shared/datasets", help="folder of the data sets")
    parser.add_argument("--work", required=True, help="folder for checkpoints, one folder a training")
    parser.add_argument("--epochs", help="instead of the recipe's")
    parser.add_argument("--seed", default="1")
    args = parser.parse_args()
    trainings, export = RECIPES[args.name]
    for training, settings in trainings:
        work = os.path.join(args.work, training)
        settings = [s.format(work=args.work) for s in settings] + ["--seed", args.seed]
        if args.epochs:
            settings += ["--epochs", args.epochs]
        run("train.py", "--root", args.root, "--work", work, *settings)
    run("export.py", os.path.join(work, "best.pt"), args.output, "--root", args.root, *export)


if __name__ == "__main__":
    main()
