# A small deterministic environment for tests: a dot on a grid looks for a goal and is seen from above; the same bytes as
# the TypeScript package's. Knows nothing about the bridge.
from __future__ import annotations

from typing import Any, Dict, List, Optional, Tuple

import numpy as np

from ..contract import Environment, EnvironmentSpec, StepResult, Task
from ..errors import unknown_name_error
from ..options import Options
from ..spaces import box, dict_space, discrete, rgb_space
from .random import Random

_MOVES = [(0, 0), (0, -1), (0, 1), (-1, 0), (1, 0)]
_TASKS = [Task("reach", "reach the green cell"), Task("avoid", "stay away from the green cell")]


class GridEnvironment(Environment):
    """Actions: 0 stay, 1 up, 2 down, 3 left, 4 right. The dot is white, the goal green."""

    def __init__(self, image_size: Tuple[int, int] = (64, 64), cells: int = 8, limit: int = 50, tick_rate: float = 20):
        self._cells = cells
        self._image_size = image_size
        self._position = [0, 0]
        self._goal = [0, 0]
        self._task = "reach"
        self._steps = 0
        spaces = {"rgb": rgb_space(*image_size), "position": box("int32", [2], 0, cells - 1)}
        self.spec = EnvironmentSpec(
            id="test/grid",
            observation_space=dict_space(spaces),
            action_space=discrete(len(_MOVES)),
            tasks=_TASKS,
            tick_rate=tick_rate,
            max_episode_steps=limit,
            metadata={"noop": 0},
        )

    def reset(self, seed: Optional[str], task: Optional[str]) -> Tuple[Dict[str, Any], Dict[str, Any]]:
        known = [each.id for each in _TASKS]
        self._task = "reach" if task is None else task
        if self._task not in known:
            raise unknown_name_error("task", self._task, known, "unknown-task")
        random = Random("grid" if seed is None else seed, "grid")
        self._steps = 0
        self._position = self._cell(random)
        self._goal = self._cell(random)
        return self._observe(), self._info()

    def step(self, action: Any) -> StepResult:
        self._position = [self._clamp(x + move) for x, move in zip(self._position, _MOVES[int(action)])]
        self._steps += 1
        terminated = self._position == self._goal
        truncated = not terminated and self._steps >= (self.spec.max_episode_steps or 0)
        return StepResult(self._observe(), 1 if self._success() else -0.01, terminated, truncated, self._info())

    def _cell(self, random: Random) -> List[int]:
        return [random.integer(self._cells), random.integer(self._cells)]

    def _clamp(self, value: int) -> int:
        return min(max(value, 0), self._cells - 1)

    def _success(self) -> bool:
        return (self._position == self._goal) == (self._task == "reach")

    def _info(self) -> Dict[str, Any]:
        return {"success": self._success(), "steps": self._steps}

    def _observe(self) -> Dict[str, Any]:
        rgb = np.full((*self._image_size, 3), 32, np.uint8)
        self._paint(rgb, self._goal, (0, 200, 0))
        self._paint(rgb, self._position, (255, 255, 255))
        return {"rgb": rgb, "position": np.array(self._position, np.int32)}

    def _paint(self, rgb: np.ndarray, cell: List[int], colour: Tuple[int, int, int]) -> None:
        height, width = self._image_size
        x, y = cell
        rows = slice(y * height // self._cells, (y + 1) * height // self._cells)
        rgb[rows, x * width // self._cells : (x + 1) * width // self._cells] = colour


def grid(options: Dict[str, Any]) -> Environment:
    """Makes a grid; options `imageSize`, `cells`, `maxEpisodeSteps`, `tickRate`."""
    read = Options(options)
    size = read.size("imageSize", (64, 64))
    cells, limit, tick_rate = (
        read.integer("cells", 8),
        read.integer("maxEpisodeSteps", 50),
        read.integer("tickRate", 20),
    )
    read.finish()
    return GridEnvironment(size, cells, limit, tick_rate)
