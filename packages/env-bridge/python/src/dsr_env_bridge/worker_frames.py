# What the server and its worker processes say to each other: length-prefixed frames, results already encoded for peers.
# Knows nothing about sockets or environments.
from __future__ import annotations

import struct
from typing import NamedTuple, Optional

#: Every frame is preceded by its length.
LENGTH = struct.Struct("<I")

SPEC = b"S"
RESULT = b"R"
ERROR = b"E"
CLOSED = b"C"

_RESULT_HEAD = struct.Struct("<dddiBBI")


class EncodedResult(NamedTuple):
    """A reset's or a step's result, its observation and info as msgpack; milliseconds in the environment and encoding."""

    observation: bytes
    info: bytes
    reward: float
    terminated: bool
    truncated: bool
    environment_ms: float
    encode_ms: float
    #: Game ticks it took, where the environment tells.
    ticks: Optional[int]


def pack_result(result: EncodedResult) -> bytes:
    """The frame of a result."""
    ticks = -1 if result.ticks is None else result.ticks
    flags = (int(result.terminated), int(result.truncated))
    head = _RESULT_HEAD.pack(
        result.reward, result.environment_ms, result.encode_ms, ticks, *flags, len(result.observation)
    )
    return b"".join((RESULT, head, result.observation, result.info))


def unpack_result(frame: bytes) -> EncodedResult:
    """The result of a frame."""
    reward, environment_ms, encode_ms, ticks, terminated, truncated, size = _RESULT_HEAD.unpack_from(frame, 1)
    start = 1 + _RESULT_HEAD.size
    return EncodedResult(
        observation=frame[start : start + size],
        info=frame[start + size :],
        reward=reward,
        terminated=bool(terminated),
        truncated=bool(truncated),
        environment_ms=environment_ms,
        encode_ms=encode_ms,
        ticks=None if ticks < 0 else ticks,
    )
