"""A list of layers (architectures.py) as a PyTorch module."""
import torch
from torch import nn
from torch.nn import functional as F


@torch.no_grad()
def _sum_to_zero(kernels):
    """Pictures have no negative values: straight before a ReLU, a kernel on pictures whose taps sum
    to much less than zero answers nothing but zero, and never learns."""
    deviation = kernels.std()
    kernels -= kernels.mean((1, 2, 3), keepdim=True)
    kernels *= deviation / kernels.std()


class Network(nn.Module):
    """Runs a layer list; returns logits (the final softmax is left to the loss)."""

    def __init__(self, layers, input_channels=1, bn_momentum=0.1, dropout=1.0, live=False):
        super().__init__()
        self.layers = layers
        self.bn_momentum = bn_momentum
        self.dropout = dropout  # times the rate of every dropout layer
        self.live = live  # kernels on the picture start with taps that sum to zero
        self.watch = lambda y: None  # is shown what each ReLU answers
        self._make(layers, input_channels)

    def _make(self, layers, channels):
        for layer in layers:
            op = layer["op"]
            if op == "conv":
                module = nn.Conv2d(channels, layer["filters"], layer["kernel"],
                                   padding=layer["kernel"] // 2)
                nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
                nn.init.zeros_(module.bias)
                if self.live and channels == 1:
                    _sum_to_zero(module.weight)
                channels = layer["filters"]
                self.add_module(layer["name"], module)
            elif op == "batch_norm":
                self.add_module(layer["name"], nn.BatchNorm2d(channels, eps=layer["epsilon"],
                                                              momentum=self.bn_momentum))
            elif op == "dense":
                self.add_module(layer["name"], nn.Linear(channels, layer["units"]))
            elif op == "residual":
                channels = self._make(layer["layers"], channels)
                # The block starts as the identity, which trains stably at high rates.
                nn.init.zeros_(getattr(self, layer["layers"][-1]["name"]).weight)
        return channels

    def _run(self, layers, x):
        for layer in layers:
            op = layer["op"]
            if op in ("conv", "batch_norm", "dense"):
                x = getattr(self, layer["name"])(x)
            elif op == "relu":
                x = F.relu(x)
                self.watch(x)
            elif op == "max_pool":
                x = F.max_pool2d(x, layer["size"])
            elif op == "dropout":
                x = F.dropout(x, layer["rate"] * self.dropout, self.training)
            elif op == "residual":
                x = x + self._run(layer["layers"], x)
            elif op == "global_average_pool":
                x = x.mean((2, 3))
            elif op != "softmax":
                raise ValueError(f"unknown layer {op}")
        return x

    def forward(self, x):
        return self._run(self.layers, x)

    @torch.no_grad()
    def dead_channels(self, x):
        """For each ReLU, in order: (channels that are zero for all pictures of x, all channels)."""
        found = []
        self.watch = lambda y: found.append((int((y.amax((0, 2, 3)) == 0).sum()), y.shape[1]))
        self(x)
        self.watch = lambda y: None
        return found
