# The codec against bytes that msgpack and NumPy wrote, and against bytes that nobody should have written.
import base64
import json
import math
import random
import zlib
from pathlib import Path

import numpy as np
import pytest

from dsr_env_bridge.errors import DsrError, InputError, wire_text
from dsr_env_bridge.protocol.messages import parse_client_message
from dsr_env_bridge.protocol.reader import decode
from dsr_env_bridge.protocol.writer import encode, extend_map

GOLDENS = json.loads((Path(__file__).parents[2] / "src/protocol/goldens/msgpack-numpy.json").read_text())


def unpack(text):
    return zlib.decompress(base64.b64decode(text))


@pytest.mark.parametrize("case", GOLDENS["arrays"], ids=lambda case: case["name"])
def test_array_same_bytes_in_both_directions(case):
    array = np.frombuffer(unpack(case["little"]), case["dtype"]).reshape(case["shape"])
    assert encode(array) == unpack(case["packed"])
    read = decode(unpack(case["packed"]))
    assert (read.dtype, read.shape, read.tobytes()) == (array.dtype, array.shape, array.tobytes())
    assert read.flags.writeable


@pytest.mark.parametrize("case", GOLDENS["bigEndian"], ids=lambda case: case["name"])
def test_big_endian_is_swapped(case):
    read = decode(unpack(case["packed"]))
    assert (read.dtype.name, list(read.shape), read.tobytes()) == (case["dtype"], case["shape"], unpack(case["little"]))


@pytest.mark.parametrize("case", GOLDENS["scalars"], ids=lambda case: case["name"])
def test_numpy_scalar_is_read_as_a_plain_value(case):
    read = decode(unpack(case["packed"]))
    assert str(read) == case["value"] or math.isclose(float(read), float(case["value"]), rel_tol=0, abs_tol=0)


@pytest.mark.parametrize(
    "array",
    [
        np.asfortranarray(np.arange(6, dtype=np.float32).reshape(2, 3)),
        np.arange(12, dtype=np.int64).reshape(3, 4)[::2, ::-1],
        np.arange(3, dtype=">f8"),
        np.array(3, np.float32),
    ],
    ids=["fortran", "strided", "big-endian", "without dimensions"],
)
def test_every_memory_order_is_written_in_c_order(array):
    read = decode(encode(array))
    assert read.shape == array.shape
    assert read.tobytes() == array.astype(array.dtype.newbyteorder("<")).tobytes()


@pytest.mark.parametrize(
    "value",
    [
        np.array([1j]),
        np.array(["a"]),
        np.array([None]),
        np.zeros(1, "M8[s]"),
        np.zeros(1, [("a", "i4")]),
        {1: 2},
        {"a": {b"b": 1}},
        b"bytes",
        object(),
        2**64,
        -(2**63) - 1,
    ],
    ids=repr,
)
def test_what_cannot_be_carried_is_refused(value):
    with pytest.raises(InputError):
        encode(value)


def test_a_map_is_extended_without_decoding_it():
    for size in (0, 1, 15, 16, 70_000):
        value = {f"key {i}": i for i in range(size)}
        assert decode(extend_map(encode(value), {"more": encode([1, 2])})) == {**value, "more": [1, 2]}


def test_bytes_changed_at_random_are_refused_or_read_but_never_raise_another_error():
    generator = random.Random(20260101)
    messages = [unpack(case["packed"]) for case in GOLDENS["arrays"] + GOLDENS["plain"] if len(case["packed"]) < 4000]
    for _ in range(3000):
        message = bytearray(generator.choice(messages))
        for _ in range(generator.randint(1, 4)):
            message[generator.randrange(len(message))] = generator.randrange(256)
        message = message[: generator.randint(0, len(message))] if generator.random() < 0.3 else message
        try:
            parse_client_message(decode(bytes(message)))
        except DsrError as error:
            assert "\n" not in wire_text(error)


def test_claimed_sizes_allocate_nothing():
    # 40 lists inside one another, each claiming 65,535 elements.
    with pytest.raises(InputError, match="elements|levels"):
        decode(b"\xdc\xff\xff" * 40, 65_536)
    with pytest.raises(InputError, match="at most 10 values"):
        decode(encode(list(range(11))), 10)
