#!/usr/bin/python3
"""Trains one of the paper's networks; see README.md beside this file."""
import argparse
import json
import math
import os
import time
from functools import partial

import numpy as np
import torch
from torch.nn import functional as F

import augment
import curves
import model
from evaluate import logits
from network import Network, architecture, load_sequential
from parts import load_data
from progress import Progress
from team import Team, end_with_parent


class Average:
    """Exponential moving average of a network's weights and statistics."""

    def __init__(self, network, decay):
        self.decay, self.steps = decay, 0
        self.state = {k: v.detach().clone() for k, v in network.state_dict().items()}

    def update(self, network):
        self.steps += 1
        decay = min(self.decay, (1 + self.steps) / (10 + self.steps))
        for key, value in network.state_dict().items():
            if value.is_floating_point():
                self.state[key].lerp_(value.detach(), 1 - decay)
            else:
                self.state[key].copy_(value)


def tensors(images, device):
    return torch.from_numpy(images.copy()).unsqueeze(1).to(device)


@torch.no_grad()
def accuracy(network, state, images, labels, head, device):
    """The share of pictures whose label the head gives, a slice of the network's outputs."""
    network.eval()
    kept = {k: v.clone() for k, v in network.state_dict().items()}
    network.load_state_dict(state)
    right = 0
    for i in range(0, len(images), 256):
        x = tensors(images[i:i + 256], device).float() / 255
        x = x.contiguous(memory_format=torch.channels_last)
        with torch.autocast(device.type, torch.bfloat16):
            answers = network(x)[:, head].argmax(1).cpu().numpy()
        right += int((answers == labels[i:i + 256]).sum())
    network.load_state_dict(kept)
    return right / len(images)


def optimizer_for(network, args):
    if args.recipe == "paper":
        return torch.optim.NAdam(network.parameters(), lr=1e-3, betas=(0.9, 0.999))
    decayed = [p for p in network.parameters() if p.dim() > 1]
    others = [p for p in network.parameters() if p.dim() <= 1]
    return torch.optim.SGD([{"params": decayed, "weight_decay": 5e-4},
                            {"params": others, "weight_decay": 0.0}],
                           lr=args.rate, momentum=0.9, nesterov=True)


def learning_rate(args, progress):
    """One epoch of warm-up, then a cosine to zero; `progress` is in epochs."""
    if progress < 1:
        return args.rate * max(progress, 0.02)
    return args.rate * 0.5 * (1 + math.cos(math.pi * min(1, (progress - 1) / (args.epochs - 1))))


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


class Plateau:
    """The paper's schedule: ReduceLROnPlateau on accuracy, and early stopping after twice the
    patience."""

    def __init__(self, patience):
        self.patience, self.best, self.since = patience, 0.0, 0

    def step(self, score, optimizer):
        self.best, self.since = (score, 0) if score > self.best else (self.best, self.since + 1)
        if self.since and self.since % self.patience == 0:
            for group in optimizer.param_groups:
                group["lr"] = max(group["lr"] * 0.1, 1e-6)
        return self.since >= 2 * self.patience


def train_epoch(network, average, optimizer, x_all, y_all, rows, epoch, args, team):
    network.train()
    change = (augment.paper if args.recipe == "paper" else
              partial(augment.modern, strength=args.augment))
    steps, total = len(rows) // args.batch, 0.0
    progress = Progress(epoch, args.epochs, steps) if team.rank == 0 else None
    for step in range(steps):
        batch = rows[step * args.batch:(step + 1) * args.batch]
        pick = torch.from_numpy(batch[team.rank::team.size].copy())
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
        team.average_gradients(network)
        optimizer.step()
        average.update(network)
        total += float(loss.detach())
        if progress:
            progress.show(step + 1, total / (step + 1))
    return total / max(steps, 1)


def parse():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", default="../shared/datasets", help="folder of the data sets")
    parser.add_argument("--data", choices=["fergit", "ckplus"], default="fergit")
    parser.add_argument("--labels", choices=["fer2013", "ferplus", "both"], default="fer2013",
                        help="FER2013's own labels, the votes of ten people, or an output for each")
    parser.add_argument("--network", choices=["residual", "basic"], default="residual")
    parser.add_argument("--recipe", choices=["modern", "paper"], default="modern")
    parser.add_argument("--epochs", type=int, default=40)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--rate", type=float, default=0.05)
    parser.add_argument("--patience", type=int, default=15,
                        help="paper: epochs without a gain before the rate is cut")
    parser.add_argument("--smoothing", type=float, default=0.1, help="of labels")
    parser.add_argument("--dropout", type=float, default=1.0,
                        help="times the paper's rates; less suits a training too short to overfit")
    parser.add_argument("--augment", type=float, default=1.0,
                        help="modern: times the ranges and shares of the pictures' changes")
    parser.add_argument("--mixup", type=float, default=0.0,
                        help="alpha of Zhang et al. 2018: pictures are blended in pairs; 0: not")
    parser.add_argument("--teacher", help="model file or checkpoint, whose answers make half of "
                        "the targets that FER2013's labels are")
    parser.add_argument("--muxspace", type=int, default=12031, help="muxspace pictures an epoch")
    parser.add_argument("--split", choices=["random", "person", "none"],
                        default="random",
                        help="how CK+ is split for validation; none trains on all")
    parser.add_argument("--fold", type=int, default=0, help="which tenth of CK+ is held out")
    parser.add_argument("--init", help="start from this model file or PyTorch state dict")
    parser.add_argument("--work", required=True, help="folder for checkpoints; resumes from it")
    parser.add_argument("--workers", type=int, default=1 if torch.cuda.is_available()
                        else os.cpu_count(), help="processes of one thread that share a batch")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    if args.teacher and (args.data == "ckplus" or args.labels == "ferplus" or
                         args.recipe == "paper"):
        parser.error("--teacher is for FER2013's labels, in the modern recipe")
    return args


