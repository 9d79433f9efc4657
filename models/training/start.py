"""Where a training starts: from a checkpoint of its own, from other weights, with teachers."""
import os

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

import model


def restore(path, network, optimizer, average, plateau, device):
    """Loads a checkpoint where there is one; returns (epochs done, best score, whether the paper's
    recipe stopped there)."""
    if not os.path.exists(path):
        return 0, -1.0, False
    saved = torch.load(path, map_location=device)
    network.load_state_dict(saved["network"])
    optimizer.load_state_dict(saved["optimizer"])
    average.state, average.steps = saved["average"], saved["steps"]
    plateau.best, plateau.since = saved["plateau"]
    print(f"resuming after epoch {saved['epoch']}", flush=True)
    return saved["epoch"], saved["best"], saved.get("stopped", False)


def start_from(path, network, args):
    """Takes over the weights of a model file, of a checkpoint of ours, or of a PyTorch state dict.
    Where one has a single row of outputs and the other two, the rows are repeated or picked."""
    if path.endswith(".safetensors"):
        state = model.load(path)[0].state_dict()
    else:
        saved = torch.load(path, map_location="cpu")
        state = saved.get("state", saved.get("network"))
        if state is None:
            load_sequential(network, saved)
            return
    units = len(network.dense.bias)
    for key in ("dense.weight", "dense.bias"):
        rows = state[key]
        if len(rows) < units:
            rows = torch.cat([rows, rows])
        elif len(rows) > units:
            rows = rows[7:] if args.labels == "ferplus" else rows[:7]
        state[key] = rows
    network.load_state_dict(state)


def load_sequential(network, state):
    """Initialise from a state dict whose layers stand in the same order under other names."""
    groups = {}
    for key, value in state.items():
        prefix, field = key.rsplit(".", 1)
        groups.setdefault(prefix, {})[field] = value
    of_kind = {4: [], 1: [], 2: []}
    for group in groups.values():
        of_kind[group["weight"].dim()].append(group)
    for kind, modules in ((4, nn.Conv2d), (1, nn.BatchNorm2d), (2, nn.Linear)):
        ours = [m for m in network.modules() if isinstance(m, modules)]
        if len(ours) != len(of_kind[kind]):
            raise ValueError("the initial weights belong to another network")
        for module, group in zip(ours, of_kind[kind]):
            module.load_state_dict({k: v.float() if v.is_floating_point() else v
                                    for k, v in group.items()})


@torch.no_grad()
def answers(path, images):
    """The probabilities that a model file gives, in bfloat16, for each picture."""
    network, _, temperature = model.load(path)
    network = network.to(memory_format=torch.channels_last)
    values = []
    for i in range(0, len(images), 256):
        x = torch.from_numpy(images[i:i + 256].copy()).unsqueeze(1).float() / 255
        with torch.autocast("cpu", torch.bfloat16):
            values.append(network(x.contiguous(memory_format=torch.channels_last)).float())
    return F.softmax(torch.cat(values) / temperature, 1).numpy()


def taught(part, teachers, kept):
    """The part with each set of labels now half its teacher's answers, which soften what it doubts
    (born-again networks, Furlanello et al. 2018). They are kept in a file, for when it resumes."""
    images, targets, count = part
    if not os.path.exists(kept):
        np.save(kept, np.concatenate([answers(teacher, images) for teacher in teachers], 1))
    return images, (targets + np.load(kept)) / 2, count
