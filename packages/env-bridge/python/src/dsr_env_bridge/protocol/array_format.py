# The msgpack-numpy form of an ndarray: dtype strings, and the checks on what a peer claims.
# Knows nothing about sockets or messages.
from __future__ import annotations

from typing import Any, Dict, List

import numpy as np

from ..errors import InputError

#: NumPy allows 64 dimensions since version 2, and 32 before; more than 64 is not an array.
MAX_DIMENSIONS = 64

#: Names in spaces, by NumPy's dtype string.
DTYPE_NAMES: Dict[str, str] = {
    "|b1": "bool",
    "|i1": "int8",
    "|u1": "uint8",
    "<i2": "int16",
    "<u2": "uint16",
    "<i4": "int32",
    "<u4": "uint32",
    "<i8": "int64",
    "<u8": "uint64",
    "<f2": "float16",
    "<f4": "float32",
    "<f8": "float64",
}
_CODES = {text[1:] for text in DTYPE_NAMES}


def array_from_claim(dtype: str, shape: List[Any], data: bytes) -> np.ndarray:
    """
    Makes the array a peer describes, little-endian and writable.

    Raises InputError (`invalid-message`) when dtype, shape and bytes do not fit together.
    """
    order = dtype[:1]
    if order == "" or order not in "<>|=" or dtype[1:] not in _CODES:
        raise _array_error(f"dtype: expected one of {' '.join(DTYPE_NAMES)}, found '{dtype[:24]}'")
    element = np.dtype((">" if order == ">" else "<") + dtype[1:])
    expected = _element_count(shape) * element.itemsize
    if len(data) != expected:
        form = f"{dtype} [{', '.join(map(str, shape))}]"
        raise _array_error(f"data: expected {expected} bytes for {form}, found {len(data)}")
    if element.kind == "b" and data.translate(None, b"\x00\x01"):
        found = data.translate(None, b"\x00\x01")[0]
        raise _array_error(f"data: expected bytes 0 or 1 for |b1, found {found}")
    array = np.frombuffer(data, element)
    try:
        return array.astype(element.newbyteorder("<")).reshape(shape)
    except ValueError as error:
        raise _array_error(f"shape: expected fewer dimensions, found {len(shape)}") from error


def wire_dtype(dtype: np.dtype) -> str:
    """NumPy's little-endian dtype string. Raises InputError for kinds V, O, c, U, S, M, m and long doubles."""
    text = dtype.newbyteorder("<").str
    if text not in DTYPE_NAMES:
        raise _array_error(f"dtype: expected one of {' '.join(DTYPE_NAMES)}, found '{text}'")
    return text


def _element_count(shape: List[Any]) -> int:
    if len(shape) > MAX_DIMENSIONS:
        raise _array_error(f"shape: expected at most {MAX_DIMENSIONS} dimensions, found {len(shape)}")
    count = 1
    for length in shape:
        if isinstance(length, bool) or not isinstance(length, int) or not 0 <= length < 2**53:
            raise _array_error(f"shape: expected non-negative integers, found {length}")
        count *= length
    return count


def _array_error(text: str) -> InputError:
    return InputError(f"array {text}", "invalid-message")
