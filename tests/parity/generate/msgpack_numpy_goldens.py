"""Writes packages/env-bridge/src/protocol/goldens/msgpack-numpy.json: values packed by Python's msgpack in the
msgpack-numpy form with byte-string keys (the form of openpi's client), to be read and written again byte for byte.
Bytes are deflated (zlib) and in base64.

Needs `pip install msgpack numpy`; run from the repository's root:
    python3 tests/parity/generate/msgpack_numpy_goldens.py
"""

import base64
import json
import pathlib
import sys
import zlib

import msgpack
import numpy as np

SEED = 20260101
OUT = pathlib.Path("packages/env-bridge/src/protocol/goldens/msgpack-numpy.json")
DTYPES = ["bool", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "float16", "float32", "float64"]
SHAPES = [(), (0,), (1,), (5,), (2, 3), (2, 0, 3), (4, 5, 3), (1, 1, 1, 2)]


def pack_extra(obj):
    """ndarrays and NumPy scalars as maps with byte-string keys; everything else is msgpack's own business."""
    if isinstance(obj, np.ndarray):
        return {b"__ndarray__": True, b"data": obj.tobytes(), b"dtype": obj.dtype.str, b"shape": obj.shape}
    if isinstance(obj, np.generic):
        return {b"__npgeneric__": True, b"data": obj.item(), b"dtype": obj.dtype.str}
    raise TypeError(type(obj))


def deflated(data):
    return base64.b64encode(zlib.compress(data, 9)).decode()


def pack(obj):
    return deflated(msgpack.packb(obj, default=pack_extra))


def random_array(rng, dtype, shape):
    kind = np.dtype(dtype)
    if kind.kind == "b":
        return rng.integers(0, 2, shape).astype(kind)
    if kind.kind == "f":
        return rng.standard_normal(shape).astype(kind)
    info = np.iinfo(kind)
    return rng.integers(info.min, info.max, shape, dtype=kind, endpoint=True)


def array_case(name, array):
    little = np.asarray(array).astype(array.dtype.newbyteorder("<"))
    return {
        "name": name,
        "packed": pack(array),
        "dtype": array.dtype.name,
        "shape": list(array.shape),
        "little": deflated(little.tobytes()),
    }


def array_cases(rng):
    for dtype in DTYPES:
        for shape in SHAPES:
            yield array_case(f"{dtype} {list(shape)}", np.asarray(random_array(rng, dtype, shape)))
    yield array_case("uint8 [17000]", random_array(rng, "uint8", (17000,)))
    yield array_case("float32 [20, 210]", random_array(rng, "float32", (20, 210)))


def big_endian_cases(rng):
    for dtype in ["int16", "uint32", "int64", "float16", "float32", "float64"]:
        array = random_array(rng, dtype, (3, 2))
        yield array_case(f"big-endian {dtype}", array.astype(array.dtype.newbyteorder(">")))


def scalar_cases():
    values = [np.bool_(True), np.int8(-5), np.uint8(250), np.int32(-70000), np.float32(0.5), np.float64(-1.25), np.float16(2)]
    for value in values + [np.int64(2**53 + 1), np.uint64(2**64 - 1)]:
        yield {"name": f"scalar {value.dtype.str}", "packed": pack(value), "value": str(value.item())}


def plain_cases():
    integers = [0, 1, 127, 128, 255, 256, 65535, 65536, 2**32 - 1, 2**32, 2**53 - 1, -1, -32, -33, -128, -129]
    integers += [-32768, -32769, -(2**31), -(2**31) - 1, -(2**53) + 1]
    texts = ["", "a", "é" * 15, "x" * 31, "x" * 32, "y" * 255, "z" * 256, "\N{PIG FACE}" * 20]
    values = [None, True, False, 0.5, -0.25, 1e300, float("inf"), *integers, *texts, [], {}, [1, [2, [3]]]]
    values += [list(range(15)), list(range(16)), {"a": 1, "b": {"c": [True, None, "d"]}}]
    values += [{f"key{i}": i for i in range(17)}]
    for i, value in enumerate(values):
        text = "Infinity" if value == float("inf") else json.dumps(value)
        yield {"name": f"plain {i}", "packed": pack(value), "json": text, "repeat": 1}
    yield {"name": "text of 70000", "packed": pack("w" * 70000), "json": '"w"', "repeat": 70000}
    yield {"name": "list of 70000", "packed": pack([7] * 70000), "json": "[7]", "repeat": 70000}


def main():
    rng = np.random.default_rng(SEED)
    goldens = {
        "generator": "tests/parity/generate/msgpack_numpy_goldens.py",
        "versions": {"python": sys.version.split()[0], "msgpack": ".".join(map(str, msgpack.version)), "numpy": np.__version__},
        "seed": SEED,
        "arrays": list(array_cases(rng)),
        "bigEndian": list(big_endian_cases(rng)),
        "scalars": list(scalar_cases()),
        "plain": list(plain_cases()),
    }
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps(goldens, indent=1) + "\n")
    print(f"{OUT}: {sum(len(v) for v in goldens.values() if isinstance(v, list))} cases")


main()
