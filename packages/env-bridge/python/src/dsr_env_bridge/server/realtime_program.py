# The realtime program: the environment moves at its own rate with the newest action, and a slow peer gets the newest
# frame. Knows nothing about sockets; the session says when a frame has left.
from __future__ import annotations

import asyncio
from typing import Any, Optional

from ..contract import AUTORESET_MODES
from ..errors import DsrError
from ..protocol.messages import Message
from ..spaces import check, violation_of, zero_of
from .frame_outlet import FrameOutlet
from .programs import (
    Program,
    Reply,
    reply_of,
    reset_fields,
    seed_text,
    wrong_request,
)
from .worker_process import WorkerProcess

#: Ticks that may be made up for after a pause; more are skipped.
_MAX_TICKS_BEHIND = 3


def idle_action_of(spec: Any) -> Any:
    """The spec's own `metadata.noop` where it lies in the action space, else the zero of the space."""
    noop = spec["metadata"].get("noop")
    if noop is not None and violation_of(spec["actionSpace"], noop) is None:
        return noop
    return zero_of(spec["actionSpace"])


class RealtimeProgram(Program):
    """Ticks one environment."""

    mode = "realtime"

    def __init__(self, worker: WorkerProcess, message: Message) -> None:
        super().__init__(worker.spec)
        self.tick_rate = message.get("tickRate", self.tick_rate)
        self._worker = worker
        self._idle_action = message["idleAction"] if "idleAction" in message else idle_action_of(worker.spec)
        self._action = self._idle_action
        self._frames = FrameOutlet(message.get("window"))
        self._session: Any = None
        self._tick = 0
        self._ticker: Optional[asyncio.Task] = None
        self._running = False
        self._attached = False
        self._changed = asyncio.Event()

    @staticmethod
    async def create(worker: WorkerProcess, message: Message) -> RealtimeProgram:
        """Raises InputError when the idle action does not lie in the action space."""
        program = RealtimeProgram(worker, message)
        try:
            check(worker.spec["actionSpace"], program._idle_action, "open.idleAction", "invalid-action")
        except DsrError:
            await worker.close()
            raise
        return program

    def bind(self, session: Any) -> None:
        self._session = session
        self._frames.bind(session)

    async def execute(self, request: Message) -> Reply:
        if request["type"] != "reset":
            raise wrong_request(request, self.mode)
        await self._stop()
        self._frames.clear()
        result = await self._worker.reset(seed_text(request.get("seed")), request.get("task"))
        self._action = self._idle_action
        self._tick = 0
        self._running = True
        self._ticker = asyncio.ensure_future(self._run())
        return reply_of("reset-result", reset_fields(result), [result])

    def act(self, action: Any) -> None:
        self._worker.check_action(action)
        self._action = action

    def acknowledge(self, frame: int) -> None:
        self._frames.acknowledge(frame)

    def set_attached(self, attached: bool) -> None:
        """Nobody sees what an unattended environment does, so it stands still until its client is back."""
        self._attached = attached
        self._changed.set()
        self._frames.set_attached(attached)

    async def close(self) -> None:
        """Does not wait for a tick that hangs; the worker's own time limit ends it."""
        self._running = False
        self._changed.set()
        await self._worker.close()

    async def _stop(self) -> None:
        """Waits for the tick that is under way, so that the environment is free."""
        self._running = False
        ticker, self._ticker = self._ticker, None
        if ticker is None or ticker is asyncio.current_task():
            return
        self._changed.set()
        await asyncio.gather(ticker, return_exceptions=True)

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        period = 1 / self.tick_rate
        due = loop.time() + period
        while self._running:
            if not self._attached:
                await self._wait(None)
                due = loop.time() + period
                continue
            due = max(due, loop.time() - _MAX_TICKS_BEHIND * period)
            if due > loop.time() and await self._wait(due - loop.time()):
                continue
            due += period
            await self._step()

    async def _wait(self, seconds: Optional[float]) -> bool:
        """Waits for a change, but not longer than that; tells whether there was one."""
        try:
            await asyncio.wait_for(self._changed.wait(), seconds)
        except asyncio.TimeoutError:
            return False
        self._changed.clear()
        return True

    async def _step(self) -> None:
        try:
            result = await self._worker.step(self._action)
        except DsrError as error:
            self._running = False
            await self._session.fail(error)
            return
        self._tick += 1
        if (result.terminated or result.truncated) and self.autoreset == AUTORESET_MODES[0]:
            self._running = False
        self._frames.offer(self._tick, result)
