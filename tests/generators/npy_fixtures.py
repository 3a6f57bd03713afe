"""Writes the fixtures of engine/src/test/resources/vitrine/engine/io.

Pinned: numpy 2.4.6. Run from the repository's root:

    python tests/generators/npy_fixtures.py

NAME.npy: one array for each element type, byte order, layout and format version that we read.
expected.json: for each its shape and its elements as float32 bits, in row-major order.
written-RANK.npy: float32 in C order, byte for byte as numpy writes it; elements 0, 1, 2 and so on.
"""

import json
import pathlib

import numpy as np
from numpy.lib import format as npy

assert np.__version__ == "2.4.6", np.__version__

OUT = pathlib.Path("engine/src/test/resources/vitrine/engine/io")
EDGES = {
    "u8": [0, 2**53 + 1, 2**63, 2**63 + 2**39 + 1, 2**64 - 1, 2**63 + 2**40],
    "i8": [0, -1, 2**53 + 1, -(2**63), 2**63 - 1, 2**24 + 1],
    "f2": [0.0, -0.0, 65504.0, 6e-8, -np.inf, np.nan],
    "f8": [0.1, -0.0, 1e38, 1e-45, -np.inf, np.nan],
}
TYPES = "|i1 |u1 |b1 <f2 >f2 <f4 >f4 <f8 >f8 <i2 >i2 <i4 >i4 <i8 >i8 <u2 >u2 <u4 >u4 <u8 >u8".split()


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    expected = {}

    def keep(name, array, version=None):
        with open(OUT / f"{name}.npy", "wb") as file:
            npy.write_array(file, array, version=version)
        bits = array.astype(np.float32).ravel(order="C").view(np.int32)
        expected[name] = {"shape": list(array.shape), "bits": bits.tolist()}

    orders = {"|": "one", "<": "little", ">": "big"}
    for dtype in TYPES:
        kind = dtype[1:]
        values = np.array(EDGES.get(kind, [0, 1, 2, 3, 4, 5])).astype(dtype)
        if kind == "u8":
            values = np.array(EDGES[kind], dtype=np.uint64).astype(dtype)
        keep(f"{kind}-{orders[dtype[0]]}", values.reshape(2, 3))
    keep("columns", np.asfortranarray(np.arange(24, dtype="<f4").reshape(2, 3, 4)))
    keep("columns-big", np.asfortranarray(np.arange(24, dtype=">f8").reshape(4, 3, 2)))
    keep("version-2", np.arange(3, dtype="<f4"), version=(2, 0))
    keep("version-3", np.arange(3, dtype="<f4"), version=(3, 0))
    keep("number", np.array(1.5, dtype="<f4"))
    keep("nothing", np.zeros((2, 0, 3), dtype="<f4"))
    (OUT / "expected.json").write_text(json.dumps(expected) + "\n")
    for shape in [(), (5,), (2, 3), (1, 2, 3), (2, 2, 2, 2), (1, 1, 1, 1, 1, 1, 1, 1, 1, 10**2)]:
        array = np.arange(np.prod(shape, dtype=int), dtype="<f4").reshape(shape)
        np.save(OUT / f"written-{len(shape)}.npy", array)


if __name__ == "__main__":
    main()
