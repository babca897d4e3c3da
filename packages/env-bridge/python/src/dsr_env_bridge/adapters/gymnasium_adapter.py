# Any Gymnasium environment with standard spaces, as an environment of the contract.
# Knows nothing about processes or peers.
from __future__ import annotations

import hashlib
from typing import Any, Dict, Optional, Tuple

import numpy as np

from ..contract import Environment, EnvironmentSpec, StepResult, Task
from ..errors import InputError, unknown_name_error
from ..headless import draw_without_screen
from ..options import Options
from ..spaces import rgb_space
from ..targets import require
from .gymnasium_spaces import SpaceBridge, bridge_of, plain_info

#: Gymnasium's environments rarely say how fast they are in game time.
_DEFAULT_TICK_RATE = 20.0
_SEED_LIMIT = 2**31


def create_gymnasium(environment_id: str, options: Dict[str, Any]) -> Environment:
    """
    Makes `gymnasium.make(environment_id)`.

    Options: `render` adds what the environment draws as `rgb`; `kwargs` go to `gymnasium.make`; `modules` are imported
    first, for environments that they register; `maxEpisodeSteps`, `tickRate`, `prompt`, and `success`, the key of `info`
    that says whether the task is done (`is_success` or `success` where there is one).
    """
    draw_without_screen()
    gymnasium = require("gymnasium", "pip install gymnasium")
    read = Options(options)
    render = read.boolean("render", False)
    settings = {"kwargs": read.take("kwargs", {}), "modules": read.take("modules", [])}
    limit = read.integer("maxEpisodeSteps")
    tick_rate = read.take("tickRate")
    prompt = read.text("prompt", f"play {environment_id}")
    success_key = read.text("success")
    read.finish()
    for module in [*settings["modules"], *(["ale_py"] if environment_id.startswith("ALE/") else [])]:
        registered = require(module, f"pip install {module.replace('_', '-')}")
        if hasattr(gymnasium, "register_envs"):
            gymnasium.register_envs(registered)
    wanted = {**settings["kwargs"], **({"render_mode": "rgb_array"} if render else {})}
    if limit is not None:
        wanted["max_episode_steps"] = limit
    made = _make(gymnasium, environment_id, wanted)
    return GymnasiumEnvironment(made, GymnasiumTask(prompt, success_key, tick_rate, render))


def _make(gymnasium: Any, environment_id: str, wanted: Dict[str, Any]) -> Any:
    try:
        return gymnasium.make(environment_id, **wanted)
    except (gymnasium.error.Error, ImportError, TypeError) as error:
        known = list(gymnasium.registry)
        name = environment_id.split(":")[-1]
        if isinstance(error, gymnasium.error.UnregisteredEnv) and name not in known:
            raise unknown_name_error("environment", environment_id, known, "unknown-environment") from error
        raise InputError(f"gymnasium:{environment_id}: expected an environment, found '{error}'") from error


class GymnasiumTask:
    """What Gymnasium does not say: the prompt, where success is told, how fast it runs, and whether it is drawn."""

    def __init__(
        self, prompt: str, success_key: Optional[str] = None, tick_rate: Optional[float] = None, render: bool = False
    ) -> None:
        self.prompt = prompt
        self.success_key = success_key
        self.tick_rate = tick_rate
        self.render = render


class GymnasiumEnvironment(Environment):
    """Wraps an environment of Gymnasium's interface. An action space is the same one; observations get names."""

    def __init__(self, environment: Any, task: GymnasiumTask) -> None:
        self._environment = environment
        self._task = task
        self._observations = bridge_of(environment.observation_space, "observation space")
        self._actions = bridge_of(environment.action_space, "action space")
        self._key = None if self._observations.space["type"] == "dict" else _key_of(self._observations)
        self.spec = self._make_spec()

    def reset(self, seed: Optional[str], task: Optional[str]) -> Tuple[Dict[str, Any], Dict[str, Any]]:
        known = [each.id for each in self.spec.tasks]
        if task is not None and task not in known:
            raise unknown_name_error("task", task, known, "unknown-task")
        observation, info = self._environment.reset(seed=None if seed is None else seed_number(seed))
        return self._observe(observation), self._tell(info, False)

    def step(self, action: Any) -> StepResult:
        result = self._environment.step(self._actions.to_gymnasium(action))
        observation, reward, terminated, truncated, info = result
        told = self._tell(info, bool(terminated))
        return StepResult(self._observe(observation), float(reward), bool(terminated), bool(truncated), told)

    def close(self) -> None:
        self._environment.close()

    def _observe(self, observation: Any) -> Dict[str, Any]:
        named = self._observations.to_wire(observation)
        if self._key is not None:
            named = {self._key: named}
        if self._task.render:
            named["rgb"] = np.ascontiguousarray(self._environment.render(), np.uint8)
        return named

    def _tell(self, info: Dict[str, Any], _terminated: bool) -> Dict[str, Any]:
        plain = plain_info(info)
        keys = [self._task.success_key] if self._task.success_key else ["success", "is_success"]
        found = next((plain[key] for key in keys if key in plain), False)
        return {**plain, "success": bool(found)}

    def _make_spec(self) -> EnvironmentSpec:
        registered = self._environment.spec
        space = self._observations.space
        spaces = dict(space["spaces"]) if self._key is None else {self._key: space}
        if self._task.render:
            spaces["rgb"] = self._rendered_space()
        return EnvironmentSpec(
            id=f"gymnasium/{getattr(registered, 'id', type(self._environment).__name__)}",
            observation_space={"type": "dict", "spaces": spaces},
            action_space=self._actions.space,
            tasks=[Task("play", self._task.prompt)],
            tick_rate=self._task.tick_rate or _tick_rate_of(self._environment),
            max_episode_steps=getattr(registered, "max_episode_steps", None),
            autoreset=_autoreset_of(self._environment),
            metadata={},
        )

    def _rendered_space(self) -> Dict[str, Any]:
        """The size of the picture is known only once it has been drawn."""
        self._environment.reset(seed=0)
        picture = self._environment.render()
        if not isinstance(picture, np.ndarray) or picture.ndim != 3 or picture.shape[2] != 3:
            raise InputError("option render: expected an environment that draws height × width × 3, found another")
        return rgb_space(picture.shape[0], picture.shape[1])


def seed_number(seed: str) -> int:
    """Integers below 2^31 are Gymnasium's own seeds; other texts are hashed, since NumPy takes no text."""
    if seed.isdigit() and int(seed) < _SEED_LIMIT:
        return int(seed)
    return int.from_bytes(hashlib.sha256(seed.encode()).digest()[:4], "big") % _SEED_LIMIT


def _key_of(observations: SpaceBridge) -> str:
    space = observations.space
    picture = space["type"] == "box" and space["dtype"] == "uint8" and len(space["shape"]) == 3
    return "rgb" if picture and space["shape"][2] == 3 else "observation"


def _tick_rate_of(environment: Any) -> float:
    rate = (environment.metadata or {}).get("render_fps")
    return float(rate) if isinstance(rate, (int, float)) and 0 < rate <= 1000 else _DEFAULT_TICK_RATE


def _autoreset_of(environment: Any) -> str:
    """A wrapper of Gymnasium's `Autoreset` resets by itself at the step after the end."""
    while environment is not None:
        if type(environment).__name__ in ("Autoreset", "AutoResetWrapper"):
            return "next-step"
        environment = getattr(environment, "env", None)
    return "disabled"


__all__ = ["GymnasiumEnvironment", "GymnasiumTask", "create_gymnasium", "seed_number"]
