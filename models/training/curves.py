#!/usr/bin/python3
"""Draws the loss and the validation accuracies of a training: WORK/log.jsonl to WORK/curves.svg."""
import json
import os
import sys


def draw(work):
    try:
        import matplotlib
    except ImportError:  # a training needs no picture
        return
    matplotlib.use("svg")
    from matplotlib import pyplot
    with open(os.path.join(work, "log.jsonl")) as f:
        # A run that was resumed after a crash may have done an epoch twice: the later one counts.
        lines = list({line["epoch"]: line for line in map(json.loads, f)}.values())
    epochs = [line["epoch"] for line in lines]
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(9, 3.5))
    left.plot(epochs, [line["loss"] for line in lines])
    left.set(xlabel="epoch", ylabel="training loss")
    for name in lines[0]:
        if name not in ("epoch", "loss", "dead", "seconds", "cpu"):
            right.plot(epochs, [100 * line[name] for line in lines], label=name)
    right.set(xlabel="epoch", ylabel="validation accuracy, %")
    right.legend()
    figure.tight_layout()
    figure.savefig(os.path.join(work, "curves.svg"))
    pyplot.close(figure)


if __name__ == "__main__":
    draw(sys.argv[1])
