# Hosts environments over WebSocket: listens, greets, and closes everything again.
# Knows nothing about the environments, nor about what is said after the greeting.
from __future__ import annotations

import asyncio
import http
import logging
from dataclasses import dataclass, field
from typing import Any, Dict, List, Optional, Sequence, Tuple

from websockets.asyncio.server import Server, ServerConnection, serve

from .. import __version__
from ..errors import InputError, error_message
from ..protocol.limits import ServerLimits
from ..protocol.messages import CLOSE_GOING_AWAY, CLOSE_PROTOCOL_VERSION, CLOSE_TOO_MANY, PROTOCOL, Message
from ..protocol.writer import encode
from ..targets import name_of
from .authorization import bearer_token, check_exposure, is_allowed_origin, same_secret
from .connection import Connection, ConnectionContext
from .events import Log, silent_log
from .registry import HostedEnvironment, SessionRegistry

#: Messages somewhat over the limit still get a typed answer; far over it the connection is closed with 1009.
_OVERSIZE_FACTOR = 2


@dataclass(frozen=True)
class ServerOptions:
    """How to listen. Targets are as after `--env`; the first is the default environment."""

    targets: Sequence[str]
    #: Options of every environment, before those of `open`.
    options: Dict[str, Any] = field(default_factory=dict)
    host: str = "127.0.0.1"
    port: int = 0
    token: Optional[str] = None
    limits: ServerLimits = field(default_factory=ServerLimits)
    #: Whether to make each environment once at the start, to tell its spec in the handshake.
    describe: bool = True
    log: Log = silent_log


class EnvServer:
    """A listening server."""

    def __init__(self, options: ServerOptions, environments: List[HostedEnvironment]) -> None:
        self._options = options
        self.environments = environments
        self._registry = SessionRegistry(environments, options.limits, options.log)
        self._context = ConnectionContext(self._registry, options.limits, options.token, options.log, self._hello)
        self._connections: set = set()
        self._numbered = 0
        self._server: Any = None
        self.url = ""
        self.port = 0

    @staticmethod
    async def listen(options: ServerOptions) -> EnvServer:
        """
        Starts to listen.

        Raises InputError for a port in use, an exposed address without a token, equal names or wrong options.
        """
        check_exposure(options.host, options.token)
        environments = [HostedEnvironment(name, target, options.options) for name, target in _named(options.targets)]
        server = EnvServer(options, environments)
        await server._listen()
        try:
            if options.describe:
                await asyncio.gather(*(environment.describe(options.limits) for environment in environments))
        except BaseException:
            await server.close()
            raise
        return server

    async def close(self) -> None:
        """Closes all connections, sessions and environments."""
        if self._server is not None:
            self._server.close(close_connections=False)
        closing = [connection.close(CLOSE_GOING_AWAY, "server closed") for connection in list(self._connections)]
        await asyncio.gather(*closing, return_exceptions=True)
        await self._registry.close_all()
        if self._server is not None:
            await self._server.wait_closed()

    async def _listen(self) -> None:
        options, limits = self._options, self._options.limits
        logger = logging.getLogger("dsr_env_bridge.websockets")
        logger.setLevel(logging.CRITICAL)
        try:
            self._server = await serve(
                self._greet,
                options.host,
                options.port,
                select_subprotocol=_select_subprotocol,
                process_request=self._process_request,
                compression=None,
                open_timeout=limits.handshake_timeout_ms / 1000,
                ping_interval=limits.heartbeat_ms / 1000,
                ping_timeout=2 * limits.heartbeat_ms / 1000,
                close_timeout=2,
                max_size=limits.max_message_bytes * _OVERSIZE_FACTOR,
                # A message counts as sent when its last byte has left this process.
                write_limit=0,
                server_header=None,
                logger=logger,
            )
        except OSError as error:
            found = "it in use" if error.errno in (48, 98) else str(error.strerror or error)
            text = f"port {options.port} on {options.host}: expected to listen on it, found {found}"
            raise InputError(text) from error
        self.port = _port_of(self._server)
        shown = f"[{options.host}]" if ":" in options.host else options.host
        self.url = f"ws://{shown}:{self.port}"

    def _process_request(self, connection: ServerConnection, request: Any) -> Any:
        if request.headers.get("Upgrade", "").lower() != "websocket":
            if request.path == "/healthz":
                return connection.respond(http.HTTPStatus.OK, "OK\n")
            text = f"expected a WebSocket with subprotocol {PROTOCOL}\n"
            return connection.respond(http.HTTPStatus.UPGRADE_REQUIRED, text)
        if not is_allowed_origin(request.headers.get("Origin"), self._options.host):
            return connection.respond(http.HTTPStatus.FORBIDDEN, "")
        return None

    async def _greet(self, socket: ServerConnection) -> None:
        if socket.subprotocol != PROTOCOL:
            return await _reject_version(socket)
        if len(self._connections) >= self._options.limits.max_connections:
            text = f"connections: expected at most {self._options.limits.max_connections}, found one more"
            refusal = {**error_message(InputError(text)), "code": "too-many-sessions", "retriable": True}
            return await _reject(socket, refusal, CLOSE_TOO_MANY)
        found = bearer_token(None if socket.request is None else socket.request.headers.get("Authorization"))
        token = self._options.token
        authorized = token is None or (found is not None and same_secret(token, found))
        self._numbered += 1
        self._connections.add(socket)
        try:
            await Connection(socket, self._context, self._numbered, authorized).run(
                not authorized and found is not None
            )
        finally:
            self._connections.discard(socket)

    def _hello(self, authorized: bool) -> Message:
        environments = []
        for environment in self.environments if authorized else []:
            spec = {} if environment.spec is None else {"spec": environment.spec}
            environments.append({"name": environment.name, "description": environment.target, **spec})
        return {
            "type": "hello",
            "protocol": PROTOCOL,
            "server": {"name": "dsr-env-bridge", "version": __version__},
            "authorized": authorized,
            "environments": environments,
            "limits": self._options.limits.to_wire(),
        }


def _select_subprotocol(_connection: ServerConnection, offered: Sequence[str]) -> Any:
    """Another version is accepted as far as the WebSocket goes, so that it can be told why it is refused."""
    if PROTOCOL in offered:
        return PROTOCOL
    return offered[0] if offered else None


async def _reject_version(socket: ServerConnection) -> None:
    found = "none" if socket.subprotocol is None else f"'{socket.subprotocol[:40]}'"
    error = InputError(f"subprotocol: expected '{PROTOCOL}', found {found}", "protocol-version")
    await _reject(socket, error_message(error), CLOSE_PROTOCOL_VERSION)


async def _reject(socket: ServerConnection, message: Message, close_code: int) -> None:
    await socket.send(encode(message))
    await socket.close(close_code, message["code"])


def _named(targets: Sequence[str]) -> List[Tuple[str, str]]:
    if not targets:
        raise InputError("env: expected at least one environment, found none")
    named = [(name_of(target), target) for target in targets]
    names = [name for name, _ in named]
    for name in names:
        if names.count(name) > 1:
            raise InputError(f"env: expected different names, found '{name}' twice")
    return named


def _port_of(server: Server) -> int:
    return next(iter(server.sockets)).getsockname()[1]
