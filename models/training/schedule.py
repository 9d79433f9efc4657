"""How the weights move: optimisers and the course of their rate."""
import math

import torch


def optimizer_for(network, args):
    if args.recipe == "paper":
        return torch.optim.NAdam(network.parameters(), lr=1e-3, betas=(0.9, 0.999))
    decayed = [p for p in network.parameters() if p.dim() > 1]
    others = [p for p in network.parameters() if p.dim() <= 1]
    return torch.optim.SGD([{"params": decayed, "weight_decay": 5e-4},
                            {"params": others, "weight_decay": 0.0}],
                           lr=args.rate, momentum=0.9, nesterov=True)


def learning_rate(args, progress):
    """The rate at `progress`, in epochs. A flat one can be trained on for as long as one likes; a
    training that starts from its weights, in a line to zero, then harvests what it learned."""
    if args.schedule == "line":
        return args.rate * max(0.0, 1 - progress / args.epochs)
    if progress < 1:  # warm-up
        return args.rate * max(progress, 0.02)
    if args.schedule == "flat":
        return args.rate
    return args.rate * 0.5 * (1 + math.cos(math.pi * min(1, (progress - 1) / (args.epochs - 1))))


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
