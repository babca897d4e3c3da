# Spaces describe what an observation or action may be, in the form in which they travel in the handshake.
# Knows nothing about any environment or about Gymnasium's own classes.
from __future__ import annotations

import math
from typing import Any, Dict, List, Optional, Sequence, Union

import numpy as np

from .errors import InputError

#: A space as plain data: `{"type": "box", "dtype": …, "shape": …, "low": …, "high": …}` and so on (protocol, section 2).
Space = Dict[str, Any]
Bound = Union[float, Sequence[float]]


def box(dtype: str, shape: Sequence[int], low: Bound = -math.inf, high: Bound = math.inf) -> Space:
    """An n-dimensional array; bounds hold for every element or are lists in C order, and may be infinite."""
    return {"type": "box", "dtype": dtype, "shape": [int(n) for n in shape], "low": low, "high": high}


def discrete(n: int, start: int = 0) -> Space:
    """One integer in [start, start + n)."""
    return {"type": "discrete", "n": int(n), "start": int(start)}


def multi_discrete(nvec: Sequence[int]) -> Space:
    """A vector of integers, element i in [0, nvec[i])."""
    return {"type": "multi-discrete", "nvec": [int(n) for n in nvec]}


def multi_binary(n: int) -> Space:
    """A vector of n zeros and ones."""
    return {"type": "multi-binary", "n": int(n)}


def text(max_length: int, min_length: int = 0) -> Space:
    """A text of bounded length (UTF-16 code units)."""
    return {"type": "text", "minLength": int(min_length), "maxLength": int(max_length)}


def dict_space(spaces: Dict[str, Space]) -> Space:
    """Named parts; every key is present."""
    return {"type": "dict", "spaces": spaces}


def tuple_space(spaces: Sequence[Space]) -> Space:
    """A fixed number of parts."""
    return {"type": "tuple", "spaces": list(spaces)}


def sequence(space: Space, max_length: int) -> Space:
    """A list of any length up to `max_length`, all of one space."""
    return {"type": "sequence", "space": space, "maxLength": int(max_length)}


def rgb_space(height: int, width: int) -> Space:
    """The standard key `rgb`: height × width × 3, uint8."""
    return box("uint8", [height, width, 3], 0, 255)


def violation_of(space: Space, value: Any, path: str = "value") -> Optional[str]:
    """Says where a value leaves its space, as `path: expected X, found Y`; None when it lies inside."""
    return _CHECKS[space["type"]](space, value, path)


def check(space: Space, value: Any, path: str, code: str = "invalid-argument") -> None:
    """Raises InputError with `code` when a value leaves its space."""
    violation = violation_of(space, value, path)
    if violation is not None:
        raise InputError(violation, code)


def zero_of(space: Space) -> Any:
    """Zero, or what stands for it: the first of a discrete space, the shortest text, an empty sequence."""
    kind = space["type"]
    if kind == "box":
        return np.zeros(space["shape"], space["dtype"])
    if kind == "discrete":
        return space["start"]
    if kind == "multi-discrete":
        return [0] * len(space["nvec"])
    if kind == "multi-binary":
        return [0] * space["n"]
    if kind == "text":
        return " " * space["minLength"]
    if kind == "dict":
        return {key: zero_of(part) for key, part in space["spaces"].items()}
    return [zero_of(part) for part in space["spaces"]] if kind == "tuple" else []


def _box_violation(space: Space, value: Any, path: str) -> Optional[str]:
    shape = tuple(space["shape"])
    if not isinstance(value, np.ndarray) or value.dtype.name != space["dtype"] or value.shape != shape:
        return f"{path}: expected {space['dtype']} [{', '.join(map(str, shape))}], found {describe(value)}"
    low, high = space["low"], space["high"]
    if value.size == 0 or value.dtype == np.float16 or (value.dtype == np.uint8 and (low, high) == (0, 255)):
        return None
    lows, highs = _bounds(low, value), _bounds(high, value)
    inside = (value >= lows) & (value <= highs)
    if inside.all():
        return None
    at = int(np.argmin(inside.reshape(-1)))
    low_at, high_at = np.broadcast_to(lows, shape).reshape(-1)[at], np.broadcast_to(highs, shape).reshape(-1)[at]
    return f"{path}: expected element {at} in [{low_at}, {high_at}], found {value.reshape(-1)[at]}"


