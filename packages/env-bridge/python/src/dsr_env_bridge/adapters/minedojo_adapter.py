# MineDojo 0.1 as an environment of the contract, each of its traps mended or reported (docs/guides/python-bridge.md).
# Knows nothing about processes or peers.
from __future__ import annotations

import json
import os
from typing import Any, Dict, List, Optional, Tuple

from ..contract import Environment, EnvironmentSpec, StepResult, Task
from ..errors import InfrastructureError, InputError, unknown_name_error
from ..options import Options
from ..targets import require
from .minedojo_observation import observation_space, observe
from .minedojo_simulation import Simulation
from .minedojo_tasks import (
    MinedojoSettings,
    check_task,
    complete_tasks,
    prompt_of,
    seed_of_world,
    specification_of,
)

#: One step is one game tick, 20 a second.
_TICK_RATE = 20.0
#: The published protocols' limit; MineDojo itself has none.
_STEP_LIMIT = 500


def create_minedojo(tasks: str, options: Dict[str, Any]) -> Environment:
    """
    Makes MineDojo's environment of a task, or of several with commas between them; the first is played by default.

    Options: `imageSize` [height, width], `cameraInterval` degrees, `maxEpisodeSteps`, `reset` (`fast` or `hard`),
    `hardResetEvery` episodes, `clearMobs`, `worldSeed`, `actions` (`indices` or `dict`), `strict`, `rawInfo`,
    `minecraftPort`, and `specification`, the arguments of a custom `harvest`, `combat`, … task.
    """
    read = Options(options)
    settings = MinedojoSettings(
        image_size=read.size("imageSize", (160, 256)),
        camera_interval=_camera_interval(read.take("cameraInterval", 15)),
        max_episode_steps=read.integer("maxEpisodeSteps", _STEP_LIMIT),
        fast_reset=read.choice("reset", ("fast", "hard"), "fast") == "fast",
        hard_reset_every=read.integer("hardResetEvery", 0, least=0),
        clear_mobs=read.boolean("clearMobs", True),
        world_seed=_world_seed(read.text("worldSeed")),
        action_mode=read.choice("actions", ("indices", "dict"), "indices"),
        strict=read.boolean("strict", False),
        raw_info=read.boolean("rawInfo", False),
        port=read.integer("minecraftPort"),
        specification=read.take("specification", {}),
    )
    read.finish()
    os.environ.setdefault("MINEDOJO_HEADLESS", "1")
    minedojo = require("minedojo", "see docs/guides/python-bridge.md")
    complete_tasks(minedojo)
    names = [name.strip() for name in tasks.split(",")]
    for name in names:
        check_task(minedojo, name)
    return MinedojoEnvironment(minedojo, names, settings)


class MinedojoEnvironment(Environment):
    """One simulation at a time; another task makes another one."""

    def __init__(self, minedojo: Any, tasks: List[str], settings: MinedojoSettings) -> None:
        self._minedojo = minedojo
        self._settings = settings
        self._task = tasks[0]
        self._simulation = Simulation(minedojo, tasks[0], settings)
        self._steps = 0
        self._kills: Dict[str, int] = {}
        simulation = self._simulation
        voxels = simulation.voxels
        masks = settings.action_mode == "indices"
        self.spec = EnvironmentSpec(
            id=f"minedojo/{tasks[0]}",
            observation_space=observation_space(settings.image_size, voxels, masks),
            action_space=simulation.actions.space,
            tasks=[Task(name, prompt_of(minedojo, name, settings)) for name in tasks],
            tick_rate=_TICK_RATE,
            max_episode_steps=settings.max_episode_steps,
            metadata={
                "cameraInterval": settings.camera_interval,
                "noop": simulation.actions.noop,
                "fastReset": settings.fast_reset,
                "specification": json.dumps(specification_of(minedojo, tasks[0], settings), default=list),
            },
        )

    def reset(self, seed: Optional[str], task: Optional[str]) -> Tuple[Dict[str, Any], Dict[str, Any]]:
        known = [each.id for each in self.spec.tasks]
        wanted = known[0] if task is None else task
        if wanted not in known:
            raise unknown_name_error("task", wanted, known, "unknown-task")
        if wanted != self._task:
            self._simulation.close()
            self._simulation, self._task = Simulation(self._minedojo, wanted, self._settings), wanted
        raw, info, kind = self._simulation.reset(seed)
        self._steps = 0
        self._kills = dict(info.get("stat", {}).get("kill_entity", {}))
        told = {"reset": kind, "worldSeed": self._simulation.world_seed or ""}
        return observe(raw, info, self.spec.observation_space), {**self._tell(info, False), **told}

    def step(self, action: Any) -> StepResult:
        simulation = self._simulation
        outcome = simulation.step(action)
        self._steps += 1
        died = outcome.died
        terminated = outcome.success or died
        if simulation.watch.ended and not terminated:
            # No task of MineDojo lets the simulator end a mission, so an end that is neither is a failure of it.
            raise InfrastructureError(
                "minedojo: expected the mission to go on, found it ended by the simulator", retriable=True
            )
        truncated = not terminated and self._steps >= self._settings.max_episode_steps
        info = {**self._tell(outcome.info, outcome.success), "death": died, "ticks": simulation.watch.ticks}
        if outcome.ignored is not None:
            info["ignored"] = outcome.ignored
        observation = observe(outcome.observation, outcome.info, self.spec.observation_space)
        return StepResult(observation, outcome.reward, terminated, truncated, info, simulation.watch.ticks)

    def close(self) -> None:
        self._simulation.close()

    def _tell(self, info: Dict[str, Any], success: bool) -> Dict[str, Any]:
        kills = info.get("stat", {}).get("kill_entity", {})
        gained = {name: count - self._kills.get(name, 0) for name, count in kills.items()}
        told = {"success": success, "kills": {name: count for name, count in gained.items() if count > 0}}
        return {**told, **({"raw": info} if self._settings.raw_info else {})}


def _camera_interval(value: Any) -> float:
    fits = isinstance(value, (int, float)) and not isinstance(value, bool) and value > 0 and (180 / value) % 1 == 0
    if not fits:
        # Otherwise no bin of MineDojo's turns by nothing.
        raise InputError(f"option cameraInterval: expected degrees that divide 180, found {value}")
    return value


def _world_seed(value: Optional[str]) -> Optional[str]:
    if value == "0":
        raise InputError("option worldSeed: expected another one, found 0, which Minecraft takes for 'draw one'")
    return None if value is None else seed_of_world(value)
