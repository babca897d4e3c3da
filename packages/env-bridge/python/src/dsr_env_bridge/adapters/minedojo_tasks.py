# MineDojo's tasks: how one is made, what it is told, and what its table lacks or loses.
# Knows nothing about steps or observations.
from __future__ import annotations

import copy
import hashlib
from typing import Any, Dict, NamedTuple, Optional, Tuple

from ..errors import InputError, unknown_name_error

CUSTOM_TASKS = ("open-ended", "harvest", "combat", "techtree", "survival")
#: The published package lacks these; later sources of MineDojo have them, with the same arguments.
_MISSING, _TEMPLATE = "combat_enderman_end_", "combat_endermite_end_"


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


def complete_tasks(minedojo: Any) -> None:
    """Adds the tasks that MineDojo's later sources have and the published package lacks."""
    tasks = minedojo.tasks
    for template in [each for each in tasks.ALL_PROGRAMMATIC_TASK_IDS if each.startswith(_TEMPLATE)]:
        name = template.replace(_TEMPLATE, _MISSING)
        if name in tasks.ALL_TASKS_SPECS:
            continue
        for table in (tasks.ALL_TASKS_SPECS, tasks.P_TASKS_PROMPTS_GUIDANCE, tasks.ALL_TASK_INSTRUCTIONS):
            table[name] = _renamed(table[template])
        tasks.ALL_PROGRAMMATIC_TASK_IDS.append(name)


def _renamed(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("endermite", "enderman")
    if isinstance(value, tuple):
        return tuple(_renamed(part) for part in value)
    if hasattr(value, "items"):
        return {key: _renamed(part) for key, part in value.items()}
    return copy.deepcopy(value)


def make_task(minedojo: Any, task: str, settings: MinedojoSettings) -> Any:
    """Calls `minedojo.make`. Raises InputError for arguments that the task does not take."""
    known = minedojo.tasks.ALL_TASKS_SPECS
    # Making a task takes parts out of MineDojo's own table, so that the second time fails.
    kept = copy.deepcopy(known.get(task))
    arguments = {"image_size": settings.image_size, **settings.specification}
    if task.lower() not in CUSTOM_TASKS or "fast_reset" not in settings.specification:
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


def check_task(minedojo: Any, task: str) -> None:
    """Raises InputError (`unknown-task`) with the closest name."""
    if task.startswith("creative:") or task.lower() in (*CUSTOM_TASKS, "playthrough"):
        return
    known = list(minedojo.tasks.ALL_PROGRAMMATIC_TASK_IDS)
    if task not in known:
        raise unknown_name_error("task", task, known, "unknown-task")


def prompt_of(minedojo: Any, task: str, settings: MinedojoSettings) -> str:
    """What the agent is told."""
    instructions = minedojo.tasks.ALL_TASK_INSTRUCTIONS
    found = instructions.get(task) or instructions.get(task.capitalize())
    return str(settings.specification.get("prompt", task) if found is None else found[0])


def specification_of(minedojo: Any, task: str, settings: MinedojoSettings) -> Dict[str, Any]:
    """What the task is made of, word for word."""
    spec = minedojo.tasks.ALL_TASKS_SPECS.get(task, {})
    return {"task": task, **{str(key): value for key, value in spec.items()}, **settings.specification}


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
