"""From a training checkpoint to a model file and back (models/FORMAT.md)."""
import json

import numpy as np
import torch

import tensor_file
from network import Network

INPUT = {"width": 48, "height": 48, "channels": 1, "color": "gray", "divide": 255.0, "mean": 0.0,
         "std": 1.0}


def save(path, network, labels, temperature, provenance, half=True):
    """Weights in half precision; running variances stay in float32, where range matters."""
    tensors = {}
    for name, value in network.state_dict().items():
        if name.endswith("num_batches_tracked"):
            continue
        array = value.detach().cpu().float().numpy()
        wide = not half or name.endswith("running_var")
        tensors[name] = array if wide else array.astype(np.float16)
        if not np.isfinite(tensors[name]).all():
            raise ValueError(f"{name} does not fit half precision")
    tensor_file.write(path, tensors, {
        "format": "mien", "format_version": "1",
        "architecture": json.dumps(network.layers), "labels": json.dumps(labels),
        "input": json.dumps(INPUT), "temperature": repr(float(temperature)),
        "provenance": json.dumps(provenance)})


def load(path):
    """(network in evaluation mode, labels, temperature) of a model file."""
    tensors, metadata = tensor_file.read(path)
    network = Network(json.loads(metadata["architecture"]))
    state = network.state_dict()
    for name, value in tensors.items():
        state[name] = torch.from_numpy(value.astype(np.float32))
    network.load_state_dict(state)
    return network.eval(), json.loads(metadata["labels"]), float(metadata["temperature"])
