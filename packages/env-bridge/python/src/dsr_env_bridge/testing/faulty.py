# An environment that fails on command: raises, hangs, ends its process or returns nonsense.
# Knows nothing about who has to survive that.
from __future__ import annotations

import os
import signal
import threading
from typing import Any, Dict, Optional, Tuple

from ..contract import Environment, StepResult
from .grid import GridEnvironment

FAULTS = ("throw", "hang", "block", "exit", "kill", "garbage", "unencodable")


class FaultyEnvironment(Environment):
    """A grid with a fault; options `fault`, `method` (`step` unless given) and `afterSteps` (0 unless given)."""

    def __init__(self, options: Dict[str, Any]) -> None:
        self._grid = GridEnvironment((8, 8), limit=1000)
        self._options = options
        self._steps = 0
        self.spec = self._grid.spec
        self._fail_at("create")

    def reset(self, seed: Optional[str], task: Optional[str]) -> Tuple[Dict[str, Any], Dict[str, Any]]:
        self._fail_at("reset")
        return self._grid.reset(seed, task)

    def step(self, action: Any) -> StepResult:
        result = self._grid.step(action)
        self._steps += 1
        instead = self._fail_at("step") if self._steps > self._options.get("afterSteps", 0) else None
        return result if instead is None else instead

    def close(self) -> None:
        self._fail_at("close")

    def _fail_at(self, method: str) -> Any:
        fault = self._options.get("fault")
        if fault is None or method != self._options.get("method", "step"):
            return None
        return _fail(fault)


def _fail(fault: str) -> Any:
    if fault == "throw":
        raise ValueError("the simulator lost its socket\n    at /somewhere/secret.py:1")
    if fault in ("hang", "block"):
        threading.Event().wait()
    if fault == "exit":
        os._exit(3)
    if fault == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if fault == "unencodable":
        return StepResult({"when": object()}, 0, False, False, {})
    return {"observation": 7}


def faulty(options: Dict[str, Any]) -> Environment:
    """Makes a grid that fails as its options say; without a `fault` it never does."""
    return FaultyEnvironment(options)
