# What a session does with its environments: lockstep steps one on request, vector steps N by one message and resets
# them as Gymnasium's autoreset modes say. Knows nothing about request ids or connections.
from __future__ import annotations

import asyncio
import re
from typing import Any, Awaitable, Callable, Dict, List, NamedTuple, Optional, Sequence, Tuple

from ..errors import InputError
from ..protocol.limits import ServerLimits
from ..protocol.messages import Message
from ..protocol.writer import encode, extend_map, list_header, map_header
from ..worker_frames import EncodedResult
from .worker_process import WorkerProcess

CreateWorker = Callable[[], Awaitable[WorkerProcess]]
#: Names and encoded values of a map.
Fields = List[Tuple[str, bytes]]


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


def step_fields(result: EncodedResult) -> Fields:
    """The fields that a step's result has wherever it stands."""
    return [
        ("observation", result.observation),
        ("reward", encode(result.reward)),
        ("terminated", encode(result.terminated)),
        ("truncated", encode(result.truncated)),
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


def encode_fields(fields: Fields) -> bytes:
    """A map of encoded fields."""
    parts = [map_header(len(fields))]
    for key, value in fields:
        parts += [encode(key), value]
    return b"".join(parts)


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


class _Member:
    """One environment of the vector and where its episodes stand."""

    def __init__(self, worker: WorkerProcess) -> None:
        self.worker = worker
        self.seed: Optional[str] = None
        self.task: Optional[str] = None
        self.episode = 0
        self.over = False

    async def restart(self) -> EncodedResult:
        """Later episodes of a seeded environment are seeded too, so that a whole run follows from its first reset."""
        seed = self.seed if self.seed is None or self.episode == 0 else f"{self.seed}/{self.episode}"
        result = await self.worker.reset(seed, self.task)
        self.over = False
        return result

    async def next_episode(self) -> EncodedResult:
        """Starts the episode after the one that has ended."""
        self.episode += 1
        return await self.restart()


class VectorProgram(Program):
    """Steps N environments of one kind together, each in its own process."""

    mode = "vector"

    def __init__(self, workers: Sequence[WorkerProcess], autoreset: str) -> None:
        super().__init__(workers[0].spec)
        self.count = len(workers)
        self.autoreset = autoreset
        self._members = [_Member(worker) for worker in workers]
        self._own = self.spec["autoreset"] == "disabled"

    @staticmethod
    async def create(create: CreateWorker, message: Message, limits: ServerLimits) -> "VectorProgram":
        """Creates all environments; when one fails, the others are closed."""
        count = message.get("count", 1)
        if count > limits.max_vector_count:
            raise InputError(f"open.count: expected at most {limits.max_vector_count}, found {count}", "too-large")
        workers = await _create_all(create, count)
        own, wanted = workers[0].spec["autoreset"], message.get("autoreset")
        if own == "disabled":
            return VectorProgram(workers, wanted or "next-step")
        if wanted is None or wanted == own:
            return VectorProgram(workers, own)
        await asyncio.gather(*(worker.close() for worker in workers))
        raise InputError(f"open.autoreset: expected '{own}', as the environment does by itself, found '{wanted}'")

    async def execute(self, request: Message) -> Reply:
        if request["type"] == "vector-step":
            return await self._step(request["actions"])
        if request["type"] != "vector-reset":
            raise wrong_request(request, self.mode)
        return await self._reset(request)

    async def close(self) -> None:
        await asyncio.gather(*(member.worker.close() for member in self._members))

    async def _reset(self, request: Message) -> Reply:
        self._check_count("seeds", request.get("seeds"), "invalid-argument")
        self._check_count("mask", request.get("mask"), "invalid-argument")
        mask = request.get("mask") or [True] * self.count
        chosen = [member for member, wanted in zip(self._members, mask) if wanted]
        for index, member in enumerate(self._members):
            if mask[index]:
                member.seed, member.task, member.episode = _seed_of(request, index), request.get("task"), 0
        results = iter(await _settle_all([member.restart() for member in chosen]))
        found = [next(results) if wanted else None for wanted in mask]
        encoded = [encode(None) if each is None else encode_fields(reset_fields(each)) for each in found]
        fields = [("results", list_header(self.count) + b"".join(encoded))]
        return reply_of("vector-reset-result", fields, [each for each in found if each is not None])

    async def _step(self, actions: List[Any]) -> Reply:
        self._check_count("actions", actions, "invalid-action")
        for index, member in enumerate(self._members):
            if not self._resets_now(member):
                member.worker.check_action(actions[index], f"actions[{index}]")
            if member.over and self.autoreset == "disabled":
                text = f"environment {index}: expected a reset after the end of its episode, found a step"
                raise InputError(text, "wrong-state")
        results = await _settle_all([self._step_member(m, a) for m, a in zip(self._members, actions)])
        encoded = b"".join(encode_fields(step_fields(result)) for result in results)
        return reply_of("vector-step-result", [("results", list_header(self.count) + encoded)], results)

    async def _step_member(self, member: _Member, action: Any) -> EncodedResult:
        if self._resets_now(member):
            return await member.next_episode()
        result = await member.worker.step(action)
        member.over = result.terminated or result.truncated
        if not (member.over and self._own and self.autoreset == "same-step"):
            return result
        first = await member.next_episode()
        info = extend_map(first.info, {"final_obs": result.observation, "final_info": result.info})
        return result._replace(observation=first.observation, info=info)

    def _resets_now(self, member: _Member) -> bool:
        return member.over and self._own and self.autoreset == "next-step"

    def _check_count(self, what: str, values: Optional[List[Any]], code: str) -> None:
        if values is not None and len(values) != self.count:
            text = f"{what}: expected {self.count}, one for each environment, found {len(values)}"
            raise InputError(text, code)


def expand_seed(seed: Any, index: int) -> str:
    """Integers expand to seed + index as in Gymnasium; other texts get the index appended."""
    text = str(seed)
    return str(int(text) + index) if re.fullmatch(r"-?[0-9]+", text) else f"{text}:{index}"


def _seed_of(request: Message, index: int) -> Optional[str]:
    seeds = request.get("seeds")
    if seeds is not None and seeds[index] is not None:
        return str(seeds[index])
    seed = request.get("seed")
    return None if seed is None else expand_seed(seed, index)


async def _create_all(create: CreateWorker, count: int) -> List[WorkerProcess]:
    settled = await asyncio.gather(*(create() for _ in range(count)), return_exceptions=True)
    failed = next((each for each in settled if isinstance(each, BaseException)), None)
    made = [each for each in settled if isinstance(each, WorkerProcess)]
    if failed is None:
        return made
    await asyncio.gather(*(worker.close() for worker in made))
    raise failed


async def _settle_all(work: Sequence[Awaitable[EncodedResult]]) -> List[EncodedResult]:
    """Waits for all, even when one fails: no environment may still be moving when the next request comes."""
    settled = await asyncio.gather(*work, return_exceptions=True)
    for each in settled:
        if isinstance(each, BaseException):
            raise each
    return [each for each in settled if isinstance(each, EncodedResult)]
