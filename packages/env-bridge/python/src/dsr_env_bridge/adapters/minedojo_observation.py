# MineDojo's observations under the standard keys: pictures height × width × channel, texts as lists, angles in range.
# Knows nothing about how the simulator is reached.
from __future__ import annotations

from typing import Any, Dict, Tuple

import numpy as np

from ..spaces import Space, box, dict_space, discrete, rgb_space, sequence, text

_FLAGS = ("is_explosion", "is_fire_damage", "is_magic_damage", "is_projectile", "is_unblockable")
_MEASURES = ("damage_amount", "damage_distance", "damage_pitch", "damage_yaw", "hunger_damage")
#: The simulator's own spelling.
_RAW_NAMES = {"damage_amount": "damage_amout"}
_MASKS = {"action_type": [8], "action_arg": [8, 1], "equip": [36], "place": [36], "destroy": [36], "craft_smelt": [244]}


def observation_space(image_size: Tuple[int, int], voxels: Any, masks: bool) -> Space:
    """The space of what `observe` gives; `voxels` is MineDojo's own space of them, or None."""
    spaces = {
        "rgb": rgb_space(*image_size),
        "life_stats": _life_stats_space(),
        "location_stats": _location_stats_space(),
        "inventory": _slots_space(36),
        "equipment": _slots_space(6),
        "nearby_tools": dict_space({"table": discrete(2), "furnace": discrete(2)}),
        "damage_source": _damage_space(),
    }
    if voxels is not None:
        spaces["voxels"] = dict_space({key: _voxel_space(part) for key, part in voxels.spaces.items()})
    if masks:
        spaces["masks"] = dict_space({key: box("bool", shape, 0, 1) for key, shape in _MASKS.items()})
    return dict_space(spaces)


def observe(raw: Dict[str, Any], info: Dict[str, Any], space: Space) -> Dict[str, Any]:
    """MineDojo's observation and raw info as an observation of the space."""
    observation = {
        "rgb": np.ascontiguousarray(np.transpose(raw["rgb"], (1, 2, 0))),
        "life_stats": {**_floats(raw["life_stats"]), "is_sleeping": int(raw["life_stats"]["is_sleeping"])},
        "location_stats": _location_stats(raw["location_stats"]),
        "inventory": _slots(raw["inventory"]),
        "equipment": _slots(raw["equipment"]),
        "nearby_tools": {key: int(raw["nearby_tools"][key]) for key in ("table", "furnace")},
        "damage_source": _damage(info.get("damage_source", {})),
    }
    wanted = space["spaces"]
    if "voxels" in wanted:
        observation["voxels"] = {key: _voxel(part) for key, part in raw["voxels"].items()}
    if "masks" in wanted:
        observation["masks"] = {key: np.asarray(raw["masks"][key], bool) for key in _MASKS}
    return observation


def _life_stats_space() -> Space:
    limits = {"life": 20, "armor": 20, "food": 20, "saturation": 20, "xp": 1395, "oxygen": 300}
    spaces = {key: box("float32", [1], 0, limit) for key, limit in limits.items()}
    return dict_space({**spaces, "is_sleeping": discrete(2)})


def _location_stats_space() -> Space:
    return dict_space(
        {
            "pos": box("float32", [3]),
            "yaw": box("float32", [1], -180, 180),
            "pitch": box("float32", [1], -90, 90),
            "biome_id": box("int64", [], 0, 167),
            "sun_brightness": box("float32", [1], 0, 1),
            "sky_light_level": box("float32", [1], 0, 1),
            "light_level": box("float32", [1], 0, 15),
            "can_see_sky": discrete(2),
            "rainfall": box("float32", [1], 0, 1),
            "temperature": box("float32", [1]),
            "is_raining": discrete(2),
            "sea_level": box("float32", [1], 0, 255),
        }
    )


def _location_stats(raw: Dict[str, Any]) -> Dict[str, Any]:
    stats = _floats(raw)
    # The simulator counts turns without wrapping them, although its space says otherwise.
    stats["yaw"] = 180 - (180 - stats["yaw"]) % np.float32(360)
    stats["biome_id"] = np.asarray(raw["biome_id"], np.int64)
    return {**stats, "can_see_sky": int(raw["can_see_sky"]), "is_raining": int(raw["is_raining"])}


def _floats(raw: Dict[str, Any]) -> Dict[str, Any]:
    return {key: np.asarray(value, np.float32) for key, value in raw.items()}


def _slots_space(slots: int) -> Space:
    return dict_space(
        {
            "name": sequence(text(64, 1), slots),
            "variant": box("int64", [slots], 0, 120),
            "quantity": box("float32", [slots], 0, 64),
            "max_durability": box("float32", [slots], -1),
            "cur_durability": box("float32", [slots], -1),
        }
    )


def _slots(raw: Dict[str, Any]) -> Dict[str, Any]:
    slots = {key: np.asarray(raw[key], np.float32) for key in ("quantity", "max_durability", "cur_durability")}
    return {"name": [str(name) for name in raw["name"]], "variant": np.asarray(raw["variant"], np.int64), **slots}


def _damage_space() -> Space:
    measures = {key: box("float32", [1]) for key in _MEASURES}
    return dict_space({**measures, **{key: discrete(2) for key in _FLAGS}})


def _damage(raw: Dict[str, Any]) -> Dict[str, Any]:
    """MineDojo looks for the damage under a name that the simulator never uses, so it is taken from the raw info."""
    measures = {key: np.array([raw.get(_RAW_NAMES.get(key, key), 0)], np.float32) for key in _MEASURES}
    return {**measures, **{key: int(bool(raw.get(key, False))) for key in _FLAGS}}


def _voxel_space(space: Any) -> Space:
    if not hasattr(space, "low"):
        count = int(np.prod(space.shape))
        return sequence(text(64, 1), count)
    low, high = float(space.low.min()), float(space.high.max())
    return box(np.dtype(space.dtype).name, space.shape, low, high)


def _voxel(value: np.ndarray) -> Any:
    """Indexed [x, y, z]; names in the same order, one after the other."""
    return [str(name) for name in value.reshape(-1)] if value.dtype.kind == "U" else np.ascontiguousarray(value)
