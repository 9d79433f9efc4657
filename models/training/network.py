"""The paper's network (Bah & Xue 2022, Table 1), described once as a list of layers.

The same list builds the PyTorch module here and travels in the model file,
where the C program reads it: there is no second description of the network.
"""
import torch
from torch import nn
from torch.nn import functional as F

BN_EPSILON = 1e-3  # Keras' default, which the paper used


def architecture(variant, classes):
    """Layer list of the 'residual' or the 'basic' network with `classes` outputs."""
    layers, convs = [], 0

    def conv(filters, kernel=3):
        nonlocal convs
        convs += 1
        return ({"op": "conv", "name": f"conv{convs}", "filters": filters, "kernel": kernel},
                {"op": "batch_norm", "name": f"bn{convs}", "epsilon": BN_EPSILON})

    def plain(filters, kernel=3):
        c, b = conv(filters, kernel)
        return [c, {"op": "relu"}, b]

    def residual(filters):
        if variant == "basic":
            return []
        (c1, b1), (c2, b2) = conv(filters), conv(filters)
        return [{"op": "residual", "layers": [c1, b1, {"op": "relu"}, c2, b2]}, {"op": "relu"}]

    def pool():
        return [{"op": "max_pool", "size": 2}]

    def drop(rate):
        return [{"op": "dropout", "rate": rate}]

    layers += plain(16, 5) + plain(16, 5) + drop(0.3)
    layers += plain(32) + plain(32) + pool() + drop(0.3) + residual(32)
    layers += plain(64) + plain(64) + pool() + drop(0.3)
    layers += plain(128) + plain(128) + pool() + drop(0.3) + residual(128)
    layers += plain(256) + plain(256) + pool() + drop(0.3)
    layers += plain(512) + plain(512) + pool() + drop(0.4) + residual(512)
    layers += [{"op": "global_average_pool"}, {"op": "dense", "name": "dense", "units": classes},
               {"op": "softmax"}]
    return layers


class Network(nn.Module):
    """Runs a layer list; returns logits (the final softmax is left to the loss)."""

    def __init__(self, layers, input_channels=1, bn_momentum=0.1, dropout=1.0):
        super().__init__()
        self.layers = layers
        self.bn_momentum = bn_momentum
        self.dropout = dropout  # times the rate of every dropout layer
        self._make(layers, input_channels)

    def _make(self, layers, channels):
        for layer in layers:
            op = layer["op"]
            if op == "conv":
                module = nn.Conv2d(channels, layer["filters"], layer["kernel"],
                                   padding=layer["kernel"] // 2)
                nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
                nn.init.zeros_(module.bias)
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
