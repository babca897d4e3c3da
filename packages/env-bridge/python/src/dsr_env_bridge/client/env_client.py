# The client's front door: connects to a server and opens sessions on it. For one thread.
# Knows nothing about how requests survive a lost connection; the link does.
from __future__ import annotations

import secrets
from collections import deque
from typing import Any, Deque, Dict, Iterator, List, NamedTuple, Optional, Sequence

from ..errors import DsrError, InputError, error_of_code
from ..protocol.messages import Message
from ..spaces import check
from .link import ClientOptions, Link, LinkedSession

_DEFAULT_WINDOW = 4


class ResetReply(NamedTuple):
    """The first observation of an episode."""

    observation: Dict[str, Any]
    info: Dict[str, Any]


class StepReply(NamedTuple):
    """What a step has led to."""

    observation: Dict[str, Any]
    reward: float
    terminated: bool
    truncated: bool
    info: Dict[str, Any]


class EnvClient:
    """A connection to an environment server. Use as a context manager, or close it."""

    def __init__(self, url: str, options: Optional[ClientOptions] = None) -> None:
        """Connects. Raises InputError (`unauthorized`, `protocol-version`) or InfrastructureError (`disconnected`)."""
        self._link = Link(url, options or ClientOptions())

    @property
    def hello(self) -> Message:
        """What the server said first: its environments with their default specs, and its limits."""
        return self._link.hello

    def open_session(
        self, environment: Optional[str] = None, options: Optional[Dict[str, Any]] = None
    ) -> RemoteEnvironment:
        """Opens a lockstep session. Raises InputError for an unknown name or bad options."""
        return RemoteEnvironment(self._link, self._open("lockstep", environment, options))

    def open_vector_session(self, count: int, autoreset: Optional[str] = None, **which: Any) -> RemoteVectorEnvironment:
        """Opens a session of N environments; `environment` and `options` as for `open_session`."""
        settings = {"count": count, **({} if autoreset is None else {"autoreset": autoreset})}
        return RemoteVectorEnvironment(self._link, self._open("vector", settings=settings, **which))

    def open_realtime_session(
        self, tick_rate: Optional[float] = None, window: int = _DEFAULT_WINDOW, **which: Any
    ) -> RealtimeSession:
        """Opens a session that ticks by itself after its first reset."""
        settings = {"window": window, **({} if tick_rate is None else {"tickRate": tick_rate})}
        return RealtimeSession(self._link, self._open("realtime", settings=settings, **which))

    def close(self) -> None:
        """Closes the connection; the server closes sessions that were left open after its grace time."""
        self._link.close()

    def __enter__(self) -> EnvClient:
        return self

    def __exit__(self, *_error: Any) -> None:
        self.close()

    def _open(
        self,
        mode: str,
        environment: Optional[str] = None,
        options: Optional[Dict[str, Any]] = None,
        settings: Optional[Dict[str, Any]] = None,
    ) -> Message:
        given = {"environment": environment, "options": options}
        chosen = {key: value for key, value in given.items() if value is not None}
        # The key makes sure that an `open` sent again after a loss finds the session it has made.
        key = secrets.token_urlsafe(18)
        return self._link.request({"type": "open", "mode": mode, "key": key, **chosen, **(settings or {})})


class _Remote(LinkedSession):
    def __init__(self, link: Link, opened: Message) -> None:
        super().__init__(opened["session"], opened["resumeToken"])
        self.spec: Message = opened["spec"]
        self.count: int = opened["count"]
        self.autoreset: str = opened["autoreset"]
        #: Milliseconds of the last reply, as the server measured them.
        self.last_timings: Dict[str, float] = opened["timings"]
        self._link = link
        link.sessions[self.id] = self

    def close(self) -> None:
        """Closes the session and its environments."""
        if self.error is None and self.id in self._link.sessions:
            self._ask({"type": "close"})
            del self._link.sessions[self.id]
            self.error = InputError(f"session {self.id}: expected an open session, found it closed", "wrong-state")

    def _ask(self, body: Message) -> Message:
        if self.error is not None:
            raise self.error
        reply = self._link.request({**body, "session": self.id})
        self.last_timings = reply["timings"]
        return reply


class RemoteEnvironment(_Remote):
    """An environment at a server that moves only when it is asked to."""

    def reset(self, seed: Any = None, task: Optional[str] = None) -> ResetReply:
        """Starts an episode; seeds are texts or integers of any size."""
        reply = self._ask({"type": "reset", "seed": None if seed is None else str(seed), "task": task})
        return ResetReply(reply["observation"], reply["info"])

    def step(self, action: Any) -> StepReply:
        """Carries out an action."""
        return _step_reply(self._ask({"type": "step", "action": action}))


class RemoteVectorEnvironment(_Remote):
    """N environments at a server, stepped by one message."""

    def reset(
        self,
        seed: Any = None,
        seeds: Optional[Sequence[Any]] = None,
        mask: Optional[Sequence[bool]] = None,
        task: Optional[str] = None,
    ) -> List[Optional[ResetReply]]:
        """Starts episodes; environments that the mask leaves out give None."""
        body: Message = {"type": "vector-reset", "seed": None if seed is None else str(seed), "task": task}
        if seeds is not None:
            body["seeds"] = [None if each is None else str(each) for each in seeds]
        if mask is not None:
            body["mask"] = list(mask)
        results = self._ask(body)["results"]
        return [None if each is None else ResetReply(each["observation"], each["info"]) for each in results]

    def step(self, actions: Sequence[Any]) -> List[StepReply]:
        """Carries out one action in each environment."""
        return [_step_reply(each) for each in self._ask({"type": "vector-step", "actions": list(actions)})["results"]]


class RealtimeSession(_Remote):
    """An environment that ticks at its own rate; frames come by themselves."""

    def __init__(self, link: Link, opened: Message) -> None:
        super().__init__(link, opened)
        self.tick_rate: float = opened["tickRate"]
        self._frames: Deque[Message] = deque()
        self._refused: Optional[DsrError] = None

    def reset(self, seed: Any = None, task: Optional[str] = None) -> ResetReply:
        """Starts an episode; frames of the one before are forgotten."""
        reply = self._ask({"type": "reset", "seed": None if seed is None else str(seed), "task": task})
        for frame in self._frames:
            self._acknowledge(frame)
        self._frames.clear()
        return ResetReply(reply["observation"], reply["info"])

    def act(self, action: Any) -> None:
        """Sets the action of all ticks to come. Raises InputError (`invalid-action`)."""
        check(self.spec["actionSpace"], action, "action", "invalid-action")
        self._link.notify({"type": "act", "session": self.id, "action": action})

    def frames(self, timeout: float = 60.0) -> Iterator[Message]:
        """The frames as they come, with `frame`, `tick`, `observation`, `reward`, flags, `info` and `dropped`."""
        while True:
            while not self._frames:
                if self.error is not None:
                    raise self.error
                if self._refused is not None:
                    refused, self._refused = self._refused, None
                    raise refused
                self._link.poll(timeout)
            frame = self._frames.popleft()
            self._acknowledge(frame)
            yield frame

    def on_message(self, message: Message) -> None:
        if message["type"] == "frame":
            self._frames.append(message)
        elif message["type"] == "error":
            self._refused = error_of_code(message["code"], message["message"], message["retriable"])

    def _acknowledge(self, frame: Message) -> None:
        self._link.notify({"type": "acknowledge", "session": self.id, "frame": frame["frame"]})


def _step_reply(message: Message) -> StepReply:
    return StepReply(*(message[key] for key in ("observation", "reward", "terminated", "truncated", "info")))
