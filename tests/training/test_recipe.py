#!/usr/bin/python3
"""The training recipe from data to model file, on a few made-up pictures: about a minute. Prints
TAP. Needs python3-torch; without it the one case is skipped, with a notice.

    test_recipe.py MIEN RECIPE-FOLDER
"""
import gzip
import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile
from types import SimpleNamespace

try:
    import numpy as np
    import torch
except ImportError as missing:
    print(f"1..1\nok 1 recipe # SKIP {missing.name} is not installed (Debian: python3-torch)")
    sys.exit(0)

PICTURES = 28


def write_idx(path, array):
    with gzip.open(path, "wb") as f:
        f.write(struct.pack(f">I{array.ndim}I", 0x800 + array.ndim, *array.shape))
        f.write(array.tobytes())


def write_set(folder, split, rng, separator, classes):
    """Each label a bright square in its own place."""
    os.makedirs(folder, exist_ok=True)
    labels = (np.arange(PICTURES * 4) % classes).astype(np.uint8)
    images = rng.integers(0, 60, (len(labels), 48, 48)).astype(np.uint8)
    for image, label in zip(images, labels):
        row, column = 4 + 15 * (label // 3), 4 + 15 * (label % 3)
        image[row:row + 10, column:column + 10] += 150
    write_idx(f"{folder}/{split}-images.idx3-ubyte.gz", images)
    write_idx(f"{folder}/{split}-labels.idx1-ubyte.gz", labels)
    with open(f"{folder}/{split}-names.csv", "w") as f:
        f.write("name\n" + "".join(f"S{i % 20}{separator}{i}\n" for i in range(len(labels))))
    with open(f"{folder}/{split}-votes.csv", "w") as f:
        f.write("ferplus_index,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,"
                "unknown,not_a_face\n")
        column = [4, 5, 6, 1, 3, 2, 0]
        for i, label in enumerate(labels):
            votes = [0] * 10
            votes[column[label]] = 10
            f.write(",".join(map(str, [i, *votes])) + "\n")


def python(recipe, script, *arguments):
    return subprocess.run([sys.executable, f"{recipe}/{script}", *arguments], check=True,
                          stdout=subprocess.PIPE, text=True).stdout


def epochs_of(work):
    with open(f"{work}/log.jsonl") as f:
        return [json.loads(line)["epoch"] for line in f]


def make(recipe, data, work, name, epochs):
    model = f"{work}/{name}.safetensors"
    python(recipe, "make.py", name, model, "--root", data, "--work", work, "--epochs", epochs)
    return model


def files_of(model, data):
    return ["--model", model, "--images", f"{data}/fer2013/validation-images.idx3-ubyte.gz",
            "--labels", f"{data}/fer2013/validation-labels.idx1-ubyte.gz"]


def agree(mien, recipe, model, data):
    """Whether mien and PyTorch have the same accuracy."""
    files = files_of(model, data)
    ours = json.loads(subprocess.run([mien, "evaluate", "--json", *files], check=True,
                                     stdout=subprocess.PIPE).stdout)["accuracy"]
    theirs = json.loads(python(recipe, "score.py", *files))["accuracy"]
    return abs(ours - theirs) < 0.01


def classes_weigh_alike(recipe, data):
    """Whether in the paper's recipe each picture of a class weighs the same, whichever set it is
    of, and each class as much as any other."""
    sys.path.insert(0, recipe)
    import parts
    args = SimpleNamespace(root=data, data="fergit", recipe="paper", labels="fer2013",
                           muxspace=12031)
    targets = np.concatenate([targets for _, targets, _ in parts.load_data(args)[0]])
    return (all(len(np.unique(column[column > 0])) == 1 for column in targets.T) and
            np.allclose(targets.sum(0), targets.sum() / 7))


def splits_hold_all(recipe, data):
    sys.path.insert(0, recipe)
    import parts
    pieces = parts.pooled(SimpleNamespace(root=data))
    pictures = {image.tobytes() for images, _ in pieces for image in images}
    sizes = [len(labels) for _, labels in pieces]
    return len(pictures) == sum(sizes) == 4 * 4 * PICTURES and sizes[1] == sizes[2] == sizes[0] // 18


def kernels_live(recipe):
    """Whether no kernel of the paper's first layer is dead with --live, and a plain start has some
    that are, on pictures in which neighbours differ little."""
    sys.path.insert(0, recipe)
    import architectures
    import network
    torch.manual_seed(1)
    pictures = 0.5 + 0.05 * torch.rand(32, 1, 48, 48)
    dead = [network.Network(architectures.architecture("residual", 7), live=live).eval()
            .dead_channels(pictures)[0] for live in (False, True)]
    return dead[0][0] > 0 and dead[1] == (0, 16)


def queued(recipe, data):
    """Whether a run ends with both trainings done, and `status` names them; the trainings are
    stand-ins, for the real ones take hours."""
    with tempfile.TemporaryDirectory() as folder:
        copy = shutil.copytree(recipe, f"{folder}/recipe")
        with open(f"{copy}/train.py", "w") as f:
            f.write("print('trained')")
        arguments = ["--root", data, "--work", f"{folder}/work"]
        python(copy, "queue", "run", "mien-1-flat", "mien-1-small", *arguments)
        told = python(copy, "queue", "status", *arguments)
        return "done: mien-1-flat" in told and "done: mien-1-small" in told


def missing_folder(recipe, work):
    result = subprocess.run([sys.executable, f"{recipe}/train.py", "--root", "/nowhere", "--work",
                             work], stderr=subprocess.PIPE, text=True)
    return result.returncode == 1 and result.stderr.startswith("/nowhere: holds no folder")


def main():
    mien, recipe = sys.argv[1:]
    results = []
    with tempfile.TemporaryDirectory() as folder:
        data, work = f"{folder}/data", f"{folder}/work"
        rng = np.random.default_rng(7)
        for name, separator, classes in (("fer2013", "-", 7), ("muxspace", "-", 5),
                                         ("ckplus", "_", 7)):
            for split in ("train", "validation"):
                write_set(f"{data}/{name}", split, rng, separator, classes)
        model = make(recipe, data, work, "fergit-residual", "2")
        results.append(("mien and PyTorch agree on the model made",
                        agree(mien, recipe, model, data)))
        make(recipe, data, work, "fergit-residual", "3")
        results.append(("a training resumes", epochs_of(f"{work}/both") == [1, 2, 3]))
        python(recipe, "scale_classes.py", *files_of(model, data))
        results.append(("they agree on it with its classes scaled",
                        agree(mien, recipe, model, data)))
        python(recipe, "train.py", "--root", data, "--work", f"{work}/taught", "--mixup", "0.2",
               "--teacher", model, "--epochs", "1", "--network", "mien-1", "--side", "32")
        results.append(("a model teaches another", epochs_of(f"{work}/taught") == [1]))
        other = f"{work}/taught.safetensors"
        python(recipe, "export.py", f"{work}/taught/best.pt", other, "--root", data)
        results.append(("they agree on a network of our own", agree(mien, recipe, other, data)))
        other = make(recipe, data, work, "ferplus-residual", "3")
        results.append(("one training gives a model for each set of labels",
                        open(model, "rb").read() != open(other, "rb").read()
                        and epochs_of(f"{work}/both") == [1, 2, 3]))
        paper = make(recipe, data, work, "paper-ckplus-residual", "2")
        results.append(("the paper's recipe makes a model", os.path.getsize(paper) > 1e6))
        results.append(("the paper's recipe weighs classes alike", classes_weigh_alike(recipe, data)))
        results.append(("a random split holds each picture once", splits_hold_all(recipe, data)))
        results.append(("kernels that start alive answer something", kernels_live(recipe)))
        results.append(("the queue trains one after the other and says so", queued(recipe, data)))
        results.append(("a missing folder is a sentence", missing_folder(recipe, work)))
    print(f"1..{len(results)}")
    for i, (name, good) in enumerate(results, 1):
        print(f"{'ok' if good else 'not ok'} {i} {name}")
    sys.exit(not all(good for _, good in results))


if __name__ == "__main__":
    main()
