"""What the face network is trained on: faces and other things, 48×48, seen through a small window.

A picture shows a face's frame, or what a cascade took for one. The window that the network gets is
moved, made larger or smaller and turned within it, and lit as a camera may; beyond the picture its
edge goes on, or another picture begins, for faces and other things alike, so neither tells them
apart.
"""
import torch
from torch.nn import functional as F

SIDE = 32  # of the window, pixels
FRAME_SHARE = 0.92  # of the frame that the window shows; vision/faces/verifier.c has the same
TILT_UNIT = 45.0  # degrees, likewise
OUTPUTS = ["face", "x", "y", "side", "tilt"]


def uniform(count, low, high, random):
    return torch.rand(count, generator=random) * (high - low) + low


class Windows:
    """Where each of `count` windows lies: offset and side in sides of the frame, angle."""

    def __init__(self, count, random):
        self.offset = 0.10 * torch.randn(count, 2, generator=random).clamp(-2.2, 2.2)
        spread = torch.randn(count, generator=random).clamp(-2, 2)
        self.side = FRAME_SHARE * torch.exp(0.16 * spread)
        slight = 14 * torch.randn(count, generator=random).clamp(-2.5, 2.5)
        any_tilt = uniform(count, -42, 42, random)
        degrees = torch.where(torch.rand(count, generator=random) < 0.6, slight, any_tilt)
        self.angle = torch.deg2rad(degrees)
        self.miss = torch.zeros(count, dtype=torch.bool)
        self._let_some_miss(count, random)

    def _let_some_miss(self, count, random):
        """A window beside a face, on a part of it, or with it far off shows no face."""
        self.miss = torch.rand(count, generator=random) < 0.16
        kind = torch.rand(count, generator=random)
        beside, part = self.miss & (kind < 0.35), self.miss & (kind >= 0.35) & (kind < 0.75)
        far = self.miss & (kind >= 0.75)
        way, direction = uniform(count, 0.42, 0.75, random), uniform(count, 0, 6.2832, random)
        aside = torch.stack([way * torch.cos(direction), way * torch.sin(direction)], 1)
        self.offset[beside] = aside[beside]
        within = torch.stack([uniform(count, -0.3, 0.3, random) for _ in range(2)], 1)
        self.offset[part] = within[part]
        near, away = uniform(count, 0.22, 0.46, random), uniform(count, 2.1, 3.0, random)
        self.side = torch.where(part, FRAME_SHARE * near, self.side)
        self.side = torch.where(far, FRAME_SHARE * away, self.side)

    def targets(self):
        """From the window to the frame: x, y in its own sides and axes, log of side, tilt."""
        x, y = -self.offset[:, 0] / self.side, -self.offset[:, 1] / self.side
        cos, sin = torch.cos(self.angle), torch.sin(self.angle)
        return torch.stack([cos * x + sin * y, cos * y - sin * x,
                            torch.log(FRAME_SHARE / self.side),
                            -torch.rad2deg(self.angle) / TILT_UNIT], 1)

    def show(self, pictures, around, mixed):
        """What is seen of `pictures` (N×1×48×48); beyond them `around` where `mixed`."""
        line = torch.linspace(-0.5 + 0.5 / SIDE, 0.5 - 0.5 / SIDE, SIDE)
        y, x = (v.reshape(1, -1) for v in torch.meshgrid(line, line, indexing="ij"))
        cos = (torch.cos(self.angle) * self.side)[:, None]
        sin = (torch.sin(self.angle) * self.side)[:, None]
        grid = torch.stack([2 * (cos * x - sin * y + self.offset[:, :1]),
                            2 * (sin * x + cos * y + self.offset[:, 1:])], 2)
        grid = grid.reshape(-1, SIDE, SIDE, 2)
        seen = F.grid_sample(pictures, grid, padding_mode="border", align_corners=False)
        other = F.grid_sample(around, ((grid + 3) % 4 - 2).abs() - 1, padding_mode="border",
                              align_corners=False)
        beyond = grid.abs().amax(3)[:, None]
        share = ((beyond - 0.92) / 0.16).clamp(0, 1) * mixed.reshape(-1, 1, 1, 1)
        return seen * (1 - share) + other * share


def coarsen(x, random):
    """Small faces have few pixels, others are out of focus."""
    draw = torch.rand(len(x), generator=random)
    for low, high, size in ((0, .07, 11), (.07, .14, 14), (.14, .22, 18), (.22, .3, 24)):
        rows = (draw >= low) & (draw < high)
        if rows.any():
            few = F.interpolate(x[rows], size=(size, size), mode="area")
            x[rows] = F.interpolate(few, size=(SIDE, SIDE), mode="bilinear", align_corners=False)
    rows = (draw >= .3) & (draw < .45)
    if rows.any():
        x[rows] = F.avg_pool2d(F.pad(x[rows], (1, 1, 1, 1), mode="replicate"), 3, 1)
    return x


def light(x, random):
    """Gamma, light from one side, gain down to a sixth, haze, noise: 0…255 in, whole 0…255 out."""
    count = len(x)

    def each(low, high, share=1.0):
        on = (torch.rand(count, generator=random) < share).float()
        return (on * uniform(count, low, high, random)).reshape(-1, 1, 1, 1)

    x = (x / 255).clamp(1e-4, 1) ** torch.exp(each(-0.9, 0.9))
    line = torch.linspace(-1, 1, SIDE)
    direction = uniform(count, 0, 6.2832, random).reshape(-1, 1, 1, 1)
    slope = torch.cos(direction) * line + torch.sin(direction) * line.reshape(-1, 1)
    x = x * torch.exp(each(0, 1.2, share=0.5) * slope)
    x = x * torch.exp(each(-1.8, 0.4)) + each(0, 0.35, share=0.3)
    x = x + torch.randn(x.shape, generator=random) * each(0, 0.03, share=0.4)
    return (x.clamp(0, 1) * 255).round()


def hide(x, random):
    """Glasses, hands and hair: a part is of one brightness on a quarter of the pictures."""
    for i in (torch.rand(len(x), generator=random) < 0.25).nonzero().flatten().tolist():
        width, height = torch.randint(4, 14, (2,), generator=random).tolist()
        left = int(torch.randint(0, SIDE - width, (1,), generator=random))
        top = int(torch.randint(0, SIDE - height, (1,), generator=random))
        value = torch.rand(1, generator=random).item() * 255
        x[i, :, top:top + height, left:left + width] = value
    return x


def normalise(x):
    """Mean 128, deviation 48, cut off at 0 and 255, as patch_normalise in vision/faces/patch.c."""
    mean = x.mean((2, 3), keepdim=True)
    deviation = x.std((2, 3), keepdim=True, unbiased=False).clamp(min=3)
    return ((x - mean) * (48 / deviation) + 128).clamp(0, 255).round()


def batch(pictures, is_face, around, random):
    """(windows in 0…1, whether each shows a face, targets of those that do)."""
    count = len(pictures)
    flipped = (torch.rand(count, generator=random) < 0.5).reshape(-1, 1, 1, 1)
    pictures = torch.where(flipped, pictures.flip(3), pictures)
    windows = Windows(count, random)
    mixed = (torch.rand(count, generator=random) < 0.6).float()
    x = hide(windows.show(pictures, around, mixed), random)
    x = normalise(light(coarsen(x, random), random))
    return x / 255, is_face * (~windows.miss).float(), windows.targets()