def _bounds(bound: Bound, value: np.ndarray) -> Any:
    """Bounds in the element type of a float array, so that an element at its bound lies inside."""
    if value.dtype.kind != "f":
        exact = np.asarray(bound, np.float64 if value.dtype.itemsize < 8 else object)
    else:
        exact = np.asarray(bound, value.dtype)
    return exact if exact.ndim == 0 else exact.reshape(value.shape)


def _discrete_violation(space: Space, value: Any, path: str) -> Optional[str]:
    return _integer_violation(value, space["start"], space["start"] + space["n"], path)


def _multi_discrete_violation(space: Space, value: Any, path: str) -> Optional[str]:
    return _vector_violation(space["nvec"], value, path)


def _multi_binary_violation(space: Space, value: Any, path: str) -> Optional[str]:
    return _vector_violation([2] * space["n"], value, path)


def _vector_violation(nvec: List[int], value: Any, path: str) -> Optional[str]:
    is_array = isinstance(value, np.ndarray)
    wrong_array = is_array and (value.ndim != 1 or value.dtype.kind == "f")
    if wrong_array or not (is_array or isinstance(value, (list, tuple))):
        return f"{path}: expected {len(nvec)} integers, found {describe(value)}"
    elements = value.tolist() if is_array else value
    if len(elements) != len(nvec):
        return f"{path}: expected {len(nvec)} integers, found {len(elements)}"
    for i, n in enumerate(nvec):
        element = int(elements[i]) if isinstance(elements[i], bool) and is_array else elements[i]
        violation = _integer_violation(element, 0, n, f"{path}[{i}]")
        if violation is not None:
            return violation
    return None


def _integer_violation(value: Any, low: int, end: int, path: str) -> Optional[str]:
    number = isinstance(value, (int, float, np.integer)) and not isinstance(value, bool)
    if number and float(value).is_integer() and low <= value < end:
        return None
    return f"{path}: expected an integer in [{low}, {end}), found {describe(value)}"


def _text_violation(space: Space, value: Any, path: str) -> Optional[str]:
    low, high = space["minLength"], space["maxLength"]
    if isinstance(value, str) and low <= len(value.encode("utf-16-le")) // 2 <= high:
        return None
    return f"{path}: expected text of {low} to {high} characters, found {describe(value)}"


def _dict_violation(space: Space, value: Any, path: str) -> Optional[str]:
    if not isinstance(value, dict):
        return f"{path}: expected a dict, found {describe(value)}"
    for key, part in space["spaces"].items():
        if key not in value:
            return f"{path}.{key}: expected a value, found none"
        violation = violation_of(part, value[key], f"{path}.{key}")
        if violation is not None:
            return violation
    for key in value:
        if key not in space["spaces"]:
            return f"{path}.{key}: expected no such key, found {describe(value[key])}"
    return None


def _tuple_violation(space: Space, value: Any, path: str) -> Optional[str]:
    parts = space["spaces"]
    if not isinstance(value, (list, tuple)) or len(value) != len(parts):
        return f"{path}: expected a list of {len(parts)}, found {describe(value)}"
    return _first_violation(parts, value, path)


def _sequence_violation(space: Space, value: Any, path: str) -> Optional[str]:
    if not isinstance(value, (list, tuple)) or len(value) > space["maxLength"]:
        return f"{path}: expected a list of at most {space['maxLength']}, found {describe(value)}"
    return _first_violation([space["space"]] * len(value), value, path)


def _first_violation(spaces: List[Space], values: Sequence[Any], path: str) -> Optional[str]:
    for i, part in enumerate(spaces):
        violation = violation_of(part, values[i], f"{path}[{i}]")
        if violation is not None:
            return violation
    return None


def describe(value: Any) -> str:
    """A value in a few words, as error texts name it."""
    if isinstance(value, np.ndarray):
        return f"{value.dtype.name} [{', '.join(map(str, value.shape))}]"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        return f"a list of {len(value)}"
    if isinstance(value, str):
        return f"'{value[:40]}…'" if len(value) > 40 else f"'{value}'"
    return "a dict" if isinstance(value, dict) else str(value)


_CHECKS = {
    "box": _box_violation,
    "discrete": _discrete_violation,
    "multi-discrete": _multi_discrete_violation,
    "multi-binary": _multi_binary_violation,
    "text": _text_violation,
    "dict": _dict_violation,
    "tuple": _tuple_violation,
    "sequence": _sequence_violation,
}
