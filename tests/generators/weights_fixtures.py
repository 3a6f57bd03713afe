"""Writes the fixtures of weights/src/test/resources/vitrine/weights.

Pinned: safetensors 0.8.0, torch 2.15.0, numpy 2.4.6. Run from the repository's root:

    python tests/generators/weights_fixtures.py

all-types.safetensors: every dtype that torch can store, values at the edges of each type, names and metadata that need
    escaping or that sort differently by UTF-16 units and by UTF-8 bytes; bytes as the reference implementation writes.
all-types.json: what the reference decodes: float32 and float64 bits, integers as decimal text.
no-tensors.safetensors: the reference's file of nothing.
"""

import json
import pathlib

import numpy as np
import safetensors
import torch
from safetensors.torch import save

assert safetensors.__version__ == "0.8.0", safetensors.__version__

OUT = pathlib.Path("weights/src/test/resources/vitrine/weights")
ODD_NAMES = {
    "I32": "\U0001f600 beyond the BMP",
    "U32": "\uff5e below it",
    "U8": "quote\" backslash\\ slash/ newline\n unit\x1f delete\x7f separator\u2028",
    "I8": "",
}
INTEGERS = {
    "BOOL": (torch.bool, [0, 1, 1]),
    "U8": (torch.uint8, [0, 1, 127, 128, 255]),
    "I8": (torch.int8, [0, 1, -1, 127, -128]),
    "U16": (torch.uint16, [0, 1, 2**15, 2**16 - 1]),
    "I16": (torch.int16, [0, -1, 2**15 - 1, -(2**15)]),
    "U32": (torch.uint32, [0, 2**24 + 1, 2**31, 2**32 - 1]),
    "I32": (torch.int32, [0, 2**24 + 1, -(2**24) - 3, 2**31 - 1, -(2**31)]),
    "U64": (torch.uint64, [0, 2**53 + 1, 2**63, 2**63 + 2**39 + 1, 2**63 + 2**10 + 1, 2**64 - 1]),
    "I64": (torch.int64, [0, 2**53 + 1, -(2**53) - 3, 2**63 - 1, -(2**63)]),
}
# Bit patterns: zeros, subnormals, ones, the largest, infinities, NaN; for F64 also ties and overflow of float32.
FLOATS = {
    "F16": (torch.float16, np.uint16, [0, 0x8000, 1, 0x83FF, 0x0400, 0x3C00, 0xBC01, 0x7BFF, 0x7C00, 0xFC00, 0x7E00]),
    "BF16": (torch.bfloat16, np.uint16, [0, 0x8000, 1, 0x807F, 0x0080, 0x3F80, 0xBF81, 0x7F7F, 0x7F80, 0xFF80, 0x7FC0]),
    "F32": (torch.float32, np.uint32, [0, 1 << 31, 1, 0x007FFFFF, 0x3F800001, 0x7F7FFFFF, 0x7F800000, 0xFF800000, 0x7FC00001]),
    "F64": (
        torch.float64,
        np.uint64,
        [0, 1 << 63, 1, 0x3FF0000010000000, 0x3FF0000030000000, 0x3FF0000010000001, 0x36A0000000000000, 0x47F0000000000000,
         0x7FEFFFFFFFFFFFFF, 0x7FF0000000000000, 0xFFF0000000000000, 0x7FF8000000000000],
    ),
}
OPAQUE = {
    "F8_E4M3": torch.float8_e4m3fn,
    "F8_E5M2": torch.float8_e5m2,
    "F8_E8M0": torch.float8_e8m0fnu,
    "F8_E4M3FNUZ": torch.float8_e4m3fnuz,
    "F8_E5M2FNUZ": torch.float8_e5m2fnuz,
    "F4": torch.float4_e2m1fn_x2,
    "C64": torch.complex64,
}


def main():
    tensors, expected = {}, {}
    for dtype, (kind, values) in INTEGERS.items():
        name = ODD_NAMES.get(dtype, dtype)
        numbers = np.array(values, dtype=np.dtype(str(kind).split(".")[1]))
        tensors[name] = torch.from_numpy(numbers)
        expected[name] = {
            "dtype": dtype,
            "longs": [str(v) for v in values],
            "floats": bits(numbers.astype(np.float32), np.uint32),
            "doubles": bits(numbers.astype(np.float64), np.uint64),
        }
    for dtype, (kind, carrier, patterns) in FLOATS.items():
        raw = np.array(patterns, dtype=carrier)
        tensors[dtype] = tensor = torch.from_numpy(raw).view(kind)
        if dtype == "F16":  # torch gives a NaN another payload; numpy keeps it
            tensor = torch.from_numpy(raw.view(np.float16).astype(np.float64))
        expected[dtype] = {
            "dtype": dtype,
            "floats": bits(tensor.to(torch.float32).numpy(), np.uint32),
            "doubles": bits(tensor.to(torch.float64).numpy(), np.uint64),
        }
    for dtype, kind in OPAQUE.items():
        tensors[dtype] = torch.arange(8, dtype=torch.uint8).view(kind)
        expected[dtype] = {"dtype": dtype, "bytes": list(range(8))}
    for name in ("order \U0001f600", "order \uff5e"):  # UTF-16 and UTF-8 disagree on which is first
        tensors[name] = torch.tensor([1, 2], dtype=torch.uint8)
    tensors["scalar"] = torch.tensor(2.5)
    tensors["empty"] = torch.zeros((3, 0, 2))
    tensors["matrix"] = torch.arange(6, dtype=torch.float32).reshape(2, 3)
    # One entry: the reference writes several in the order of chance.
    metadata = {"é\n": "\U0001f600\x1f/"}
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / "all-types.safetensors").write_bytes(save(tensors, metadata=metadata))
    (OUT / "all-types.json").write_text(json.dumps(expected, indent=1) + "\n")
    (OUT / "no-tensors.safetensors").write_bytes(save({}))


def bits(array, carrier):
    return [f"{v:x}" for v in array.view(carrier).tolist()]


if __name__ == "__main__":
    main()
