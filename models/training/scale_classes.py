#!/usr/bin/python3
"""Calibrates a model file class by class on validation data: a factor and an offset for each class,
of least cross-entropy, are taken into the last layer (vector scaling, Guo et al. 2017). For a model
some of whose classes are too sure at any one temperature."""
import argparse
import json
import os

import numpy as np
import torch
from torch.nn import functional as F

import data
import model
import tensor_file
from score import logits
from export import fit_temperature


def fit_scales(values, labels):
    """(factors, offsets) of the classes."""
    values, labels = torch.from_numpy(values), torch.from_numpy(labels.astype(np.int64))
    factors = torch.ones(values.shape[1], requires_grad=True)
    offsets = torch.zeros(values.shape[1], requires_grad=True)
    optimizer = torch.optim.LBFGS([factors, offsets], max_iter=100, line_search_fn="strong_wolfe")

    def loss():
        optimizer.zero_grad()
        value = F.cross_entropy(values * factors + offsets, labels)
        value.backward()
        return value

    optimizer.step(loss)
    return factors.detach(), offsets.detach()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", required=True, help="model file, which is replaced")
    parser.add_argument("--images", required=True, help="IDX file of validation data")
    parser.add_argument("--labels", required=True, help="IDX file")
    args = parser.parse_args()
    torch.set_num_threads(os.cpu_count())
    images, labels = data.read_idx(args.images), data.read_idx(args.labels)
    network, names, _ = model.load(args.model)
    factors, offsets = fit_scales(logits(network, images), labels)
    with torch.no_grad():
        network.dense.weight *= factors[:, None]
        network.dense.bias.mul_(factors).add_(offsets)
    provenance = json.loads(tensor_file.read(args.model)[1]["provenance"])
    provenance["classes_scaled"] = True
    model.save(args.model + ".part", network, names,
               fit_temperature(logits(network, images), labels), provenance)
    os.replace(args.model + ".part", args.model)
    print(f"{args.model}: factors {[round(float(f), 2) for f in factors]}, "
          f"offsets {[round(float(o), 2) for o in offsets]}")


if __name__ == "__main__":
    main()
