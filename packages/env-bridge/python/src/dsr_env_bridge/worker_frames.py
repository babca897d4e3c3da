# What the server and its worker processes say to each other: length-prefixed frames, results already encoded for peers.
# Knows nothing about sockets or environments.
from __future__ import annotations

import struct
from typing import List, NamedTuple, Optional

from .protocol.writer import Buffer

#: Every frame is preceded by its length. With the highest bit set, it lies in the memory that both share.
LENGTH = struct.Struct("<I")
SHARED = 0x80000000
#: Frames of at most this many bytes may lie in shared memory; pages are taken only where something is written.
SHARED_BYTES = 8_388_608
#: Smaller frames go through the socket faster than around it.
LEAST_SHARED = 16_384

SPEC = b"S"
RESULT = b"R"
ERROR = b"E"
CLOSED = b"C"

_RESULT_HEAD = struct.Struct("<dddiBBI")


class EncodedResult(NamedTuple):
    """A reset's or a step's result, its observation and info as msgpack; milliseconds in the environment and encoding."""

    observation: Buffer
    info: Buffer
    reward: float
    terminated: bool
    truncated: bool
    environment_ms: float
    encode_ms: float
    #: Game ticks it took, where the environment tells.
    ticks: Optional[int]


def pack_result(result: EncodedResult) -> List[Buffer]:
    """The parts of a result's frame."""
    ticks = -1 if result.ticks is None else result.ticks
    flags = (int(result.terminated), int(result.truncated))
    head = _RESULT_HEAD.pack(
        result.reward, result.environment_ms, result.encode_ms, ticks, *flags, len(result.observation)
    )
    return [RESULT, head, result.observation, result.info]


def unpack_result(frame: bytes) -> EncodedResult:
    """The result of a frame; observation and info are views of it."""
    view = memoryview(frame)
    reward, environment_ms, encode_ms, ticks, terminated, truncated, size = _RESULT_HEAD.unpack_from(frame, 1)
    start = 1 + _RESULT_HEAD.size
    return EncodedResult(
        observation=view[start : start + size],
        info=view[start + size :],
        reward=reward,
        terminated=bool(terminated),
        truncated=bool(truncated),
        environment_ms=environment_ms,
        encode_ms=encode_ms,
        ticks=None if ticks < 0 else ticks,
    )
