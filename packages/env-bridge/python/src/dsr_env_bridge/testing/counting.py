# An environment that counts what is done to it, for tests that nothing is done twice or lost.
# Knows nothing about the bridge.
from __future__ import annotations

from typing import Any, Dict, Optional, Tuple

import numpy as np

from ..contract import Environment, EnvironmentSpec, StepResult
from ..options import Options
from ..spaces import box, dict_space, discrete


class CountingEnvironment(Environment):
    """Actions are 0..9; the observation holds steps so far, their sum, and a payload."""

    def __init__(self, payload_bytes: int) -> None:
        self._payload = np.zeros(payload_bytes, np.uint8)
        self._steps = 0
        self._sum = 0
        payload = box("uint8", [payload_bytes], 0, 255)
        spaces = {"steps": discrete(2**31), "sum": discrete(2**31), "payload": payload}
        self.spec = EnvironmentSpec("test/counting", dict_space(spaces), discrete(10), tick_rate=100)

    def reset(self, seed: Optional[str], task: Optional[str]) -> Tuple[Dict[str, Any], Dict[str, Any]]:
        self._steps = self._sum = 0
        return self._observe(), {}

    def step(self, action: Any) -> StepResult:
        self._steps += 1
        self._sum += int(action)
        return StepResult(self._observe(), int(action), False, False, {})

    def _observe(self) -> Dict[str, Any]:
        self._payload.fill(self._steps & 0xFF)
        return {"steps": self._steps, "sum": self._sum, "payload": self._payload}


def counting(options: Dict[str, Any]) -> Environment:
    """Makes a counting environment; option `payloadBytes`."""
    read = Options(options)
    payload_bytes = read.integer("payloadBytes", 64)
    read.finish()
    return CountingEnvironment(payload_bytes)
