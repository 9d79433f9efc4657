#!/usr/bin/python3
"""Writes the network of a model file as ONNX, for other engines: logits of any number of faces."""
import argparse

import torch
from torch.nn import functional as F

import model


class Bytes(torch.nn.Module):
    """The network in bytes with a scale for each filter, as engines want it marked (QDQ). It has no
    batch-norms and no biases, which every engine would fuse differently, and no ranges measured:
    for timing alone."""

    def __init__(self, network):
        super().__init__()
        self.network = network

    @staticmethod
    def _bytes(x):
        return torch.fake_quantize_per_tensor_affine(x, 1.0, 0, 0, 255)

    def _weight(self, name):
        weight = getattr(self.network, name).weight.detach()
        scale = weight.flatten(1).abs().max(1).values.clamp(min=1e-9) / 127
        zero = torch.zeros(len(scale), dtype=torch.int32)
        return torch.fake_quantize_per_channel_affine(weight, scale, zero, 0, -128, 127)

    def _run(self, layers, x):
        for layer in layers:
            op = layer["op"]
            if op == "conv":
                x = F.conv2d(x, self._weight(layer["name"]), padding=layer["kernel"] // 2)
            elif op == "relu":
                x = self._bytes(F.relu(x))
            elif op == "residual":
                x = x + self._bytes(F.relu(self._run(layer["layers"], x)))
            elif op == "max_pool":
                x = self._bytes(F.max_pool2d(x, layer["size"]))
            elif op == "global_average_pool":
                x = x.mean((2, 3))
            elif op == "dense":
                x = F.linear(x, getattr(self.network, layer["name"]).weight)
        return x

    def forward(self, face):
        return self._run(self.network.layers, self._bytes(face))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", metavar="MODEL.safetensors")
    parser.add_argument("onnx", metavar="OUT.onnx")
    parser.add_argument("--bytes", action="store_true",
                        help="in bytes, for timing alone: without batch-norms and biases")
    options = parser.parse_args()
    network, labels, _ = model.load(options.model)
    face = torch.zeros(1, model.INPUT["channels"], model.INPUT["height"], model.INPUT["width"])
    if options.bytes:
        network = Bytes(network)
    torch.onnx.export(network, face, options.onnx, opset_version=13,
                      input_names=["face"], output_names=["logits"],
                      dynamic_axes={"face": {0: "faces"}, "logits": {0: "faces"}})
    print("labels:", ",".join(labels))


if __name__ == "__main__":
    main()
