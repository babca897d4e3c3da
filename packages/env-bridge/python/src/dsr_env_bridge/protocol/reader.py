# Reads msgpack that a stranger wrote: every length is checked against the bytes at hand before anything is made of it.
# Knows nothing about messages; extension types are refused, so decoding never runs code or allocates by a claimed size.
from __future__ import annotations

import struct
from typing import Any, Dict, List, Tuple, Union

import numpy as np

from ..errors import InputError
from .array_format import array_from_claim

MAX_DEPTH = 32
#: Values in all lists and maps of one reply.
MAX_VALUES = 1_048_576

_FLOAT32 = struct.Struct(">f")
_FLOAT64 = struct.Struct(">d")
_BIN = {0xC4: 1, 0xC5: 2, 0xC6: 4}
_STR = {0xD9: 1, 0xDA: 2, 0xDB: 4}
_LIST = {0xDC: 2, 0xDD: 4}
_MAP = {0xDE: 2, 0xDF: 4}
_UINT = {0xCC: 1, 0xCD: 2, 0xCE: 4, 0xCF: 8}
_INT = {0xD0: 1, 0xD1: 2, 0xD2: 4, 0xD3: 8}


def decode(message: bytes, max_values: int = MAX_VALUES) -> Any:
    """
    Decodes one message: dict, list, str, int, float, bool, None and ndarrays (copies, C order).

    Raises InputError (`invalid-message`) saying what was expected, found and at which byte.
    """
    reader = _Reader(message, max_values)
    value = reader.read(0)
    if reader.position < len(message):
        raise reader.error("expected the end, found more")
    return value


class _Reader:
    def __init__(self, message: bytes, max_values: int) -> None:
        self.message = message
        self.position = 0
        self.values_left = max_values
        self.max_values = max_values

    def read(self, depth: int) -> Any:
        code = self._byte()
        if code < 0x80:
            return code
        if code < 0x90:
            return self._map(code & 0x0F, depth)
        if code < 0xA0:
            return self._list(code & 0x0F, depth)
        if code < 0xC0:
            return self._text(code & 0x1F)
        if code >= 0xE0:
            return code - 0x100
        return self._coded(code, depth)

    def _coded(self, code: int, depth: int) -> Any:
        if code in _STR:
            return self._text(self._uint(_STR[code]))
        if code in _UINT:
            return self._uint(_UINT[code])
        if code in _INT:
            return int.from_bytes(self._take(_INT[code]), "big", signed=True)
        if code == 0xCB:
            return _FLOAT64.unpack(self._take(8))[0]
        if code == 0xC0:
            return None
        if code in (0xC2, 0xC3):
            return code == 0xC3
        if code in _BIN:
            return np.frombuffer(self._take(self._uint(_BIN[code])), np.uint8).copy()
        if code in _LIST:
            return self._list(self._uint(_LIST[code]), depth)
        if code in _MAP:
            return self._map(self._uint(_MAP[code]), depth)
        if code == 0xCA:
            return _FLOAT32.unpack(self._take(4))[0]
        raise self.error(f"expected a value, found type code 0x{code:x} (extensions are refused)")

    def _list(self, length: int, depth: int) -> List[Any]:
        self._enter(length, length, depth)
        return [self.read(depth + 1) for _ in range(length)]

    def _map(self, length: int, depth: int) -> Any:
        self._enter(length, 2 * length, depth)
        if length > 0 and self._peek() in _BIN:
            return self._binary_keyed(length)
        record: Dict[str, Any] = {}
        for _ in range(length):
            key = self._key()
            if key == "__proto__":
                raise self.error("expected another key, found '__proto__'")
            record[key] = self.read(depth + 1)
        return record

    def _binary_keyed(self, length: int) -> Any:
        """A map whose keys are byte strings is an ndarray or a NumPy scalar, or else it is refused."""
        fields: Dict[str, Any] = {}
        for _ in range(length):
            code = self._byte()
            if code not in _BIN:
                raise self.error("expected byte-string keys only, found another type of key")
            key = self._text(self._uint(_BIN[code]))
            if key in ("__ndarray__", "__npgeneric__"):
                if self.read(MAX_DEPTH) is not True:
                    raise self.error(f"expected true for {key}")
                fields["marker"] = key
            elif key == "data":
                fields["data"] = self._array_data()
            elif key == "dtype":
                fields["dtype"] = self.read(MAX_DEPTH)
            elif key == "shape":
                fields["shape"] = self.read(MAX_DEPTH - 1)
            else:
                raise self.error(f"expected the keys of an array, found '{key}'")
        return self._scalar(fields) if fields.get("marker") == "__npgeneric__" else self._ndarray(fields)

    def _ndarray(self, fields: Dict[str, Any]) -> np.ndarray:
        data, dtype, shape = fields.get("data"), fields.get("dtype"), fields.get("shape")
        is_array = fields.get("marker") == "__ndarray__"
        if not is_array or not isinstance(data, bytes) or not isinstance(dtype, str) or not isinstance(shape, list):
            raise self.error("expected __ndarray__, data (bytes), dtype (text) and shape (list), found another form")
        return array_from_claim(dtype, shape, data)

    def _scalar(self, fields: Dict[str, Any]) -> Any:
        data, dtype = fields.get("data"), fields.get("dtype")
        kind = dtype[1:2] if isinstance(dtype, str) else ""
        if isinstance(data, (bool, int, float)) and kind != "" and kind in "biuf":
            return data
        if isinstance(data, str) and kind == "U":
            return data
        raise self.error("expected a NumPy scalar of kind b, i, u, f or U, found another form")

    def _array_data(self) -> Any:
        if self._peek() not in _BIN:
            return self.read(MAX_DEPTH)
        return self._take(self._uint(_BIN[self._byte()]))

    def _key(self) -> str:
        code = self._byte()
        if 0xA0 <= code < 0xC0:
            return self._text(code & 0x1F)
        if code in _STR:
            return self._text(self._uint(_STR[code]))
        raise self.error(f"expected a text key, found type code 0x{code:x}")

    def _text(self, length: int) -> str:
        return self._take(length).decode("utf-8", "replace")

    def _enter(self, length: int, least_bytes: int, depth: int) -> None:
        if depth >= MAX_DEPTH:
            raise self.error(f"expected at most {MAX_DEPTH} levels")
        self.values_left -= length
        if self.values_left < 0:
            raise self.error(f"expected at most {self.max_values} values")
        if least_bytes > len(self.message) - self.position:
            raise self.error(f"expected {length} elements, found the end")

    def _peek(self) -> int:
        if self.position >= len(self.message):
            raise self.error("expected 1 more bytes, found 0")
        return self.message[self.position]

    def _byte(self) -> int:
        code = self._peek()
        self.position += 1
        return code

    def _uint(self, width: int) -> int:
        return int.from_bytes(self._take(width), "big")

    def _take(self, length: int) -> bytes:
        end = self.position + length
        if end > len(self.message):
            raise self.error(f"expected {length} more bytes, found {len(self.message) - self.position}")
        taken = self.message[self.position : end]
        self.position = end
        return taken

    def error(self, text: str) -> InputError:
        return InputError(f"message, byte {self.position}: {text}", "invalid-message")


def split_map(message: Union[bytes, memoryview]) -> Tuple[int, int]:
    """The number of entries of an encoded map, and where its first key begins."""
    code = message[0]
    if 0x80 <= code < 0x90:
        return code & 0x0F, 1
    width = _MAP[code]
    return int.from_bytes(message[1 : 1 + width], "big"), 1 + width
