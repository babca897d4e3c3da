"""Writes goldens/types.safetensors and types.json: a tensor of every element type by the reference library.

Run in the environment of scripts/torch-environment.sh:
    ~/.cache/dsr/torch/bin/python tests/parity/generate/safetensors_types.py [file]
With a file written by this repository it prints what the reference library reads from it, as JSON, in place of that.
"""

import json
import sys
from pathlib import Path

import safetensors
import torch
from safetensors.torch import load_file, save_file

FLOATS = [0.0, -1.5, 3.140625, 65504.0, 6.1035156e-05, -0.333251953125]
TENSORS = {
    "F64": torch.tensor(FLOATS, dtype=torch.float64),
    "F32": torch.tensor(FLOATS).reshape(2, 3),
    "F16": torch.tensor(FLOATS, dtype=torch.float16),
    "BF16": torch.tensor(FLOATS, dtype=torch.bfloat16).reshape(3, 2),
    "I64": torch.tensor([-(2**53), 7], dtype=torch.int64),
    "I32": torch.tensor([-(2**31), 2**31 - 1], dtype=torch.int32),
    "I16": torch.tensor([-(2**15), 2**15 - 1], dtype=torch.int16),
    "U16": torch.tensor([0, 2**16 - 1], dtype=torch.uint16),
    "U32": torch.tensor([0, 2**32 - 1], dtype=torch.uint32),
    "I8": torch.tensor([-128, 127], dtype=torch.int8),
    "U8": torch.tensor([0, 255], dtype=torch.uint8),
    "BOOL": torch.tensor([True, False, True]),
    "scalar": torch.tensor(2.5),
    "empty": torch.zeros(0, 4),
}


def describe(tensors):
    numbers = lambda tensor: (tensor.double() if tensor.is_floating_point() else tensor.long()).reshape(-1).tolist()
    return {name: {"shape": list(tensor.shape), "data": numbers(tensor)} for name, tensor in sorted(tensors.items())}


def main():
    if len(sys.argv) > 1:
        print(json.dumps(describe(load_file(sys.argv[1]))))
        return
    folder = Path(__file__).parent.parent / "goldens"
    save_file(TENSORS, folder / "types.safetensors", {"format": "pt", "made by": f"safetensors {safetensors.__version__}"})
    golden = {"reference": f"safetensors {safetensors.__version__}", "tensors": describe(TENSORS)}
    (folder / "types.json").write_text(json.dumps(golden, indent=1) + "\n")


main()
