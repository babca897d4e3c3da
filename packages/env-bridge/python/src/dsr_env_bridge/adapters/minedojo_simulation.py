# A made task of MineDojo with its layers of wrappers: resets, steps of several ticks, seeds.
# Knows nothing about the contract's observations.
from __future__ import annotations

import functools
import hashlib
from typing import Any, Dict, List, NamedTuple, Optional, Tuple

import numpy as np

from ..errors import InfrastructureError
from .minecraft_start import start_error
from .minedojo_actions import DictActions, IndexActions
from .minedojo_tasks import MinedojoSettings, make_task, seed_of_world
from .simulator_watch import SimulatorWatch

#: No-op ticks that a respawn after a fast reset may take.
_MAX_RESPAWN_TICKS = 40


class Outcome(NamedTuple):
    """What all ticks of one action have led to."""

    observation: Dict[str, Any]
    reward: float
    success: bool
    died: bool
    info: Dict[str, Any]
    #: Why the action did nothing, if it did not.
    ignored: Optional[str]


class Simulation:
    """A made task of MineDojo with its layers of wrappers."""

    def __init__(self, minedojo: Any, task: str, settings: MinedojoSettings) -> None:
        self.world_seed = settings.world_seed
        self._settings = settings
        self._environment = make_task(minedojo, task, settings)
        self._simulator = self._environment.unwrapped
        bridge = self._simulator._bridge_env
        if settings.port is not None:
            bridge._get_new_instance = functools.partial(bridge._get_new_instance, port=settings.port)
        self.watch = SimulatorWatch(bridge)
        self._task_layer = self.layer("_success_criteria", None) or self.layer("_bridge_env")
        self._fast = self.layer("_reset_cmds", None)
        index_layer = self.layer("_strict_check")
        # An empty slot is checked here, where it can be told as what it is.
        index_layer._strict_check = False
        #: MineDojo's own space of voxels, where the task has them.
        self.voxels = self._simulator.observation_space.spaces.get("voxels")
        actions = IndexActions if settings.action_mode == "indices" else DictActions
        self.actions = actions(self._environment, self._simulator.action_space, settings)
        self._episodes = 0
        self._results: List[Tuple[float, bool]] = []
        self._deaths = 0
        self._hook_task()
        self._prepare_fast_reset()

    def layer(self, attribute: str, *default: Any) -> Any:
        """The outermost wrapper that has an attribute of its own."""
        environment = self._environment
        while environment is not None:
            if attribute in vars(environment) or attribute in vars(type(environment)):
                return environment
            environment = vars(environment).get("env")
        if default:
            return default[0]
        raise InfrastructureError(f"minedojo: expected a layer with '{attribute}', found none")

    def reset(self, seed: Optional[str]) -> Tuple[Dict[str, Any], Dict[str, Any], str]:
        """Starts an episode; tells whether it was a `hard` or a `fast` reset."""
        every = self._settings.hard_reset_every
        hard = self._episodes == 0 or self._fast is None or (every > 0 and self._episodes % every == 0)
        if seed is not None:
            self._seed(seed, hard)
        if hard and self._fast is not None:
            self._fast._server_start = False
        self._episodes += 1
        try:
            observation = self._environment.reset()
        except EOFError as error:
            raise start_error("minedojo", str(error)) from error
        observation = self._await_respawn(observation)
        if self.watch.failed or self.watch.ended:
            raise InfrastructureError("minedojo: expected an episode to start, found no simulator", retriable=True)
        return observation, self._simulator.prev_info, "hard" if hard else "fast"

    def step(self, action: Any) -> Outcome:
        """All ticks of an action: rewards are summed, and success and death of any tick count."""
        if self.watch.ended:
            raise InfrastructureError("minedojo: expected a running mission, found one that has ended", retriable=True)
        self.watch.begin()
        self._results.clear()
        self._deaths = 0
        ready, ignored = self.actions.prepare(action, self._simulator.prev_obs)
        observation, _, _, info = self.actions.carry_out(ready)
        if self.watch.failed:
            text = "minedojo: expected the simulator's answer, found none (it has crashed or hangs)"
            raise InfrastructureError(text, retriable=True)
        died = self._deaths > 0 or _is_dead(info)
        reward = sum(each for each, _ in self._results)
        success = any(each for _, each in self._results)
        return Outcome(observation, reward, success, died, info, ignored)

    def close(self) -> None:
        """Ends the simulator, unless it ran before."""
        self._environment.close()

    def _hook_task(self) -> None:
        """MineDojo keeps only the last tick's result of an action that takes several."""
        layer = self._task_layer
        step = layer.step

        def watched(action: Any) -> Any:
            result = step(action)
            self._results.append((float(result[1]), bool(getattr(layer, "is_successful", False))))
            self._deaths += _is_dead(result[3])
            return result

        layer.step = watched

    def _prepare_fast_reset(self) -> None:
        """MineDojo's own fast reset leaves mobs, and items of the episode before, where they are."""
        if self._fast is not None and self._settings.clear_mobs:
            commands = self._fast._reset_cmds
            at = commands.index("/kill") + 1
            self._fast._reset_cmds = [*commands[:at], "/clear", "/kill @e[type=!player]", *commands[at:]]

    def _await_respawn(self, observation: Dict[str, Any]) -> Dict[str, Any]:
        """A fast reset kills the agent, and the client takes a while to respawn it."""
        for _ in range(_MAX_RESPAWN_TICKS):
            if not _is_dead(self._simulator.prev_info) or self.watch.ended:
                return observation
            observation, *_ = self._environment.step(np.array(self._environment.action_space.no_op()))
        raise InfrastructureError(
            "minedojo: expected the agent to respawn after a reset, found it dead", retriable=True
        )

    def _seed(self, seed: str, hard: bool) -> None:
        """Everything MineDojo draws follows from the seed; the world does only where it is made anew."""
        number = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:4], "big") % 2**31
        self._simulator.seed(number)
        for name in ("_mob_spawn_range_space", "_extra_spawn_range_space"):
            space = vars(self._task_layer).get(name)
            if space is not None:
                space.seed(number)
        if "_rng" in vars(self._task_layer):
            self._task_layer._rng = np.random.default_rng(number)
        if hard and self._settings.world_seed is None:
            self.world_seed = seed_of_world(seed)
            for handler in self._simulator._sim_spec._world_generator_handlers:
                if hasattr(handler, "world_seed"):
                    handler.world_seed = self.world_seed


def _is_dead(info: Dict[str, Any]) -> bool:
    return bool(info.get("living_death_event_fired", False)) or float(info.get("life", 20)) <= 0
