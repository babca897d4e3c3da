# The environment contract: reset and step with named observations, tasks and success, as the protocol tells it.
# Knows nothing about sockets, processes or any particular world.
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Callable, Dict, List, Optional, Tuple

from .errors import InfrastructureError
from .spaces import Space

AUTORESET_MODES = ("disabled", "next-step", "same-step")


@dataclass(frozen=True)
class Task:
    """One task an environment offers; `prompt` is what the agent is told, in words."""

    id: str
    prompt: str


@dataclass(frozen=True)
class EnvironmentSpec:
    """Everything a peer must know before the first step; rates are steps a second of game time."""

    id: str
    observation_space: Space
    action_space: Space
    tick_rate: float
    tasks: List[Task] = field(default_factory=list)
    max_episode_steps: Optional[int] = None
    autoreset: str = "disabled"
    metadata: Dict[str, Any] = field(default_factory=dict)

    def to_wire(self) -> Dict[str, Any]:
        """The spec as the protocol's map."""
        limit = {} if self.max_episode_steps is None else {"maxEpisodeSteps": int(self.max_episode_steps)}
        return {
            "id": self.id,
            "observationSpace": self.observation_space,
            "actionSpace": self.action_space,
            "tasks": [{"id": task.id, "prompt": task.prompt} for task in self.tasks],
            "tickRate": self.tick_rate,
            **limit,
            "autoreset": self.autoreset,
            "metadata": self.metadata,
        }


@dataclass(frozen=True)
class StepResult:
    """
    What a step has led to. `ticks` counts the game ticks it took, where the environment knows it takes several.

    `terminated`: the task ended by itself; `truncated`: the episode was cut off, such as by the step limit.
    """

    observation: Dict[str, Any]
    reward: float
    terminated: bool
    truncated: bool
    info: Dict[str, Any] = field(default_factory=dict)
    ticks: Optional[int] = None


class Environment:
    """
    Base of the adapters, and of environments of your own (`--env module:factory`).

    Calls come one after the other. A raised DsrError with a bad-input code is the caller's fault; anything else that is
    raised counts as a failure of the infrastructure, never of the episode.
    """

    spec: EnvironmentSpec

    def reset(self, seed: Optional[str], task: Optional[str]) -> Tuple[Dict[str, Any], Dict[str, Any]]:
        """Starts an episode; returns the observation and the info. Seeds are texts, None draws one."""
        raise NotImplementedError

    def step(self, action: Any) -> StepResult:
        """Carries out an action that lies in the action space."""
        raise NotImplementedError

    def close(self) -> None:
        """Frees what the environment holds."""


#: Makes an environment from the options of `open`; raises InputError for an option that is unknown or out of range.
EnvironmentFactory = Callable[[Dict[str, Any]], Environment]


def check_result(observation: Any, info: Any) -> None:
    """Raises InfrastructureError when these are no observation and info."""
    if not isinstance(observation, dict) or not isinstance(info, dict):
        raise InfrastructureError("environment: expected an observation and an info, found others")
