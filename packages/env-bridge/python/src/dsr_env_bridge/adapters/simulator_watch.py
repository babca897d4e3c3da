# Watches MineDojo's bridge to the simulator: counts ticks, tells a crash from an end, and mends names on the way.
# Knows nothing about tasks or observations.
from __future__ import annotations

from typing import Any, Dict

#: What tasks call an entity, and what the simulator's statistics of Minecraft 1.11 call it.
STATISTIC_ALIASES = {
    "zombie_pigman": "pig_zombie",
    "mooshroom": "mushroom_cow",
    "magma_cube": "lava_slime",
    "ocelot": "ozelot",
}


class SimulatorWatch:
    """Stands between MineDojo's simulation and its bridge."""

    def __init__(self, bridge: Any) -> None:
        #: Ticks since `begin`.
        self.ticks = 0
        #: Whether a tick got no answer: the simulator is gone.
        self.failed = False
        self._bridge = bridge
        self._last: Any = None
        self._step, self._reset = bridge.step, bridge.reset
        bridge.step, bridge.reset = self._watched_step, self._watched_reset

    @property
    def ended(self) -> bool:
        """Whether the simulator takes no more steps of this mission."""
        return bool(self._bridge.is_terminated)

    def begin(self) -> None:
        """Starts to count the ticks of an action."""
        self.ticks = 0

    def _watched_step(self, actions: Any) -> Any:
        # MineDojo goes on with the further ticks of an action although its first one ended the mission.
        if self.ended and self._last is not None:
            return self._last
        self._last = self._step(actions)
        self.ticks += 1
        if self._last.step_success:
            _mend(self._last.raw_obs)
        else:
            self.failed = True
        return self._last

    def _watched_reset(self, *arguments: Any) -> Any:
        self.failed = False
        self._last = None
        observations = self._reset(*arguments)
        _mend(observations)
        return observations


def _mend(observations: Dict[int, Dict[str, Any]]) -> None:
    for raw in observations.values():
        kills = raw.get("stat", {}).get("kill_entity", {})
        for task_name, statistic in STATISTIC_ALIASES.items():
            kills.setdefault(task_name, kills.get(statistic, 0))
