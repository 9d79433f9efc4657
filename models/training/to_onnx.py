#!/usr/bin/python3
"""Writes the network of a model file as ONNX, for other engines: logits of any number of faces."""
import argparse

import torch

import model


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", metavar="MODEL.safetensors")
    parser.add_argument("onnx", metavar="OUT.onnx")
    options = parser.parse_args()
    network, labels, _ = model.load(options.model)
    size = model.INPUT["height"], model.INPUT["width"]
    torch.onnx.export(network, torch.zeros(1, model.INPUT["channels"], *size), options.onnx,
                      input_names=["face"], output_names=["logits"],
                      dynamic_axes={"face": {0: "faces"}, "logits": {0: "faces"}})
    print("labels:", ",".join(labels))


if __name__ == "__main__":
    main()
