#!/usr/bin/python3
"""Trains a network; see README.md beside this file. One process, one thread: two trainings side by
side use two cores better than one training on both."""
import argparse
import ctypes
import json
import os
import sys
import time
from functools import partial

import numpy as np
import torch
from torch.nn import functional as F

import augment
import curves
import data
from architectures import ARCHITECTURES, architecture
from network import Network
from parts import load_data
from progress import Progress
from schedule import Average, Plateau, learning_rate, optimizer_for
from start import restore, start_from, taught

DEAD_SAMPLE = 512  # validation pictures on which dead channels are looked for


def keep_memory():
    """Tells glibc's malloc to keep what is freed. A step allocates hundreds of megabytes; fetched
    anew from the kernel each time, page faults took two thirds of it."""
    m_trim_threshold, m_top_pad, m_mmap_max = -1, -2, -4  # malloc.h
    libc = ctypes.CDLL(None)
    if hasattr(libc, "mallopt"):
        libc.mallopt(m_mmap_max, 0)
        libc.mallopt(m_trim_threshold, 2**31 - 1)
        libc.mallopt(m_top_pad, 2**26)


def tensors(images, device):
    x = torch.from_numpy(images.copy()).unsqueeze(1).to(device).float() / 255
    return x.contiguous(memory_format=torch.channels_last)


@torch.no_grad()
def accuracy(network, images, labels, head, device):
    """The share of pictures whose label the head gives, a slice of the network's outputs."""
    right = 0
    for i in range(0, len(images), 256):
        with torch.autocast(device.type, torch.bfloat16):
            given = network(tensors(images[i:i + 256], device))[:, head].argmax(1).cpu().numpy()
        right += int((given == labels[i:i + 256]).sum())
    return right / len(images)


def measure(network, state, validation, device):
    """(accuracies by name, dead channels a ReLU) of the network with these weights."""
    kept = {k: v.clone() for k, v in network.state_dict().items()}
    network.load_state_dict(state)
    network.eval()
    scores = {name: accuracy(network, *check, device) for name, check in validation.items()}
    sample = next(iter(validation.values()))[0][:DEAD_SAMPLE]
    dead = network.dead_channels(tensors(sample, device))
    network.load_state_dict(kept)
    return scores, dead


def epoch_indices(parts, rng):
    """One epoch's rows of the concatenated parts: a fresh sample of each part, shuffled."""
    rows, start = [], 0
    for images, _, count in parts:
        rows.append(start + rng.permutation(len(images))[:count])
        start += len(images)
    return rng.permutation(np.concatenate(rows))


