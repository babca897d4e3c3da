# All sessions of a server: opens, finds, resumes and expires them, and makes their environments.
# Knows nothing about sockets; peers are whoever sends and receives.
from __future__ import annotations

import asyncio
import secrets
from typing import Any, Dict, List, Optional

from ..errors import DsrError, InfrastructureError, InputError, classify_environment_error, unknown_name_error
from ..protocol.limits import ServerLimits
from ..protocol.messages import Message
from .authorization import same_secret
from .events import Log
from .programs import LockstepProgram, Program, check_settings
from .realtime_program import RealtimeProgram
from .session import Peer, Session
from .vector_program import VectorProgram
from .worker_process import WorkerProcess


class HostedEnvironment:
    """An environment a server hosts: its target, its options by default, and a worker kept ready for the first session."""

    def __init__(self, name: str, target: str, options: Dict[str, Any]) -> None:
        self.name = name
        self.target = target
        self.options = options
        self.spec: Optional[Dict[str, Any]] = None
        self.spare: Optional[WorkerProcess] = None

    async def describe(self, limits: ServerLimits) -> None:
        """Makes the environment once, to tell its spec in the handshake."""
        self.spare = await WorkerProcess.create(self.name, self.target, self.options, limits)
        self.spec = self.spare.spec

    async def create(self, options: Dict[str, Any], limits: ServerLimits) -> WorkerProcess:
        """A worker with its environment; the one that told the spec serves the first session of default options."""
        spare, self.spare = (self.spare, None) if options == {} else (None, self.spare)
        if spare is not None and spare.is_alive():
            return spare
        return await WorkerProcess.create(self.name, self.target, {**self.options, **options}, limits)

    async def close(self) -> None:
        """Ends the worker that was kept ready."""
        spare, self.spare = self.spare, None
        if spare is not None:
            await spare.close()


class SessionRegistry:
    """Owns the sessions."""

    def __init__(self, environments: List[HostedEnvironment], limits: ServerLimits, log: Log) -> None:
        self._environments = environments
        self._limits = limits
        self._log = log
        self._sessions: Dict[str, Session] = {}
        self._opening: Dict[str, asyncio.Future[Session]] = {}
        self._by_key: Dict[str, str] = {}
        self._expiry: Dict[str, asyncio.TimerHandle] = {}
        self._pending = 0
        self._numbered = 0
        self._closed = False

    async def open(self, message: Message) -> Session:
        """
        Opens a session, or finds the one that the same key has opened before. It has no connection yet.

        Raises InputError for an unknown environment or bad options, InfrastructureError when there are too many.
        """
        key = message.get("key")
        if key is None:
            return await self._create(message)
        existing = self._sessions.get(self._by_key.get(key, ""))
        if existing is not None:
            return existing
        opening = self._opening.get(key)
        if opening is None:
            opening = self._opening[key] = asyncio.ensure_future(self._create(message))
            opening.add_done_callback(lambda _done: self._opening.pop(key, None))
        session = await asyncio.shield(opening)
        self._by_key[key] = session.id
        return session

    def find(self, session_id: str, resume_token: str) -> Session:
        """The session of an id whose token is known; `session-not-found` for an unknown id as for a wrong token."""
        session = self._sessions.get(session_id)
        matches = same_secret(secrets.token_urlsafe(24) if session is None else session.resume_token, resume_token)
        if session is None or not matches:
            text = f"session {session_id}: expected an open session and its token, found none"
            raise InfrastructureError(text, "session-not-found")
        return session

    def attach(self, session: Session, peer: Peer) -> None:
        """Gives a session to a peer and stops its expiry."""
        self._stop_expiry(session.id)
        session.attach(peer)
        if session.ended:
            self._start_expiry(session)

    def detach(self, session: Session, peer: Peer) -> None:
        """Notes that a peer has gone; the session waits for it for a while."""
        if session.detach(peer) and session.id in self._sessions:
            self._log("session-detached", session=session.id)
            self._start_expiry(session)

    async def close(self, session: Session, reason: str) -> None:
        """Closes a session for good."""
        self._stop_expiry(session.id)
        if self._sessions.pop(session.id, None) is None:
            return
        self._by_key = {key: found for key, found in self._by_key.items() if found != session.id}
        await session.close()
        self._log("session-closed", session=session.id, reason=reason)

    async def close_all(self) -> None:
        """Closes all sessions, and refuses new ones."""
        self._closed = True
        await asyncio.gather(*self._opening.values(), return_exceptions=True)
        await asyncio.gather(*(self.close(session, "server closed") for session in list(self._sessions.values())))
        await asyncio.gather(*(environment.close() for environment in self._environments))

    async def _create(self, message: Message) -> Session:
        environment = self._environment_of(message.get("environment"))
        self._check_room()
        self._pending += 1
        try:
            program = await self._program(environment, message)
        except Exception as error:  # noqa: BLE001 - every failure becomes a typed answer
            failure = classify_environment_error(error, f"environment '{environment.name}', create")
            if not isinstance(failure, InputError):
                self._log_failure(failure, None, environment.name)
            raise failure from error
        finally:
            self._pending -= 1
        self._numbered += 1
        session_id, token = f"session-{self._numbered}", secrets.token_urlsafe(24)
        identity = {"id": session_id, "resumeToken": token, "environment": environment.name}
        session = Session(identity, program, self._on_failure)
        program.bind(session)
        self._sessions[session_id] = session
        self._log("session-opened", session=session_id, environment=environment.name, mode=program.mode)
        return session

    async def _program(self, environment: HostedEnvironment, message: Message) -> Program:
        check_settings(message)
        options = message.get("options", {})

        async def create() -> WorkerProcess:
            return await environment.create(options, self._limits)

        if message["mode"] == "vector":
            return await VectorProgram.create(create, message, self._limits)
        if message["mode"] == "realtime":
            return await RealtimeProgram.create(await create(), message)
        return LockstepProgram(await create())

    def _on_failure(self, session: Session, error: DsrError) -> None:
        self._log_failure(error, session.id, session.environment)
        self._start_expiry(session)

    def _log_failure(self, error: DsrError, session: Optional[str], environment: str) -> None:
        details = {"session": session, "environment": environment, "code": error.code, "message": error.message}
        self._log("environment-failed", **details)

    def _environment_of(self, name: Optional[str]) -> HostedEnvironment:
        if name is None:
            return self._environments[0]
        for environment in self._environments:
            if environment.name == name:
                return environment
        raise unknown_name_error("environment", name, [each.name for each in self._environments], "unknown-environment")

    def _check_room(self) -> None:
        if self._closed:
            raise InfrastructureError("server: expected it to run, found it closing", "disconnected")
        open_sessions = sum(not session.ended for session in self._sessions.values())
        if open_sessions + self._pending >= self._limits.max_sessions:
            text = f"sessions: expected at most {self._limits.max_sessions}, found one more"
            raise InfrastructureError(text, "too-many-sessions", retriable=True)

    def _start_expiry(self, session: Session) -> None:
        self._stop_expiry(session.id)
        reason = "environment failed" if session.ended else "nobody came back"

        def expire() -> None:
            asyncio.ensure_future(self.close(session, reason))

        loop = asyncio.get_running_loop()
        self._expiry[session.id] = loop.call_later(self._limits.resume_grace_ms / 1000, expire)

    def _stop_expiry(self, session_id: str) -> None:
        timer = self._expiry.pop(session_id, None)
        if timer is not None:
            timer.cancel()
