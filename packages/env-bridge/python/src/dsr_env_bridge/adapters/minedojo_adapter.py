# MineDojo 0.1 as an environment of the contract, each of its traps mended or reported (docs/guides/python-bridge.md).
# Knows nothing about processes or peers.
from __future__ import annotations

import copy
import functools
import hashlib
import json
import os
from typing import Any, Dict, List, NamedTuple, Optional, Tuple

import numpy as np

from ..contract import Environment, EnvironmentSpec, StepResult, Task
from ..errors import InfrastructureError, InputError, unknown_name_error
from ..options import Options
from ..targets import require
from .minedojo_actions import DictActions, IndexActions
from .minedojo_observation import observation_space, observe
from .simulator_watch import SimulatorWatch

#: One step is one game tick, 20 a second.
_TICK_RATE = 20.0
#: The published protocols' limit; MineDojo itself has none.
_STEP_LIMIT = 500
_CUSTOM_TASKS = ("open-ended", "harvest", "combat", "techtree", "survival")
#: No-op ticks that a respawn after a fast reset may take.
_MAX_RESPAWN_TICKS = 40


class MinedojoSettings(NamedTuple):
    """How MineDojo's simulations are made."""

    image_size: Tuple[int, int]
    camera_interval: float
    max_episode_steps: int
    #: Whether resets keep the world and use commands; a hard reset comes every so many episodes, 0 for never.
    fast_reset: bool
    hard_reset_every: int
    clear_mobs: bool
    world_seed: Optional[str]
    action_mode: str
    strict: bool
    raw_info: bool
    #: Port of a simulator that runs already.
    port: Optional[int]
    #: Arguments of a custom task, word for word.
    specification: Dict[str, Any]


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
    names = [name.strip() for name in tasks.split(",")]
    for name in names:
        _check_task(minedojo, name)
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
            tasks=[Task(name, _prompt(minedojo, name, settings)) for name in tasks],
            tick_rate=_TICK_RATE,
            max_episode_steps=settings.max_episode_steps,
            metadata={
                "cameraInterval": settings.camera_interval,
                "noop": simulation.actions.noop,
                "fastReset": settings.fast_reset,
                "specification": json.dumps(_specification(minedojo, tasks[0], settings), default=list),
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
            raise InfrastructureError("minedojo: expected the mission to go on, found it ended by the simulator",
                                      retriable=True)
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
        self._environment = _make(minedojo, task, settings)
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
        observation = self._environment.reset()
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
        raise InfrastructureError("minedojo: expected the agent to respawn after a reset, found it dead", retriable=True)

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


def seed_of_world(seed: str) -> str:
    """
    A seed as Minecraft takes it. "0" would mean "draw one", and other texts go into XML, so those are hashed; integers of
    64 bits stay what they are.
    """
    digits = seed[1:] if seed.startswith("-") else seed
    if digits.isdigit() and int(digits) != 0 and -(2**63) <= int(seed) < 2**63:
        return seed
    hashed = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8], "big", signed=True)
    return str(hashed or 1)


def _is_dead(info: Dict[str, Any]) -> bool:
    return bool(info.get("living_death_event_fired", False)) or float(info.get("life", 20)) <= 0


def _make(minedojo: Any, task: str, settings: MinedojoSettings) -> Any:
    known = minedojo.tasks.ALL_TASKS_SPECS
    # Making a task takes parts out of MineDojo's own table, so that the second time fails.
    kept = copy.deepcopy(known.get(task))
    arguments = {"image_size": settings.image_size, **settings.specification}
    if task.lower() not in _CUSTOM_TASKS or "fast_reset" not in settings.specification:
        arguments["fast_reset"] = settings.fast_reset
    if settings.world_seed is not None:
        arguments["world_seed"] = settings.world_seed
    try:
        return minedojo.make(task, cam_interval=settings.camera_interval, **arguments)
    except (AssertionError, TypeError, KeyError, ValueError) as error:
        text = f"minedojo:{task}: expected arguments it takes, found '{type(error).__name__}: {error}'"
        raise InputError(text) from error
    finally:
        if kept is not None:
            known[task] = kept


def _check_task(minedojo: Any, task: str) -> None:
    if task.startswith("creative:") or task.lower() in (*_CUSTOM_TASKS, "playthrough"):
        return
    known = list(minedojo.tasks.ALL_PROGRAMMATIC_TASK_IDS)
    if task not in known:
        raise unknown_name_error("task", task, known, "unknown-task")


def _prompt(minedojo: Any, task: str, settings: MinedojoSettings) -> str:
    instructions = minedojo.tasks.ALL_TASK_INSTRUCTIONS
    found = instructions.get(task) or instructions.get(task.capitalize())
    return str(settings.specification.get("prompt", task) if found is None else found[0])


def _specification(minedojo: Any, task: str, settings: MinedojoSettings) -> Dict[str, Any]:
    spec = minedojo.tasks.ALL_TASKS_SPECS.get(task, {})
    return {"task": task, **{str(key): value for key, value in spec.items()}, **settings.specification}


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
