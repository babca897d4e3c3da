# One WebSocket of a server: greeting, authorization, limits and the way of every message to its session.
# Knows nothing about what sessions do; the library below answers and sends pings.
from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import Any, Callable, Dict, Optional

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from ..errors import DsrError, InfrastructureError, InputError, classify_environment_error, error_message
from ..protocol.limits import ServerLimits
from ..protocol.messages import (
    CLOSE_BAD_MESSAGES,
    CLOSE_HANDSHAKE_TIMEOUT,
    CLOSE_UNAUTHORIZED,
    Message,
    parse_client_message,
    request_id_of,
    session_id_of,
)
from ..protocol.reader import decode
from ..protocol.writer import encode
from .authorization import same_secret
from .events import Log
from .registry import SessionRegistry
from .session import Peer, Session


@dataclass(frozen=True)
class ConnectionContext:
    """What all connections of a server share."""

    registry: SessionRegistry
    limits: ServerLimits
    token: Optional[str]
    log: Log
    hello: Callable[[bool], Message]


class Connection(Peer):
    """Serves one peer."""

    def __init__(self, socket: ServerConnection, context: ConnectionContext, number: int, authorized: bool) -> None:
        self._socket = socket
        self._context = context
        self._number = number
        self._authorized = authorized
        self._sessions: Dict[str, Session] = {}
        self._bad_messages = 0
        self._closed = False
        self._work: set = set()

    async def run(self, wrong_token: bool) -> None:
        """Says hello and serves until the connection is gone."""
        self._context.log("connection-opened", connection=self._number)
        timer = None
        try:
            await self.send(encode(self._context.hello(self._authorized)))
            if wrong_token:
                await self._reject_unauthorized("a wrong one", None)
            elif not self._authorized:
                seconds = self._context.limits.handshake_timeout_ms / 1000
                timer = asyncio.get_running_loop().call_later(seconds, self._expire_authorization)
            async for message in self._socket:
                await self._receive(message)
        except ConnectionClosed:
            pass
        finally:
            if timer is not None:
                timer.cancel()
            self._on_close()

    async def send(self, message: bytes) -> None:
        waiting = self._socket.transport.get_write_buffer_size()
        if waiting > 0 and waiting + len(message) > self._context.limits.max_buffered_bytes:
            # A peer that does not read must not fill this process's memory.
            self._socket.transport.abort()
            return
        try:
            await self._socket.send(message)
        except ConnectionClosed:
            pass

    async def _receive(self, data: Any) -> None:
        received_at = time.perf_counter()
        value: Any = None
        try:
            if not isinstance(data, bytes):
                raise InputError("message: expected a binary frame, found a text frame", "invalid-message")
            limits = self._context.limits
            if len(data) > limits.max_message_bytes:
                text = f"message: expected at most {limits.max_message_bytes} bytes, found {len(data)}"
                raise InputError(text, "too-large")
            value = decode(data, limits.max_message_values)
            await self._route(parse_client_message(value), received_at)
        except Exception as error:  # noqa: BLE001 - every failure becomes a typed answer
            await self._refuse(error, value)

    async def _route(self, message: Message, received_at: float) -> None:
        if not self._authorized and not await self._authorize(message):
            return
        kind = message["type"]
        if kind == "act":
            self._session(message["session"]).act(message["action"])
        elif kind == "acknowledge":
            self._session(message["session"]).program.acknowledge(message["frame"])
        elif kind in ("open", "resume", "close"):
            handler = {"open": self._open, "resume": self._resume, "close": self._close_session}[kind]
            self._start(self._answering(message, handler(message, received_at)))
        else:
            self._session(message["session"]).submit(message, received_at)

    def _session(self, session_id: str) -> Session:
        session = self._sessions.get(session_id)
        if session is None or session.peer is not self:
            text = f"session {session_id}: expected a session of this connection, found none"
            raise InfrastructureError(text, "session-not-found")
        return session

    async def _authorize(self, message: Message) -> bool:
        token = self._context.token
        found = message.get("token") if message["type"] in ("open", "resume") else None
        if token is not None and found is not None and same_secret(token, found):
            self._authorized = True
            return True
        await self._reject_unauthorized("none" if found is None else "a wrong one", request_id_of(message))
        return False

    async def _reject_unauthorized(self, found: str, request_id: Optional[int]) -> None:
        error = InputError(f"token: expected the server's token, found {found}", "unauthorized")
        self._log_refusal(error)
        await self.send(encode(error_message(error, id=request_id)))
        await self._socket.close(CLOSE_UNAUTHORIZED, "unauthorized")

    def _expire_authorization(self) -> None:
        if not self._authorized:
            self._start(self._socket.close(CLOSE_HANDSHAKE_TIMEOUT, "no authorization in time"))

    async def _open(self, message: Message, received_at: float) -> None:
        started_at = time.perf_counter()
        registry = self._context.registry
        session = await registry.open(message)
        if self._closed and "key" not in message:
            # Without a key nobody could ever come back for it.
            return await registry.close(session, "its client has gone")
        self._take(session)
        if self._closed:
            return registry.detach(session, self)
        timings = _timings(started_at - received_at, time.perf_counter() - started_at)
        await self.send(encode(session.opened_message(message["id"], timings)))

    async def _resume(self, message: Message, received_at: float) -> None:
        session = self._context.registry.find(message["session"], message["resumeToken"])
        self._take(session)
        self._context.log("session-resumed", session=session.id)
        resumed = {"type": "resumed", "id": message["id"], "session": session.id}
        timings = _timings(time.perf_counter() - received_at, 0)
        await self.send(encode({**resumed, "lastRequestId": session.last_request_id, "timings": timings}))

    def _take(self, session: Session) -> None:
        self._context.registry.attach(session, self)
        self._sessions[session.id] = session

    async def _close_session(self, message: Message, received_at: float) -> None:
        session = self._session(message["session"])
        started_at = time.perf_counter()
        del self._sessions[session.id]
        await self._context.registry.close(session, "closed by its client")
        timings = _timings(started_at - received_at, time.perf_counter() - started_at)
        await self.send(encode({"type": "closed", "id": message["id"], "session": session.id, "timings": timings}))

    async def _answering(self, message: Message, work: Any) -> None:
        try:
            await work
        except Exception as error:  # noqa: BLE001 - every failure becomes a typed answer
            await self._refuse(error, message)

    async def _refuse(self, thrown: Exception, value: Any) -> None:
        """Answers what cannot be done; only malformed messages count against the connection."""
        error = classify_environment_error(thrown, "server")
        self._log_refusal(error)
        request_id, session, ended = request_id_of(value), session_id_of(value), error.code == "session-not-found"
        await self.send(encode(error_message(error, id=request_id, session=session, session_ended=ended)))
        if error.code not in ("invalid-message", "too-large"):
            return
        self._bad_messages += 1
        if self._bad_messages >= self._context.limits.max_bad_messages:
            await self._socket.close(CLOSE_BAD_MESSAGES, "too many malformed messages")

    def _log_refusal(self, error: DsrError) -> None:
        self._context.log("message-refused", connection=self._number, code=error.code, message=error.message)

    def _start(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._work.add(task)
        task.add_done_callback(self._work.discard)

    def _on_close(self) -> None:
        self._closed = True
        for session in self._sessions.values():
            self._context.registry.detach(session, self)
        self._sessions.clear()
        code, reason = self._socket.close_code, self._socket.close_reason
        self._context.log("connection-closed", connection=self._number, code=code, reason=reason)


def _timings(queue_seconds: float, work_seconds: float) -> Dict[str, float]:
    return {"queueMs": 1000 * queue_seconds, "environmentMs": 1000 * work_seconds, "encodeMs": 0.0}
