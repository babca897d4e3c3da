# A Gymnasium environment that costs nothing and shows a picture of 160 × 256 × 3, for measurements of what lies around it.
# Knows nothing about who measures.
from __future__ import annotations

import argparse
import json
import time
from typing import Any, Dict

import gymnasium as gym
import numpy as np

from ..adapters.gymnasium_adapter import GymnasiumEnvironment, GymnasiumTask
from ..contract import Environment


class FrameEnv(gym.Env):
    """Never ends; each step is another picture."""

    observation_space = gym.spaces.Dict({"rgb": gym.spaces.Box(0, 255, (160, 256, 3), np.uint8)})
    action_space = gym.spaces.MultiDiscrete([3, 3, 4, 25, 25, 8, 244, 36])

    def reset(self, *, seed: Any = None, options: Any = None) -> Any:
        super().reset(seed=seed)
        self._pictures = [np.full((160, 256, 3), shade, np.uint8) for shade in range(4)]
        self._steps = 0
        return {"rgb": self._pictures[0]}, {}

    def step(self, action: Any) -> Any:
        self._steps += 1
        return {"rgb": self._pictures[self._steps % 4]}, 0.0, False, False, {}


def frames(_options: Dict[str, Any]) -> Environment:
    """Makes the environment of frames behind the adapter."""
    return GymnasiumEnvironment(FrameEnv(), GymnasiumTask("look"))


def main() -> None:
    """Steps N of them in Gymnasium's own AsyncVectorEnv for some seconds; prints environment steps a second."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--env", default="frames")
    given = parser.parse_args()
    make = FrameEnv if given.env == "frames" else lambda: gym.make(given.env)
    vector = gym.vector.AsyncVectorEnv([make] * given.count)
    vector.reset(seed=0)
    actions = vector.action_space.sample()
    for _ in range(20):
        vector.step(actions)
    started, steps = time.perf_counter(), 0
    while time.perf_counter() - started < given.seconds:
        vector.step(actions)
        steps += given.count
    print(json.dumps({"perSecond": steps / (time.perf_counter() - started)}))
    vector.close()


if __name__ == "__main__":
    main()
