# The two action spaces of MineDojo: eight indices, some of which take three ticks, and the simulator's own dictionary,
# which loses nothing. Knows nothing about observations beyond the inventory's names.
from __future__ import annotations

from typing import Any, Dict, Optional, Tuple

import numpy as np

from ..errors import InputError
from ..spaces import Space, box, dict_space, discrete, multi_discrete, text

_EQUIP, _PLACE, _DESTROY = 5, 6, 7
_NAMES = {_EQUIP: "equip", _PLACE: "place", _DESTROY: "destroy"}
_FUNCTION, _SLOT = 5, 7


class IndexActions:
    """`MultiDiscrete [3, 3, 4, bins, bins, 8, 244, 36]`."""

    def __init__(self, environment: Any, _native: Any, settings: Any) -> None:
        self._environment = environment
        self._strict = settings.strict
        self.space: Space = multi_discrete(environment.action_space.nvec.tolist())
        self.noop = [int(index) for index in environment.action_space.no_op()]

    def prepare(self, action: Any, observation: Dict[str, Any]) -> Tuple[Any, Optional[str]]:
        """
        The action, and why it will do nothing, if so: MineDojo raises where a function names an empty slot.

        Raises InputError (`invalid-action`) for that where the environment is strict.
        """
        indices = np.asarray(action, np.int64)
        name = _NAMES.get(int(indices[_FUNCTION]))
        if name is None or observation["inventory"]["name"][indices[_SLOT]] != "air":
            return indices, None
        text_ = f"{name} of slot {indices[_SLOT]}: expected an item in it, found none"
        if self._strict:
            raise InputError(f"action: {text_}", "invalid-action")
        return indices, text_

    def carry_out(self, action: Any) -> Any:
        """Steps MineDojo's outermost layer."""
        return self._environment.step(action)


class DictActions:
    """Keys held, camera in degrees, and the names of items to craft, smelt, equip and place; always one tick."""

    def __init__(self, environment: Any, native: Any, settings: Any) -> None:
        self._layer = environment
        while "_strict_check" not in vars(self._layer):
            self._layer = self._layer.env
        self._native = native
        self._choices = {key: set(part.values) for key, part in native.spaces.items() if hasattr(part, "values")}
        self.space: Space = dict_space({key: _space_of(key, part) for key, part in native.spaces.items()})
        self.noop = {key: _plain(value) for key, value in native.no_op().items()}

    def prepare(self, action: Any, _observation: Dict[str, Any]) -> Tuple[Any, Optional[str]]:
        """Raises InputError (`invalid-action`) for an item that the simulator does not know."""
        for key, choices in self._choices.items():
            if action[key] not in choices:
                found = str(action[key])[:40]
                raise InputError(f"action.{key}: expected 'none' or a known item, found '{found}'", "invalid-action")
        return {**self._native.no_op(), **action, "camera": np.asarray(action["camera"], np.float32)}, None

    def carry_out(self, action: Any) -> Any:
        """Steps the layer below the indices, which knows this action space."""
        observation, reward, done, info = self._layer.env.step(action)
        self._layer._inventory_names = observation["inventory"]["name"].copy()
        return observation, reward, done, info


def _space_of(key: str, part: Any) -> Space:
    if key == "camera":
        return box("float32", [2], -180, 180)
    return text(64, 1) if hasattr(part, "values") else discrete(int(part.n))


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return value
    array = np.asarray(value)
    return array.astype(np.float32) if array.ndim > 0 else array.item()
