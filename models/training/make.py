#!/usr/bin/python3
"""Makes a model file from the data sets in one command: trains, resuming what was begun, and
exports. The recipes of all models are in recipes.py."""
import argparse
import os
import subprocess
import sys

import data
import recipes

HERE = os.path.dirname(os.path.abspath(__file__))


def run(script, *arguments):
    result = subprocess.run([sys.executable, os.path.join(HERE, script), *arguments])
    if result.returncode:
        sys.exit(result.returncode)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=list(recipes.MODELS))
    parser.add_argument("output", help="model file to write")
    data.add_root(parser)
    parser.add_argument("--work", required=True, help="folder for checkpoints, one folder a training")
    parser.add_argument("--epochs", help="of each training, instead of the recipe's")
    parser.add_argument("--seed", default="1")
    args = parser.parse_args()
    training, export = recipes.MODELS[args.name]
    for name in recipes.in_order(training):
        instead = ["--epochs", args.epochs] if args.epochs else []
        run("train.py", "--root", args.root, *recipes.settings(name, args.work),
            "--seed", args.seed, *instead)
    run("export.py", os.path.join(args.work, training, "best.pt"), args.output,
        "--root", args.root, *export)


if __name__ == "__main__":
    main()
