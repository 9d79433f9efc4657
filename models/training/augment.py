"""Augmentation on whole batches of float images (n, 1, h, w) in 0…1."""
import math

import torch
from torch.nn import functional as F


def uniform(n, low, high):
    return torch.empty(n).uniform_(low, high)


def geometry(x, rotate, shift, zoom, side):
    """Flip, rotate (degrees), shift (share of the side) and zoom; edges are replicated. The result
    is `side` pixels wide and high."""
    n = len(x)
    angle = uniform(n, -rotate, rotate) * math.pi / 180
    scale = 1 / uniform(n, 1 - zoom, 1 + zoom)
    flip = torch.where(torch.rand(n) < 0.5, -1.0, 1.0)
    cos, sin = torch.cos(angle) * scale, torch.sin(angle) * scale
    dx, dy = uniform(n, -2 * shift, 2 * shift), uniform(n, -2 * shift, 2 * shift)
    theta = torch.stack([torch.stack([cos * flip, -sin, dx], 1),
                         torch.stack([sin * flip, cos, dy], 1)], 1)
    grid = F.affine_grid(theta, (n, 1, side, side), align_corners=False)
    return F.grid_sample(x, grid, padding_mode="border", align_corners=False)


def light(x, brightness, contrast):
    n = len(x)
    mean = x.mean((1, 2, 3), keepdim=True)
    c = uniform(n, 1 - contrast, 1 + contrast).view(n, 1, 1, 1)
    b = uniform(n, -brightness, brightness).view(n, 1, 1, 1)
    return ((x - mean) * c + mean + b).clamp_(0, 1)


def gaussian(x, sigma):
    """Blurs each picture with its own sigma (pixels), as two passes of one axis."""
    n, _, h, w = x.shape
    taps = torch.arange(-4.0, 5.0)
    kernel = torch.exp(-0.5 * (taps / sigma.view(n, 1)) ** 2)
    kernel = (kernel / kernel.sum(1, keepdim=True)).view(n, 1, 1, 9)
    x = F.conv2d(F.pad(x.view(1, n, h, w), (4, 4, 0, 0), mode="replicate"), kernel, groups=n)
    x = F.conv2d(F.pad(x, (0, 0, 4, 4), mode="replicate"), kernel.transpose(2, 3), groups=n)
    return x.view(n, 1, h, w)


def camera(x, share):
    """What a webcam gives that data sets lack, on a share of the batch: out of focus, in dim light,
    noisy, in whole steps of gray."""
    chosen = torch.rand(len(x)) < share
    if chosen.any():
        y = gaussian(x[chosen], uniform(int(chosen.sum()), 0.3, 2.5))
        y = y * uniform(len(y), 0.25, 1.0).view(-1, 1, 1, 1)
        y = y + torch.randn_like(y) * uniform(len(y), 0.0, 0.04).view(-1, 1, 1, 1)
        x[chosen] = (y * 255).round().clamp_(0, 255) / 255
    return x


def erase(x, share, low=6, high=16):
    """Cover a random box with a random gray on a share of the batch."""
    n, _, h, w = x.shape
    size = torch.randint(low, high, (n, 2))
    top, left = torch.randint(0, h, (n,)), torch.randint(0, w, (n,))
    rows, columns = torch.arange(h).view(1, h, 1), torch.arange(w).view(1, 1, w)
    inside = ((rows >= top.view(n, 1, 1)) & (rows < (top + size[:, 0]).view(n, 1, 1)) &
              (columns >= left.view(n, 1, 1)) & (columns < (left + size[:, 1]).view(n, 1, 1)))
    inside &= (torch.rand(n) < share).view(n, 1, 1)
    return torch.where(inside.unsqueeze(1), torch.rand(n, 1, 1, 1), x)


def mixup(x, y, alpha):
    """Blends each picture and its target with its neighbour's, all of a batch by the same share."""
    share = float(torch.distributions.Beta(alpha, alpha).sample())
    return share * x + (1 - share) * x.roll(1, 0), share * y + (1 - share) * y.roll(1, 0)


def paper(x):
    """What the paper names: flip, rotation, shift, zoom, brightness."""
    return light(geometry(x, 10.0, 0.1, 0.1, x.shape[-1]), brightness=0.2, contrast=0.0)


def modern(x, strength, side):
    x = geometry(x, 15.0 * strength, 0.1 * strength, 0.15 * strength, side)
    x = light(x, 0.2 * strength, 0.3 * strength)
    return camera(erase(x, 0.25 * strength), 0.3 * strength)
