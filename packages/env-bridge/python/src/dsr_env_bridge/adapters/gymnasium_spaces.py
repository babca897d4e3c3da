# Gymnasium's spaces (and gym's, which look the same) as the protocol's, with values translated both ways without loss.
# Knows no environment, and imports neither package: spaces are told apart by their class's name.
from __future__ import annotations

from typing import Any, Callable, Dict, List, Tuple

import numpy as np

from ..errors import InputError, unknown_name_error
from ..protocol.array_format import DTYPE_NAMES
from ..protocol.writer import encode
from ..spaces import Space, box, dict_space, discrete, multi_binary, multi_discrete, sequence, text, tuple_space

#: Sequences of Gymnasium have no bound, those of the protocol do.
_SEQUENCE_LENGTH = 65_536
_TEXT_LENGTH = 4_096
_ITEM_LENGTH = 64


class SpaceBridge:
    """A space and the way of its values: `to_wire` from the environment to the peer, `to_gymnasium` back."""

    def __init__(self, space: Space, to_wire: Callable[[Any], Any], to_gymnasium: Callable[[Any], Any]) -> None:
        self.space = space
        self.to_wire = to_wire
        self.to_gymnasium = to_gymnasium


def bridge_of(space: Any, where: str) -> SpaceBridge:
    """The bridge of a space. Raises InputError (`unsupported`) naming a space that the protocol does not have."""
    for name, build in _BUILDERS.items():
        if any(base.__name__ == name for base in type(space).__mro__):
            return build(space, where)
    kinds = ", ".join(_BUILDERS)
    raise InputError(f"{where}: expected one of {kinds}, found {type(space).__name__}", "unsupported")


def _box(space: Any, where: str) -> SpaceBridge:
    dtype = np.dtype(space.dtype)
    if dtype.newbyteorder("<").str not in DTYPE_NAMES:
        raise InputError(f"{where}: expected numbers or booleans, found a box of {dtype.name}", "unsupported")
    low, high = _bound(space.low), _bound(space.high)
    return SpaceBridge(
        box(dtype.name, space.shape, low, high),
        lambda value: np.asarray(value, dtype).reshape(space.shape),
        lambda value: np.asarray(value, dtype),
    )


def _bound(bound: Any) -> Any:
    """One number where all are equal, else a list."""
    flat = np.asarray(bound).reshape(-1)
    plain = [int(each) if flat.dtype.kind in "iub" else float(each) for each in flat.tolist()]
    if not plain:
        return 0
    return plain[0] if all(each == plain[0] for each in plain) else plain


def _discrete(space: Any, _where: str) -> SpaceBridge:
    start = int(getattr(space, "start", 0))
    return SpaceBridge(discrete(int(space.n), start), int, lambda value: np.int64(value))


def _multi_discrete(space: Any, _where: str) -> SpaceBridge:
    dtype = np.dtype(space.dtype)
    nvec = np.asarray(space.nvec)
    start = np.asarray(getattr(space, "start", np.zeros_like(nvec)))
    if nvec.ndim == 1 and not start.any():
        return SpaceBridge(
            multi_discrete(nvec.tolist()),
            lambda value: np.asarray(value).tolist(),
            lambda value: np.asarray(value, dtype),
        )
    bounds = (_bound(start), _bound(start + nvec - 1))
    return _integers(dtype, nvec.shape, bounds)


def _multi_binary(space: Any, _where: str) -> SpaceBridge:
    dtype = np.dtype(space.dtype)
    if len(space.shape) != 1:
        return _integers(dtype, space.shape, (0, 1))
    return SpaceBridge(
        multi_binary(space.shape[0]),
        lambda value: np.asarray(value, np.int64).tolist(),
        lambda value: np.asarray(value, dtype),
    )


def _integers(dtype: np.dtype, shape: Tuple[int, ...], bounds: Tuple[Any, Any]) -> SpaceBridge:
    """Integers in more than one dimension, or that do not start at 0, are a box."""
    return SpaceBridge(
        box(dtype.name, shape, *bounds), lambda value: np.asarray(value, dtype), lambda value: np.asarray(value, dtype)
    )


def _dict(space: Any, where: str) -> SpaceBridge:
    parts: Dict[str, SpaceBridge] = {}
    for key, part in space.spaces.items():
        if not isinstance(key, str):
            raise InputError(f"{where}: expected text keys, found {key!r}", "unsupported")
        parts[key] = bridge_of(part, f"{where}.{key}")
    return SpaceBridge(
        dict_space({key: part.space for key, part in parts.items()}),
        lambda value: {key: part.to_wire(value[key]) for key, part in parts.items()},
        lambda value: {key: part.to_gymnasium(value[key]) for key, part in parts.items()},
    )


def _tuple(space: Any, where: str) -> SpaceBridge:
    parts = [bridge_of(part, f"{where}[{i}]") for i, part in enumerate(space.spaces)]
    return SpaceBridge(
        tuple_space([part.space for part in parts]),
        lambda value: [part.to_wire(each) for part, each in zip(parts, value)],
        lambda value: tuple(part.to_gymnasium(each) for part, each in zip(parts, value)),
    )


def _sequence(space: Any, where: str) -> SpaceBridge:
    part = bridge_of(space.feature_space, f"{where}[]")
    stacked = bool(getattr(space, "stack", False))
    return SpaceBridge(
        sequence(part.space, _SEQUENCE_LENGTH),
        lambda value: [part.to_wire(each) for each in value],
        lambda value: np.stack(value) if stacked else tuple(part.to_gymnasium(each) for each in value),
    )


def _text(space: Any, _where: str) -> SpaceBridge:
    return SpaceBridge(text(getattr(space, "max_length", _TEXT_LENGTH), getattr(space, "min_length", 0)), str, str)


def _enum(space: Any, where: str) -> SpaceBridge:
    """MineRL's named items: a text, one of the space's own."""
    values = [str(value) for value in space.values]

    def checked(value: Any) -> str:
        if value not in values:
            raise unknown_name_error(f"item of {where}", str(value)[:40], values, "invalid-action")
        return str(value)

    return SpaceBridge(text(_ITEM_LENGTH, 1), str, checked)


_BUILDERS: Dict[str, Callable[[Any, str], SpaceBridge]] = {
    "Enum": _enum,
    "Box": _box,
    "MultiDiscrete": _multi_discrete,
    "MultiBinary": _multi_binary,
    "Discrete": _discrete,
    "Dict": _dict,
    "Tuple": _tuple,
    "Sequence": _sequence,
    "Text": _text,
}


def plain_info(info: Any) -> Dict[str, Any]:
    """An info that can travel: what cannot is left out, and its keys are told in `unencodable`."""
    left_out: List[str] = []
    plain = _plain(info if isinstance(info, dict) else {}, "", left_out)
    return {**plain, **({"unencodable": left_out} if left_out else {})}


def _plain(value: Any, path: str, left_out: List[str]) -> Any:
    if isinstance(value, dict):
        parts = {str(key): _plain(part, f"{path}.{key}".lstrip("."), left_out) for key, part in value.items()}
        return {key: part for key, part in parts.items() if part is not _LEFT_OUT}
    if isinstance(value, (list, tuple)):
        parts_list = [_plain(part, f"{path}[{i}]", left_out) for i, part in enumerate(value)]
        return [None if part is _LEFT_OUT else part for part in parts_list]
    if isinstance(value, np.ndarray) and value.dtype.kind in "US":
        return value.astype(str).tolist()
    try:
        encode(value)
        return value
    except InputError:
        left_out.append(path)
        return _LEFT_OUT


_LEFT_OUT = object()
