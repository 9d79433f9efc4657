#!/usr/bin/python3
"""Measures a model file in each precision with `mien evaluate` and records the accuracies in it,
so that --precision auto knows which of them are good enough (../FORMAT.md)."""
import argparse
import json
import os
import subprocess

import tensor_file

PRECISIONS = ("fp32", "bf16", "int8")


def accuracy(options, precision):
    result = subprocess.run(
        [options.mien, "evaluate", "--json", "--precision", precision, "--model", options.model,
         "--images", options.images, "--labels", options.labels],
        check=True, stdout=subprocess.PIPE)
    return round(json.loads(result.stdout)["accuracy"], 5)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", metavar="MODEL.safetensors")
    parser.add_argument("--mien", default="mien", help="the program")
    parser.add_argument("--images", required=True, help="IDX file of validation data")
    parser.add_argument("--labels", required=True, help="IDX file")
    options = parser.parse_args()
    measured = {precision: accuracy(options, precision) for precision in PRECISIONS}
    tensors, metadata = tensor_file.read(options.model)
    metadata["accuracy"] = json.dumps(measured)
    tensor_file.write(options.model + ".part", tensors, metadata)
    os.replace(options.model + ".part", options.model)
    print(f"{options.model}: {metadata['accuracy']}")


if __name__ == "__main__":
    main()
