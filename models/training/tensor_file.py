"""Writes and reads safetensors files (Debian 12 packages no library for it)."""
import json
import struct

import numpy as np

DTYPES = {"F32": np.float32, "F16": np.float16}
NAMES = {np.dtype(v): k for k, v in DTYPES.items()}


def write(path, tensors, metadata):
    """`tensors`: name → numpy array; `metadata`: str → str."""
    header, offset = {"__metadata__": metadata}, 0
    for name, tensor in tensors.items():
        header[name] = {"dtype": NAMES[tensor.dtype], "shape": list(tensor.shape),
                        "data_offsets": [offset, offset + tensor.nbytes]}
        offset += tensor.nbytes
    text = json.dumps(header, ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text)
        for tensor in tensors.values():
            f.write(np.ascontiguousarray(tensor).tobytes())


def read(path):
    """(tensors, metadata) of a file this program wrote."""
    with open(path, "rb") as f:
        content = f.read()
    size, = struct.unpack("<Q", content[:8])
    header, data = json.loads(content[8:8 + size]), content[8 + size:]
    metadata = header.pop("__metadata__", {})
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        tensors[name] = np.frombuffer(data[begin:end], DTYPES[entry["dtype"]]).reshape(
            entry["shape"])
    return tensors, metadata