def cross_entropy(logits, targets):
    """Mean over pictures of the cross-entropy to target distributions, a row of seven a head."""
    n, units = logits.shape
    log_odds = F.log_softmax(logits.view(n, units // 7, 7), 2)
    return -(targets.view_as(log_odds) * log_odds).sum() / n


def change_for(args):
    if args.recipe == "paper":
        return augment.paper
    return partial(augment.modern, strength=args.augment, side=args.side)


def train_epoch(network, average, optimizer, x_all, y_all, rows, epoch, args):
    network.train()
    change = change_for(args)
    steps, total = len(rows) // args.batch, 0.0
    progress = Progress(epoch, args.epochs, steps)
    for step in range(steps):
        pick = torch.from_numpy(rows[step * args.batch:(step + 1) * args.batch])
        x, y = change(x_all[pick].float() / 255), y_all[pick]
        if args.mixup:
            x, y = augment.mixup(x, y, args.mixup)
        x = x.to(args.device).contiguous(memory_format=torch.channels_last)
        if args.recipe == "modern":
            for group in optimizer.param_groups:
                group["lr"] = learning_rate(args, epoch + step / steps)
        with torch.autocast(args.device.type, torch.bfloat16):
            logits = network(x)
        loss = cross_entropy(logits.float(), y.to(args.device))
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        average.update(network)
        total += float(loss.detach())
        progress.show(step + 1, total / (step + 1))
    return total / max(steps, 1)


def parse():
    parser = argparse.ArgumentParser(description=__doc__)
    data.add_root(parser)
    parser.add_argument("--data", choices=["fergit", "ckplus", "pooled"], default="fergit",
                        help="pooled: FERGIT in one heap, split at random as in the paper")
    parser.add_argument("--labels", choices=["fer2013", "ferplus", "both"], default="fer2013",
                        help="FER2013's own labels, the votes of ten people, or an output for each")
    parser.add_argument("--network", choices=list(ARCHITECTURES), default="residual")
    parser.add_argument("--recipe", choices=["modern", "paper"], default="modern")
    parser.add_argument("--epochs", type=int, default=40)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--rate", type=float, default=0.05)
    parser.add_argument("--schedule", choices=["cosine", "flat", "line"], default="cosine",
                        help="modern: to zero in a cosine, not at all, or in a line")
    parser.add_argument("--patience", type=int, default=15,
                        help="paper: epochs without a gain before the rate is cut")
    parser.add_argument("--smoothing", type=float, default=0.1, help="of labels")
    parser.add_argument("--dropout", type=float, default=1.0,
                        help="times the network's rates; less suits a training too short to overfit")
    parser.add_argument("--augment", type=float, default=1.0,
                        help="modern: times the ranges and shares of the pictures' changes")
    parser.add_argument("--side", type=int, default=48,
                        help="modern: pixels; a network learns the rough from small pictures faster")
    parser.add_argument("--mixup", type=float, default=0.0,
                        help="alpha of Zhang et al. 2018: pictures are blended in pairs; 0: not")
    parser.add_argument("--teacher", nargs="+", metavar="FILE", help="a model file for each set of "
                        "labels, whose answers make half of the targets")
    parser.add_argument("--muxspace", type=int, default=12031, help="muxspace pictures an epoch")
    parser.add_argument("--split", choices=["random", "person", "none"],
                        default="random",
                        help="how CK+ is split for validation; none trains on all")
    parser.add_argument("--fold", type=int, default=0, help="which tenth of CK+ is held out")
    parser.add_argument("--live", action="store_true",
                        help="kernels on the picture start with taps that sum to zero")
    parser.add_argument("--init", help="start from this model file, checkpoint or state dict")
    parser.add_argument("--work", required=True, help="folder for checkpoints; resumes from it")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    if args.teacher and len(args.teacher) != (2 if args.labels == "both" else 1):
        parser.error("--teacher wants a model file for each set of labels")
    return args


def save(what, path):
    """A name stands for a whole file, also after a power cut."""
    torch.save(what, path + ".new")
    os.replace(path + ".new", path)


def halved(state):
    return {k: v.half() if v.is_floating_point() and not k.endswith("running_var") else v
            for k, v in state.items()}


def alarm(dead):
    """Dead channels are weights for nothing; many in a layer mean a wrong start or rate."""
    for number, (zero, channels) in enumerate(dead, 1):
        if zero * 8 > channels:
            print(f"ALARM: after ReLU {number}, {zero} of {channels} channels are zero for every "
                  "picture", file=sys.stderr, flush=True)


def report(args, epoch, loss, scores, dead, began):
    line = {"epoch": epoch + 1, "loss": round(loss, 4),
            **{k: round(v, 4) for k, v in scores.items()},
            "dead": sum(zero for zero, _ in dead),
            "seconds": round(time.monotonic() - began[0]),
            "cpu": round(time.process_time() - began[1])}
    print(json.dumps(line), flush=True)
    alarm(dead)
    with open(os.path.join(args.work, "log.jsonl"), "a") as log:
        log.write(json.dumps(line) + "\n")
    curves.draw(args.work)


def settle(args):
    """Settings of the process, as good for one training as for another."""
    keep_memory()
    torch.set_num_threads(args.threads)
    np.finfo(np.float32), np.finfo(np.float64)  # numpy measures, and warns, while numbers are flushed
    torch.set_flush_denormal(True)
    torch.manual_seed(args.seed)
    args.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


def prepare(args):
    """(training parts, validation parts by name, labels); see load_data."""
    parts, validation, labels = load_data(args)
    if args.teacher:
        parts = [taught(part, args.teacher, os.path.join(args.work, f"answers-{i}.npy"))
                 for i, part in enumerate(parts)]
    return parts, validation, labels


def begin(args, layers):
    network = Network(layers, bn_momentum=0.01 if args.recipe == "paper" else 0.1,
                      dropout=args.dropout, live=args.live)
    if args.init:
        start_from(args.init, network, args)
    return network.to(args.device, memory_format=torch.channels_last)


def main():
    args = parse()
    os.makedirs(args.work, exist_ok=True)
    settle(args)
    parts, validation, labels = prepare(args)
    layers = architecture(args.network, len(labels))
    network = begin(args, layers)
    optimizer, plateau = optimizer_for(network, args), Plateau(args.patience)
    average = Average(network, 0.0 if args.recipe == "paper" else 0.999)
    last = os.path.join(args.work, "last.pt")
    start, best, stopped = restore(last, network, optimizer, average, plateau, args.device)
    x_all = torch.from_numpy(np.concatenate([p[0] for p in parts])).unsqueeze(1)
    y_all = torch.from_numpy(np.concatenate([p[1] for p in parts]).astype(np.float32))
    for epoch in range(start, args.epochs):
        if stopped:
            break
        began = time.monotonic(), time.process_time()
        torch.manual_seed(args.seed * 1000 + epoch)
        rows = epoch_indices(parts, np.random.default_rng((args.seed, epoch)))
        loss = train_epoch(network, average, optimizer, x_all, y_all, rows, epoch, args)
        scores, dead = measure(network, average.state, validation, args.device)
        # The hard part decides; muxspace is mostly happy and neutral.
        score = float(np.mean([v for k, v in scores.items() if k != "muxspace"]))
        stopped = args.recipe == "paper" and plateau.step(score, optimizer)
        report(args, epoch, loss, scores, dead, began)
        described = {"state": halved(average.state), "layers": layers, "labels": labels,
                     "scores": scores, "epoch": epoch + 1,
                     "arguments": {k: str(v) for k, v in vars(args).items()}}
        save(described, os.path.join(args.work, "newest.pt"))
        if score >= best:
            save(described, os.path.join(args.work, "best.pt"))
        best = max(best, score)
        save({"network": network.state_dict(), "optimizer": optimizer.state_dict(),
              "average": average.state, "steps": average.steps, "epoch": epoch + 1, "best": best,
              "plateau": (plateau.best, plateau.since), "stopped": stopped}, last)


if __name__ == "__main__":
    main()