def parameter_count(args):
    layers = architecture(args.network, len(load_data(args)[2]))
    return sum(p.numel() for p in Network(layers).parameters())


def main():
    args = parse()
    os.makedirs(args.work, exist_ok=True)
    team = Team(args.workers, parameter_count(args))
    for rank in range(1, args.workers):
        if os.fork() == 0:
            end_with_parent()
            team.rank = rank
            break
    work(args, team)


def restore(path, network, optimizer, average, plateau, device):
    """Loads a checkpoint where there is one; returns (epochs done, best score)."""
    if not os.path.exists(path):
        return 0, -1.0
    saved = torch.load(path, map_location=device)
    network.load_state_dict(saved["network"])
    optimizer.load_state_dict(saved["optimizer"])
    average.state, average.steps = saved["average"], saved["steps"]
    plateau.best, plateau.since = saved["plateau"]
    print(f"resuming after epoch {saved['epoch']}", flush=True)
    return saved["epoch"], saved["best"]


def start_from(path, network, args):
    """Takes over the weights of a model file, of a checkpoint of ours, or of a PyTorch state dict.
    Where one has a single row of outputs and the other two, the rows are repeated or picked."""
    if path.endswith(".safetensors"):
        state = model.load(path)[0].state_dict()
    else:
        saved = torch.load(path, map_location="cpu")
        if "state" not in saved:
            load_sequential(network, saved)
            return
        state = saved["state"]
    units = len(network.dense.bias)
    for key in ("dense.weight", "dense.bias"):
        rows = state[key]
        if len(rows) < units:
            rows = torch.cat([rows, rows])
        elif len(rows) > units:
            rows = rows[7:] if args.labels == "ferplus" else rows[:7]
        state[key] = rows
    network.load_state_dict(state)


def taught(part, layers, args):
    """The part whose first seven targets are FER2013's labels, each now half the teacher's answer,
    which softens what it doubts (born-again networks, Furlanello et al. 2018)."""
    images, targets, count = part
    teacher = Network(layers)
    start_from(args.teacher, teacher, args)
    teacher.eval()
    values = (logits(teacher, images) + logits(teacher, images[:, :, ::-1]))[:, :7] / 2
    answers = F.softmax(torch.from_numpy(values), 1).numpy()
    return images, np.concatenate([(targets[:, :7] + answers) / 2, targets[:, 7:]], 1), count


def save(what, path):
    """A name stands for a whole file, also after a power cut."""
    torch.save(what, path + ".new")
    os.replace(path + ".new", path)


def report(args, epoch, loss, scores, began):
    line = {"epoch": epoch + 1, "loss": round(loss, 4),
            **{k: round(v, 4) for k, v in scores.items()},
            "seconds": round(time.monotonic() - began)}
    print(json.dumps(line), flush=True)
    with open(os.path.join(args.work, "log.jsonl"), "a") as log:
        log.write(json.dumps(line) + "\n")
    curves.draw(args.work)


def work(args, team):
    torch.set_num_threads(len(os.sched_getaffinity(0)) if args.workers == 1 else 1)
    torch.manual_seed(args.seed)
    args.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    parts, validation, labels = load_data(args)
    layers = architecture(args.network, len(labels))
    if args.teacher:
        parts[0] = taught(parts[0], layers, args)
    network = Network(layers, bn_momentum=0.01 if args.recipe == "paper" else 0.1,
                      dropout=args.dropout)
    if args.init:
        start_from(args.init, network, args)
    network = network.to(args.device, memory_format=torch.channels_last)
    optimizer, plateau = optimizer_for(network, args), Plateau(args.patience)
    average = Average(network, 0.0 if args.recipe == "paper" else 0.999)
    last = os.path.join(args.work, "last.pt")
    start, best = restore(last, network, optimizer, average, plateau, args.device)
    x_all = torch.from_numpy(np.concatenate([p[0] for p in parts])).unsqueeze(1)
    y_all = torch.from_numpy(np.concatenate([p[1] for p in parts]).astype(np.float32))
    for epoch in range(start, args.epochs):
        began = time.monotonic()
        torch.manual_seed((args.seed * 1000 + epoch) * args.workers + team.rank)
        rows = epoch_indices(parts, np.random.default_rng((args.seed, epoch)))
        loss = train_epoch(network, average, optimizer, x_all, y_all, rows, epoch, args, team)
        scores = team.score(lambda name: accuracy(network, average.state, *validation[name],
                                                  args.device), list(validation))
        # The hard part decides; muxspace is mostly happy and neutral.
        score = float(np.mean([v for k, v in scores.items() if k != "muxspace"]))
        stop = args.recipe == "paper" and plateau.step(score, optimizer)
        if team.rank == 0:
            report(args, epoch, loss, scores, began)
            described = {"state": average.state, "layers": layers, "labels": labels,
                         "scores": scores, "epoch": epoch + 1,
                         "arguments": {k: str(v) for k, v in vars(args).items()}}
            if score >= best:
                save(described, os.path.join(args.work, "best.pt"))
            best = max(best, score)
            save({"network": network.state_dict(), "optimizer": optimizer.state_dict(),
                        "average": average.state, "steps": average.steps, "epoch": epoch + 1,
                        "best": best, "plateau": (plateau.best, plateau.since)}, last)
        if stop:
            break


if __name__ == "__main__":
    main()
