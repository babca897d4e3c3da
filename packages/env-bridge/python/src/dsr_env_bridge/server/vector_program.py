# The vector program: N environments, each in its own process, stepped by one message and reset as Gymnasium's autoreset
# modes say. Knows nothing about request ids or connections.
from __future__ import annotations

import asyncio
import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Awaitable, Callable, Dict, List, Optional, Sequence, Tuple

from ..errors import DsrError, InputError
from ..protocol.limits import ServerLimits
from ..protocol.messages import Message
from ..protocol.writer import Buffer, encode, extend_map, list_header
from ..worker_frames import EncodedResult
from .programs import Program, Reply, field_parts, reply_of, reset_fields, step_fields, wrong_request
from .worker_process import WorkerProcess

CreateWorker = Callable[[], Awaitable[WorkerProcess]]


class _Member:
    """One environment of the vector and where its episodes stand."""

    def __init__(self, worker: WorkerProcess) -> None:
        self.worker = worker
        self.seed: Optional[str] = None
        self.task: Optional[str] = None
        self.episode = 0
        self.over = False

    def restart(self) -> Dict[str, Any]:
        """The request; later episodes of a seeded environment are seeded too, so that a run follows from its first reset."""
        seed = self.seed if self.seed is None or self.episode == 0 else f"{self.seed}/{self.episode}"
        self.over = False
        return {"method": "reset", "seed": seed, "task": self.task}

    def next_episode(self) -> Dict[str, Any]:
        """The request that starts the episode after the one that has ended."""
        self.episode += 1
        return self.restart()


class VectorProgram(Program):
    """Steps N environments of one kind together, each in its own process."""

    mode = "vector"

    def __init__(self, workers: Sequence[WorkerProcess], autoreset: str) -> None:
        super().__init__(workers[0].spec)
        self.count = len(workers)
        self.autoreset = autoreset
        self._members = [_Member(worker) for worker in workers]
        self._own = self.spec["autoreset"] == "disabled"
        self._thread = ThreadPoolExecutor(1)
        self._exchange: Optional[asyncio.Future] = None
        for worker in workers:
            worker.leave_loop()

    @staticmethod
    async def create(create: CreateWorker, message: Message, limits: ServerLimits) -> VectorProgram:
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
        workers = [member.worker for member in self._members]
        if self._exchange is not None:
            # Killed workers end the exchange.
            for worker in workers:
                worker.kill()
            await asyncio.wait([self._exchange])
        for worker in workers:
            worker.enter_loop()
        await asyncio.gather(*(worker.close() for worker in workers))
        self._thread.shutdown(wait=False)

    async def _reset(self, request: Message) -> Reply:
        self._check_count("seeds", request.get("seeds"), "invalid-argument")
        self._check_count("mask", request.get("mask"), "invalid-argument")
        mask = request.get("mask") or [True] * self.count
        chosen = [member for member, wanted in zip(self._members, mask) if wanted]
        for index, member in enumerate(self._members):
            if mask[index]:
                member.seed, member.task, member.episode = _seed_of(request, index), request.get("task"), 0
        results = iter(await self._ask([(member, member.restart()) for member in chosen]))
        found = [next(results) if wanted else None for wanted in mask]
        encoded: List[Buffer] = [list_header(self.count)]
        for each in found:
            encoded += [encode(None)] if each is None else field_parts(reset_fields(each))
        return reply_of("vector-reset-result", [("results", encoded)], [each for each in found if each is not None])

    async def _step(self, actions: List[Any]) -> Reply:
        self._check_count("actions", actions, "invalid-action")
        for index, member in enumerate(self._members):
            if not self._resets_now(member):
                member.worker.check_action(actions[index], f"actions[{index}]")
            if member.over and self.autoreset == "disabled":
                text = f"environment {index}: expected a reset after the end of its episode, found a step"
                raise InputError(text, "wrong-state")
        requests = [self._request(member, action) for member, action in zip(self._members, actions)]
        results = await self._ask(list(zip(self._members, requests)))
        for member, request, result in zip(self._members, requests, results):
            if request["method"] == "step":
                member.over = result.terminated or result.truncated
        if self._own and self.autoreset == "same-step":
            results = await self._restart_ended(results)
        encoded: List[Buffer] = [list_header(self.count)]
        for result in results:
            encoded += field_parts(step_fields(result))
        return reply_of("vector-step-result", [("results", encoded)], results)

    def _request(self, member: _Member, action: Any) -> Dict[str, Any]:
        return member.next_episode() if self._resets_now(member) else {"method": "step", "action": action}

    async def _restart_ended(self, results: List[EncodedResult]) -> List[EncodedResult]:
        """The last step of an episode with the first observation of the next; the final ones go into the info."""
        ended = [member for member in self._members if member.over]
        firsts = iter(await self._ask([(member, member.next_episode()) for member in ended]) if ended else [])
        return [
            _joined(result, next(firsts)) if result.terminated or result.truncated else result for result in results
        ]

    async def _ask(self, requests: List[Tuple[_Member, Dict[str, Any]]]) -> List[EncodedResult]:
        """
        Asks all at once and waits in a thread: it sleeps until the first is ready and finds most others ready too, where the
        loop would be woken by each.
        """
        self._exchange = asyncio.get_running_loop().run_in_executor(self._thread, _exchange_all, requests)
        try:
            return await self._exchange
        finally:
            self._exchange = None

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


def _exchange_all(requests: List[Tuple[_Member, Dict[str, Any]]]) -> List[EncodedResult]:
    """Waits for all, even when one fails: no environment may still be moving when the next request comes."""
    failure: Optional[DsrError] = None
    asked: List[Tuple[_Member, str]] = []
    results: List[EncodedResult] = []
    for member, request in requests:
        try:
            member.worker.ask(request)
            asked.append((member, request["method"]))
        except DsrError as error:
            failure = error
    for member, method in asked:
        try:
            results.append(member.worker.take(method))
        except DsrError as error:
            failure = error
    if failure is not None:
        raise failure
    return results


def _joined(last: EncodedResult, first: EncodedResult) -> EncodedResult:
    info = extend_map(first.info, {"final_obs": last.observation, "final_info": last.info})
    return last._replace(observation=first.observation, info=info)
