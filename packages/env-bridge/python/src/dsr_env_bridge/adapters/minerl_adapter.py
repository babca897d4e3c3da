# MineRL 0.4 and 1.0 as environments of the contract: action dictionaries as they are, crashes told apart from ends.
# Knows nothing about processes or peers.
from __future__ import annotations

from typing import Any, Dict, Optional, Tuple

from ..contract import Environment, EnvironmentSpec, StepResult, Task
from ..errors import InfrastructureError, InputError, unknown_name_error
from ..options import Options
from ..targets import require
from .gymnasium_adapter import seed_number
from .gymnasium_spaces import bridge_of, plain_info
from .minecraft_start import start_error

_TICK_RATE = 20.0


def create_minerl(environment_id: str, options: Dict[str, Any]) -> Environment:
    """
    Makes MineRL's environment of an id, such as `MineRLTreechop-v0` or `MineRLBasaltFindCave-v0`.

    Options: `maxEpisodeSteps` below MineRL's own limit, `prompt`, and `minecraftPort`, of a simulator that runs already.
    """
    read = Options(options)
    limit = read.integer("maxEpisodeSteps")
    prompt = read.text("prompt", f"play {environment_id}")
    port = read.integer("minecraftPort")
    read.finish()
    gym = require("gym", "see docs/guides/python-bridge.md")
    require("minerl", "see docs/guides/python-bridge.md")
    known = _known_ids(gym)
    if environment_id not in known:
        raise unknown_name_error("environment", environment_id, known, "unknown-environment")
    environment = gym.make(environment_id)
    if port is not None:
        malmo = require("minerl.env.malmo", "see docs/guides/python-bridge.md")
        environment.unwrapped.instances = [malmo.InstanceManager.add_existing_instance(port)]
    return MinerlEnvironment(environment, environment_id, prompt, limit)


def _known_ids(gym: Any) -> list:
    registry = gym.envs.registry
    specs = registry.all() if hasattr(registry, "all") else registry.values()
    return [spec.id for spec in specs if spec.id.startswith("MineRL")]


class MinerlEnvironment(Environment):
    """Wraps an environment of the old gym interface whose observations and actions are dictionaries."""

    def __init__(self, environment: Any, name: str, prompt: str, limit: Optional[int] = None) -> None:
        self._environment = environment
        self._observations = bridge_of(environment.observation_space, "observation space")
        self._actions = bridge_of(environment.action_space, "action space")
        self._noop = {key: self._actions_plain(key, value) for key, value in _noop_of(environment).items()}
        self._steps = 0
        self._limit = _limit_of(environment, limit)
        spaces = {_key(key): part for key, part in self._observations.space["spaces"].items()}
        self.spec = EnvironmentSpec(
            id=f"minerl/{name}",
            observation_space={"type": "dict", "spaces": spaces},
            action_space=self._actions.space,
            tasks=[Task(name, prompt)],
            tick_rate=_TICK_RATE,
            max_episode_steps=self._limit,
            # BASALT's tasks are judged by people; the others give their reward when they are done.
            metadata={"noop": self._noop, "success": "judged" if "Basalt" in name else "reward at the end"},
        )

    def reset(self, seed: Optional[str], task: Optional[str]) -> Tuple[Dict[str, Any], Dict[str, Any]]:
        known = [each.id for each in self.spec.tasks]
        if task is not None and task not in known:
            raise unknown_name_error("task", task, known, "unknown-task")
        if seed is not None:
            # MineRL forgets its seed after each reset.
            self._environment.seed(seed_number(seed))
        self._steps = 0
        try:
            return self._observe(self._environment.reset()), {"success": False}
        except EOFError as error:
            raise start_error("minerl", str(error)) from error

    def step(self, action: Any) -> StepResult:
        observation, reward, done, info = self._environment.step(self._actions.to_gymnasium(action))
        self._steps += 1
        if "error" in info:
            # What comes with it is a random observation that looks like the end of an episode.
            raise InfrastructureError(
                f"minerl: expected the simulator's answer, found '{info['error']}'", retriable=True
            )
        over_time = bool(info.get("TimeLimit.truncated", False))
        terminated = bool(done) and not over_time
        truncated = not terminated and (over_time or self._steps >= (self._limit or self._steps + 1))
        judged = self.spec.metadata["success"] == "judged"
        success = terminated and float(reward) > 0 and not judged
        told = {**plain_info(info), "success": success, **({"end": _end_of(action)} if terminated else {})}
        return StepResult(self._observe(observation), float(reward), terminated, truncated, told)

    def close(self) -> None:
        self._environment.close()

    def _observe(self, observation: Dict[str, Any]) -> Dict[str, Any]:
        return {_key(key): value for key, value in self._observations.to_wire(observation).items()}

    def _actions_plain(self, key: str, value: Any) -> Any:
        part = bridge_of(self._environment.action_space.spaces[key], f"action.{key}")
        return part.to_wire(value)


def _key(name: str) -> str:
    """MineRL's picture lies height × width × channel already; only its name differs."""
    return "rgb" if name == "pov" else name


def _noop_of(environment: Any) -> Dict[str, Any]:
    space = environment.action_space
    for name in ("no_op", "noop"):
        if hasattr(space, name):
            return dict(getattr(space, name)())
    raise InputError("minerl: expected an action space with a no-op, found none", "unsupported")


def _limit_of(environment: Any, limit: Optional[int]) -> Optional[int]:
    own = getattr(environment, "_max_episode_steps", None) or getattr(environment.spec, "max_episode_steps", None)
    limits = [each for each in (own, limit) if each is not None]
    return min(limits) if limits else None


def _end_of(action: Dict[str, Any]) -> str:
    """How an episode ended: BASALT of MineRL 1.0 by the key ESC, all others as the simulator says."""
    return "ESC" if action.get("ESC") else "simulator"
