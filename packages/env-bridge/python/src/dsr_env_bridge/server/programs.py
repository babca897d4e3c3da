# What a session does with its environments, and how results become replies; the lockstep program, which is the simplest.
# Knows nothing about request ids or connections.
from __future__ import annotations

import functools
from typing import Any, Dict, List, NamedTuple, Optional, Sequence, Tuple, Union

from ..errors import InputError
from ..protocol.messages import Message
from ..protocol.writer import Buffer, encode, map_header
from ..worker_frames import EncodedResult
from .worker_process import WorkerProcess

#: Names and encoded values of a map; long values come in parts, which are joined once.
Fields = List[Tuple[str, Union[Buffer, List[Buffer]]]]


class Reply(NamedTuple):
    """A reply's own fields, and what it cost: milliseconds, and game ticks where the environment tells."""

    kind: str
    fields: Fields
    environment_ms: float
    encode_ms: float
    ticks: Optional[int]


_SETTINGS = {
    "lockstep": (),
    "realtime": ("tickRate", "idleAction", "window"),
    "vector": ("count", "autoreset"),
}


def check_settings(message: Message) -> None:
    """Raises InputError for settings of `open` that do not belong to its mode."""
    mode = message["mode"]
    for key in ("tickRate", "idleAction", "window", "count", "autoreset"):
        if key in message and key not in _SETTINGS[mode]:
            raise InputError(f"open.{key}: expected none in {mode} mode, found one")


_YES, _NO = encode(True), encode(False)
#: Encoded names of fields, of which there are few.
_encode_key = functools.lru_cache(maxsize=256)(encode)


def step_fields(result: EncodedResult) -> Fields:
    """The fields that a step's result has wherever it stands."""
    return [
        ("observation", result.observation),
        ("reward", encode(result.reward)),
        ("terminated", _YES if result.terminated else _NO),
        ("truncated", _YES if result.truncated else _NO),
        ("info", result.info),
    ]


def reset_fields(result: EncodedResult) -> Fields:
    """The fields that a reset's result has wherever it stands."""
    return [("observation", result.observation), ("info", result.info)]


def reply_of(kind: str, fields: Fields, results: Sequence[EncodedResult]) -> Reply:
    """A reply to which these results have led; environments of a vector move at the same time, so the longest counts."""
    ticks = [result.ticks for result in results if result.ticks is not None]
    longest = max((result.environment_ms for result in results), default=0.0)
    return Reply(kind, fields, longest, sum(result.encode_ms for result in results), max(ticks, default=None))


def timings_of(queue_ms: float, reply: Reply) -> Dict[str, Any]:
    """The timings of a reply, in milliseconds."""
    ticks = {} if reply.ticks is None else {"ticks": reply.ticks}
    return {
        "queueMs": max(queue_ms, 0.0),
        "environmentMs": reply.environment_ms,
        **ticks,
        "encodeMs": reply.encode_ms,
    }


def field_parts(fields: Fields) -> List[Buffer]:
    """The parts of a map of encoded fields."""
    parts: List[Buffer] = [map_header(len(fields))]
    for key, value in fields:
        parts.append(_encode_key(key))
        if isinstance(value, list):
            parts += value
        else:
            parts.append(value)
    return parts


def encode_fields(fields: Fields) -> bytes:
    """A map of encoded fields."""
    return b"".join(field_parts(fields))


def seed_text(seed: Any) -> Optional[str]:
    """Seeds travel as text; None stands for "not given"."""
    return None if seed is None else str(seed)


def wrong_request(request: Message, mode: str) -> InputError:
    """The error for a request that belongs to another kind of session."""
    return InputError(f"request '{request['type']}': expected one of a {mode} session, found another", "wrong-state")


class Program:
    """One way of running environments. Methods raise DsrError only; `execute` is called for one request at a time."""

    mode = ""
    count = 1

    def __init__(self, spec: Dict[str, Any]) -> None:
        self.spec = spec
        self.autoreset: str = spec["autoreset"]
        self.tick_rate: float = spec["tickRate"]

    async def execute(self, request: Message) -> Reply:
        """Carries out a request."""
        raise NotImplementedError

    def act(self, _action: Any) -> None:
        """Takes the newest action of a realtime session."""
        raise InputError(f"act: expected a realtime session, found {self.mode}", "wrong-state")

    def acknowledge(self, _frame: int) -> None:
        """Hears that a frame has arrived."""

    def bind(self, _session: Any) -> None:
        """Gets the way to the peer; called once, before anything else."""

    def set_attached(self, _attached: bool) -> None:
        """Called when a connection takes or loses the session."""

    async def close(self) -> None:
        """Frees the environments; never raises."""


class LockstepProgram(Program):
    """Steps one environment on request."""

    mode = "lockstep"

    def __init__(self, worker: WorkerProcess) -> None:
        super().__init__(worker.spec)
        self._worker = worker

    async def execute(self, request: Message) -> Reply:
        if request["type"] == "step":
            result = await self._worker.step(request["action"])
            return reply_of("step-result", step_fields(result), [result])
        if request["type"] != "reset":
            raise wrong_request(request, self.mode)
        result = await self._worker.reset(seed_text(request.get("seed")), request.get("task"))
        return reply_of("reset-result", reset_fields(result), [result])

    async def close(self) -> None:
        await self._worker.close()
