# One session: executes each request exactly once and keeps the last reply for a client that lost its connection.
# Knows nothing about sockets or what its program does.
from __future__ import annotations

import asyncio
import time
from typing import Any, Awaitable, Callable, Dict, Optional

from ..errors import DsrError, InfrastructureError, InputError, classify_environment_error, error_message, is_fatal
from ..protocol.messages import Message
from ..protocol.writer import encode
from .programs import Program, Reply, encode_fields, timings_of


class Peer:
    """Whoever a session talks to."""

    async def send(self, message: bytes) -> None:
        """Returns when the message has left this process, or never will. Never raises."""
        raise NotImplementedError


class Session:
    """A session and its exactly-once bookkeeping."""

    def __init__(self, identity: Dict[str, str], program: Program, on_failure: Callable[..., None]) -> None:
        self.id = identity["id"]
        self.resume_token = identity["resumeToken"]
        self.environment = identity["environment"]
        self.program = program
        #: Whether its environment is gone; the last reply is still kept for a client that comes back for it.
        self.ended = False
        self.peer: Optional[Peer] = None
        self.last_request_id = 0
        self._on_failure = on_failure
        self._last_reply: Optional[bytes] = None
        self._running = False
        self._sent: Optional[asyncio.Task] = None

    def attach(self, peer: Peer) -> None:
        """Hands the session to a connection."""
        self.peer = peer
        self._sent = None
        self.program.set_attached(True)

    def detach(self, peer: Peer) -> bool:
        """Takes the session from a connection, unless another one has it already. Tells whether it did."""
        if self.peer is not peer:
            return False
        self.peer = None
        self._sent = None
        self.program.set_attached(False)
        return True

    def opened_message(self, request_id: int, timings: Dict[str, Any]) -> Message:
        """The reply to `open`."""
        return {
            "type": "opened",
            "id": request_id,
            "session": self.id,
            "resumeToken": self.resume_token,
            "mode": self.program.mode,
            "environment": self.environment,
            "spec": self.program.spec,
            "count": self.program.count,
            "autoreset": self.program.autoreset,
            "tickRate": self.program.tick_rate,
            "timings": timings,
        }

    def submit(self, request: Message, received_at: float) -> None:
        """
        Executes a request, or repeats the reply to one that was executed before.

        Raises InputError (`wrong-state`) for a second request in flight or an id that has passed.
        """
        request_id = request["id"]
        if request_id == self.last_request_id:
            if self._last_reply is not None:
                self._send(self._last_reply)
            return
        if self.ended:
            raise ended_error(self.id)
        if request_id < self.last_request_id:
            raise self._wrong_state(f"an id above {self.last_request_id}, found {request_id}")
        if self._running:
            raise self._wrong_state(f"request {self.last_request_id} to be answered first, found {request_id}")
        self.last_request_id = request_id
        self._last_reply = None
        self._running = True
        _keep(asyncio.ensure_future(self._run(request, received_at)))

    def act(self, action: Any) -> None:
        """Takes a realtime action. Raises InputError for a session of another mode or a wrong action."""
        if self.ended:
            raise ended_error(self.id)
        self.program.act(action)

    def push(self, message: bytes, sent: Callable[[], None]) -> None:
        """Sends something that answers no request, such as a frame; `sent` is called when it has left."""
        if self.peer is None or self.ended:
            return
        _keep(asyncio.ensure_future(_then(self.peer.send(message), sent)))

    async def fail(self, error: DsrError, tell_peer: bool = True) -> None:
        """Ends the session because its environment failed, and tells the peer unless a reply will."""
        if self.ended:
            return
        self.ended = True
        if tell_peer:
            self._send(encode(error_message(error, session=self.id, session_ended=True)))
        self._on_failure(self, error)
        await self.program.close()

    async def close(self) -> None:
        """Ends the session and frees its environment."""
        self.ended = True
        await self.program.close()

    async def _run(self, request: Message, received_at: float) -> None:
        # A peer that does not read costs one reply: the next request waits until that has left.
        if self._sent is not None:
            await asyncio.wait([self._sent])
        started_at = time.perf_counter()
        try:
            reply = await self.program.execute(request)
            self._answer(self._encode(request, reply, 1000 * (started_at - received_at)))
        except Exception as error:  # noqa: BLE001 - every failure becomes a typed answer
            failure = classify_environment_error(error, f"environment '{self.environment}', {request['type']}")
            fatal = is_fatal(failure)
            self._answer(encode(error_message(failure, id=request["id"], session=self.id, session_ended=fatal)))
            if fatal:
                await self.fail(failure, tell_peer=False)

    def _encode(self, request: Message, reply: Reply, queue_ms: float) -> bytes:
        head = [("type", encode(reply.kind)), ("id", encode(request["id"])), ("session", encode(self.id))]
        return encode_fields([*head, *reply.fields, ("timings", encode(timings_of(queue_ms, reply)))])

    def _answer(self, reply: bytes) -> None:
        self._running = False
        self._last_reply = reply
        self._send(reply)

    def _send(self, message: bytes) -> None:
        if self.peer is not None:
            self._sent = _keep(asyncio.ensure_future(self.peer.send(message)))

    def _wrong_state(self, expected: str) -> InputError:
        return InputError(f"session {self.id}: expected {expected}", "wrong-state")


def ended_error(session_id: str) -> InfrastructureError:
    """The error for a session whose environment is gone."""
    return InfrastructureError(
        f"session {session_id}: expected an open session, found one that has ended", "session-not-found"
    )


async def _then(work: Awaitable[None], done: Callable[[], None]) -> None:
    await work
    done()


_TASKS: set = set()


def _keep(task: asyncio.Task) -> asyncio.Task:
    """The event loop itself forgets tasks that nobody holds."""
    _TASKS.add(task)
    task.add_done_callback(_TASKS.discard)
    return task
