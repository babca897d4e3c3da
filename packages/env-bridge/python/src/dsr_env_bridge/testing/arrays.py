# An environment whose observation is the action it was given: arrays of every dtype go there and back.
# Knows nothing about the bridge.
from __future__ import annotations

from typing import Any, Dict, Optional, Tuple

import numpy as np

from ..contract import Environment, EnvironmentSpec, StepResult
from ..protocol.array_format import DTYPE_NAMES
from ..spaces import Space, box, dict_space, zero_of

_SHAPE = [2, 3]


def arrays_space() -> Space:
    """One array of every dtype, named after it, and one without dimensions."""
    spaces = {name: _box(name, _SHAPE) for name in DTYPE_NAMES.values()}
    return dict_space({**spaces, "scalar": box("float32", [])})


def _box(name: str, shape: Any) -> Space:
    kind = np.dtype(name).kind
    if kind == "b":
        return box(name, shape, 0, 1)
    if kind == "f":
        return box(name, shape)
    # Bounds are numbers of JavaScript too, so those of 64 bits are wide open.
    if np.dtype(name).itemsize == 8:
        return box(name, shape)
    return box(name, shape, int(np.iinfo(name).min), int(np.iinfo(name).max))


class ArraysEnvironment(Environment):
    """Echoes its action; after a reset the observation is zeros."""

    def __init__(self) -> None:
        space = arrays_space()
        self.spec = EnvironmentSpec("test/arrays", space, space, tick_rate=20)

    def reset(self, seed: Optional[str], task: Optional[str]) -> Tuple[Dict[str, Any], Dict[str, Any]]:
        return zero_of(self.spec.observation_space), {}

    def step(self, action: Any) -> StepResult:
        return StepResult(action, 0, False, False, {})


def arrays(_options: Dict[str, Any]) -> Environment:
    """Makes an echo of arrays."""
    return ArraysEnvironment()
