#!/usr/bin/python3
"""Reads a table of `mien annotate IN --csv FILE --raw --derived` with pandas: prints how long each
face showed what, and draws its valence over time.

usage: read_annotations.py TABLE.csv PLOT.png      (Debian: python3-pandas, python3-matplotlib)
"""

import sys

import matplotlib
import pandas

matplotlib.use("Agg")  # draws without a screen
import matplotlib.pyplot  # noqa: E402


def read(path):
    """Rows with a face; `seconds` is how long the frame of each is shown."""
    table = pandas.read_csv(path)
    times = table[["frame", "time"]].drop_duplicates("frame").sort_values("frame")
    times["seconds"] = times["time"].shift(-1) - times["time"]
    times["seconds"] = times["seconds"].fillna(times["seconds"].median())
    table = table.merge(times[["frame", "seconds"]], on="frame")
    return table.dropna(subset=["face"]).astype({"face": int})


def shares(table):
    """Share of the time that each face is shown with each label."""
    seconds = table.pivot_table(index="face", columns="label", values="seconds", aggfunc="sum",
                                fill_value=0)
    return seconds.div(seconds.sum(axis=1), axis=0)


def plot(table, path):
    figure, axes = matplotlib.pyplot.subplots(figsize=(9, 3), layout="constrained")
    for face, rows in table.groupby("face"):
        axes.plot(rows["time"], rows["valence"], label=f"face {face}")
    axes.set(xlabel="time (s)", ylabel="valence (derived)", ylim=(-1, 1))
    axes.axhline(0, color="gray", linewidth=0.5)
    axes.legend()
    figure.savefig(path, dpi=120)


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    table = read(sys.argv[1])
    print(shares(table).round(3).to_string())
    plot(table, sys.argv[2])


if __name__ == "__main__":
    main()
