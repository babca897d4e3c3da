# A client's connection that comes back: a request is sent again after every loss until it is answered.
# Knows nothing about environments; sessions are whoever wants to be resumed. For one thread.
from __future__ import annotations

import random
import time
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Callable, Dict, Optional

from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidMessage
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from ..errors import DsrError, InfrastructureError, InputError, error_of_code
from ..protocol.messages import PROTOCOL, Message
from ..protocol.reader import decode
from ..protocol.writer import encode

_MAX_MESSAGE_BYTES = 268_435_456


@dataclass(frozen=True)
class ClientOptions:
    """How to connect; times in seconds. `attempts` 0 never connects again."""

    token: Optional[str] = None
    #: For one answer, over all reconnections; long enough that slow environments may start.
    request_timeout: float = 660.0
    handshake_timeout: float = 10.0
    heartbeat: float = 15.0
    attempts: int = 10
    initial_delay: float = 0.05
    max_delay: float = 5.0


class LinkedSession:
    """A session as the link sees it."""

    def __init__(self, session_id: str, resume_token: str) -> None:
        self.id = session_id
        self.resume_token = resume_token
        self.error: Optional[DsrError] = None

    def on_message(self, message: Message) -> None:
        """Hears what belongs to the session and answers no request."""


class Link:
    """Requests and sessions over a connection that may break."""

    def __init__(self, url: str, options: ClientOptions, jitter: Callable[[], float] = random.random) -> None:
        self.sessions: Dict[str, LinkedSession] = {}
        self._url = url
        self._options = options
        self._jitter = jitter
        self._next_id = 1
        self._closed = False
        self.hello: Message = {}
        self._opened = ExitStack()
        self._socket = self._connect()

    def request(self, body: Message) -> Message:
        """Sends a request, again after every loss, until it is answered. Raises DsrError as the server says."""
        request_id, self._next_id = self._next_id, self._next_id + 1
        deadline = time.monotonic() + self._options.request_timeout
        kind = body["type"]
        encoded = encode({"type": kind, "id": request_id, **{k: v for k, v in body.items() if k != "type"}})
        self._check_size(encoded)
        session = self.sessions.get(body.get("session", ""))
        while True:
            if session is not None and session.error is not None:
                raise session.error
            try:
                self._send(encoded)
                return self._wait_for(request_id, kind, deadline)
            except ConnectionClosed as error:
                self._reconnect(error)

    def notify(self, message: Message) -> None:
        """Sends what is not answered; lost when there is no connection."""
        try:
            self._send(encode(message))
        except ConnectionClosed:
            pass

    def poll(self, timeout: float) -> None:
        """Reads one message that answers no request. Raises InfrastructureError (`timeout`) when none comes."""
        deadline = time.monotonic() + timeout
        try:
            self._deliver(self._receive(deadline, "frame"))
        except ConnectionClosed as error:
            self._reconnect(error)

    def close(self) -> None:
        """Ends the connection."""
        self._closed = True
        self._opened.close()

    def _send(self, encoded: bytes) -> None:
        if self._closed:
            raise InfrastructureError(f"{self._url}: the client was closed", "disconnected")
        self._socket.send(encoded)

    def _wait_for(self, request_id: int, kind: str, deadline: float) -> Message:
        while True:
            message = self._receive(deadline, kind)
            if message.get("id") != request_id:
                self._deliver(message)
            elif message["type"] == "error":
                raise self._note_error(message)
            else:
                return message

    def _receive(self, deadline: float, kind: str) -> Message:
        try:
            return _read(self._socket, max(0.0, deadline - time.monotonic()))
        except TimeoutError:
            limit = f"{1000 * self._options.request_timeout:g} ms"
            text = f"request '{kind}': expected an answer within {limit}, found none"
            raise InfrastructureError(text, "timeout", retriable=True) from None

    def _deliver(self, message: Message) -> None:
        session = self.sessions.get(message.get("session") or "")
        if message["type"] == "error":
            error = self._note_error(message)
            if session is None and message.get("id") is None:
                raise error
            if session is not None and not message["sessionEnded"]:
                session.on_message(message)
        elif session is not None:
            session.on_message(message)

    def _note_error(self, message: Message) -> DsrError:
        error = error_of_code(message["code"], message["message"], message["retriable"])
        session = self.sessions.get(message.get("session") or "")
        if message["sessionEnded"] and session is not None:
            session.error = error
            del self.sessions[session.id]
        return error

    def _check_size(self, encoded: bytes) -> None:
        most = self.hello["limits"]["maxMessageBytes"]
        if len(encoded) > most:
            raise InputError(f"message: expected at most {most} bytes, found {len(encoded)}", "too-large")

    def _reconnect(self, cause: BaseException) -> None:
        last: BaseException = cause
        for attempt in range(self._options.attempts):
            whole = min(self._options.max_delay, self._options.initial_delay * 2**attempt)
            time.sleep(whole * (0.5 + self._jitter() / 2))
            try:
                self._socket = self._connect()
                return self._resume_all()
            except (ConnectionClosed, InfrastructureError) as error:
                last = error
        text = f"{self._url}: expected to connect again in {self._options.attempts} attempts, found '{last}'"
        raise InfrastructureError(text, "disconnected", retriable=True) from cause

    def _resume_all(self) -> None:
        for session in list(self.sessions.values()):
            body = {"type": "resume", "session": session.id, "resumeToken": session.resume_token}
            request_id, self._next_id = self._next_id, self._next_id + 1
            self._socket.send(encode({**body, "id": request_id}))
            deadline = time.monotonic() + self._options.handshake_timeout
            try:
                self._wait_for(request_id, "resume", deadline)
            except DsrError as error:
                if error.code in ("timeout", "disconnected"):
                    raise
                session.error = error
                self.sessions.pop(session.id, None)

    def _connect(self) -> ClientConnection:
        options = self._options
        headers = {} if options.token is None else {"Authorization": f"Bearer {options.token}"}
        opened = ExitStack()
        try:
            connecting = connect(
                self._url,
                subprotocols=[Subprotocol(PROTOCOL)],
                additional_headers=headers,
                compression=None,
                open_timeout=options.handshake_timeout,
                ping_interval=options.heartbeat,
                ping_timeout=2 * options.heartbeat,
                close_timeout=1,
                max_size=_MAX_MESSAGE_BYTES,
                proxy=None,
            )
            socket = opened.enter_context(connecting)
            self.hello = self._greeting(socket)
        except (OSError, TimeoutError, InvalidHandshake, InvalidMessage, ConnectionClosed) as error:
            text = f"{self._url}: expected a connection, found '{error}'"
            raise InfrastructureError(text, "disconnected", retriable=True) from error
        self._opened = opened
        return socket

    def _greeting(self, socket: ClientConnection) -> Message:
        hello = _read(socket, self._options.handshake_timeout)
        problem: Optional[DsrError] = None
        if hello["type"] == "error":
            problem = error_of_code(hello["code"], hello["message"], hello["retriable"])
        elif hello["type"] != "hello" or hello["protocol"] != PROTOCOL:
            text = f"{self._url}: expected a hello of {PROTOCOL}, found '{hello['type']}'"
            problem = InputError(text, "protocol-version")
        elif not hello["authorized"]:
            found = "none" if self._options.token is None else "a wrong one"
            problem = InputError(f"{self._url}: expected the server's token, found {found}", "unauthorized")
        if problem is None:
            return hello
        socket.close()
        raise problem


def _read(socket: ClientConnection, timeout: float) -> Message:
    data = socket.recv(timeout=timeout)
    message = decode(data) if isinstance(data, bytes) else None
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        raise InfrastructureError("server: expected a message of the protocol, found another", "internal")
    return message
