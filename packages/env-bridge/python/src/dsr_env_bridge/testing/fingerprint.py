# A text that is equal exactly when two observations have the same keys, types and bytes; as `fingerprintOf` in TypeScript.
# Knows nothing about environments.
from __future__ import annotations

from typing import Any

import numpy as np

_MASK = 0xFFFFFFFF


def fingerprint_of(value: Any) -> str:
    """64-bit FNV-1a of arrays, with names, types and shapes around it."""
    if isinstance(value, np.ndarray):
        shape = ",".join(map(str, value.shape))
        return f"{value.dtype.name}[{shape}]{_fnv1a(value.tobytes())}"
    if isinstance(value, (list, tuple)):
        return f"[{','.join(fingerprint_of(part) for part in value)}]"
    if isinstance(value, dict):
        return "{" + ",".join(f"{key}:{fingerprint_of(value[key])}" for key in sorted(value)) + "}"
    return _plain_fingerprint(value)


def _plain_fingerprint(value: Any) -> str:
    if isinstance(value, bool):
        return f"boolean:{'true' if value else 'false'}"
    if value is None:
        return "object:null"
    if isinstance(value, str):
        return f"string:{value}"
    whole = isinstance(value, float) and value.is_integer()
    return f"number:{int(value) if whole else value}"


def _fnv1a(data: bytes) -> str:
    a, b = 0x811C9DC5, 0x01234567
    for byte in data:
        a = ((a ^ byte) * 0x01000193) & _MASK
        b = (((b ^ byte) * 0x01000193) + (b >> 15)) & _MASK
    return f"{a:08x}{b:08x}"
