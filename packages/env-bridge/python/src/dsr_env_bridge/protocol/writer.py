# Writes values as msgpack, ndarrays in the msgpack-numpy convention with byte-string keys.
# Knows nothing about messages.
from __future__ import annotations

from typing import Any, Dict, List, Union

import msgpack
import numpy as np

from ..errors import InputError
from .array_format import wire_dtype
from .reader import split_map

#: Bytes that lie in another object.
Buffer = Union[bytes, memoryview]


def encode(value: Any) -> bytes:
    """
    Encodes dicts with text keys, lists, tuples, texts, numbers, booleans, None and ndarrays of any order.

    Raises InputError (`invalid-message`) naming what cannot be encoded.
    """
    try:
        return msgpack.packb(_checked_keys(value), default=_default, use_bin_type=True)
    except (OverflowError, TypeError, ValueError) as error:
        raise InputError(f"value: expected what msgpack can hold, found '{error}'", "invalid-message") from error


def extend_map(encoded: Buffer, extra: Dict[str, Buffer]) -> bytes:
    """Adds encoded values under new keys to an encoded map, without decoding it."""
    count, start = split_map(encoded)
    parts: List[Buffer] = [map_header(count + len(extra)), encoded[start:]]
    for key, value in extra.items():
        parts += [msgpack.packb(key), value]
    return b"".join(parts)


def map_header(count: int) -> bytes:
    """The header of a map with `count` entries."""
    if count < 16:
        return bytes([0x80 | count])
    return b"\xde" + count.to_bytes(2, "big") if count < 65_536 else b"\xdf" + count.to_bytes(4, "big")


def list_header(count: int) -> bytes:
    """The header of a list with `count` elements."""
    if count < 16:
        return bytes([0x90 | count])
    return b"\xdc" + count.to_bytes(2, "big") if count < 65_536 else b"\xdd" + count.to_bytes(4, "big")


def _checked_keys(value: Any) -> Any:
    if isinstance(value, dict):
        for key, part in value.items():
            if not isinstance(key, str):
                raise InputError(f"value: expected text keys, found {key!r}", "invalid-message")
            _checked_keys(part)
    elif isinstance(value, (list, tuple)):
        for part in value:
            _checked_keys(part)
    elif isinstance(value, (bytes, bytearray, memoryview)):
        raise InputError("value: expected no bare byte string, found one", "invalid-message")
    return value


def _default(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        contiguous = np.asarray(value, dtype=wire_dtype(value.dtype), order="C")
        return {
            b"__ndarray__": True,
            b"data": contiguous.tobytes(),
            b"dtype": contiguous.dtype.str,
            b"shape": list(contiguous.shape),
        }
    if isinstance(value, np.bool_):
        return bool(value)
    if isinstance(value, np.integer):
        return int(value)
    if isinstance(value, np.floating):
        return float(value)
    raise TypeError(f"{type(value).__name__}")
