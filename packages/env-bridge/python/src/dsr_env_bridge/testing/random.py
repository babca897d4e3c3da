# Seeded random numbers, the same as `createRandom` of the TypeScript package (xoshiro128**, integer arithmetic only).
# Knows nothing about who draws them.
from __future__ import annotations

_MASK = 0xFFFFFFFF


class Random:
    """A stream for a seed; streams of different names are independent."""

    def __init__(self, seed: object, *names: object) -> None:
        text = "\x00".join(str(part) for part in (seed, *names))
        self._state = [_hash32(text, 1), _hash32(text, 2), _hash32(text, 3), _hash32(text, 4) | 1]

    def uint32(self) -> int:
        """An integer in [0, 2^32)."""
        a, b, c, d = self._state
        scrambled = (_rotate((b * 5) & _MASK, 7) * 9) & _MASK
        shifted = (b << 9) & _MASK
        c ^= a
        d ^= b
        b ^= c
        a ^= d
        c ^= shifted
        self._state = [a, b, c, _rotate(d, 11)]
        return scrambled

    def integer(self, n: int) -> int:
        """An integer in [0, n)."""
        return int(self.uint32() / 4294967296 * n)


def _hash32(text: str, salt: int) -> int:
    units = text.encode("utf-16-le")
    h = ((salt ^ 0x9E3779B9) * 0x85EBCA6B) & _MASK
    for i in range(0, len(units), 2):
        k = (int.from_bytes(units[i : i + 2], "little") * 0xCC9E2D51) & _MASK
        k = (_rotate(k, 15) * 0x1B873593) & _MASK
        h = (_rotate(h ^ k, 13) * 5 + 0xE6546B64) & _MASK
    h ^= len(units) // 2
    h = ((h ^ (h >> 16)) * 0x85EBCA6B) & _MASK
    h = ((h ^ (h >> 13)) * 0xC2B2AE35) & _MASK
    return h ^ (h >> 16)


def _rotate(x: int, bits: int) -> int:
    return ((x << bits) | (x >> (32 - bits))) & _MASK
