# Between a ticking environment and its peer: at most one frame waits, and it is the newest.
# Knows nothing about sockets or clocks.
from __future__ import annotations

from typing import Any, Optional

from ..protocol.writer import encode
from ..worker_frames import EncodedResult
from .programs import Fields, encode_fields, reply_of, timings_of


class FrameOutlet:
    """Between a ticking environment and its peer: at most one frame waits, and it is the newest."""

    def __init__(self, window: Optional[int]) -> None:
        self.attached = False
        self._window = window
        self._session: Any = None
        self._waiting: Optional[tuple] = None
        self._sending = False
        self._generation = 0
        self._frame = 0
        self._acknowledged = 0
        self._dropped = 0
        self._reward = 0.0
        self._terminated = False
        self._truncated = False

    def bind(self, session: Any) -> None:
        """Gets the way to the peer."""
        self._session = session

    def offer(self, tick: int, result: EncodedResult) -> None:
        """Takes the result of a tick; an older frame that still waits is dropped, but its reward and flags are kept."""
        if self._waiting is not None:
            self._dropped += 1
        self._reward += result.reward
        self._terminated = self._terminated or result.terminated
        self._truncated = self._truncated or result.truncated
        self._waiting = (tick, result)
        self._send()

    def acknowledge(self, frame: int) -> None:
        """The peer has everything up to a frame."""
        self._acknowledged = max(self._acknowledged, min(frame, self._frame))
        self._send()

    def set_attached(self, attached: bool) -> None:
        """Another connection knows nothing of what was under way on the last one."""
        self.attached = attached
        self._generation += 1
        self._sending = False
        self._acknowledged = self._frame
        if attached:
            self._send()

    def clear(self) -> None:
        """Forgets what happened before a reset."""
        self._waiting = None
        self._forget()

    def _send(self) -> None:
        credit = self._window is None or self._frame - self._acknowledged < self._window
        if self._waiting is None or self._sending or not credit or not self.attached:
            return
        tick, result = self._waiting
        self._waiting = None
        self._frame += 1
        self._sending = True
        message = self._message(tick, result)
        self._forget()
        self._session.push(message, lambda generation=self._generation: self._on_sent(generation))

    def _on_sent(self, generation: int) -> None:
        if generation == self._generation:
            self._sending = False
            self._send()

    def _message(self, tick: int, result: EncodedResult) -> bytes:
        timings = timings_of(0, reply_of("frame", [], [result]))
        fields: Fields = [
            ("type", encode("frame")),
            ("session", encode(self._session.id)),
            ("frame", encode(self._frame)),
            ("tick", encode(tick)),
            ("observation", result.observation),
            ("reward", encode(self._reward)),
            ("terminated", encode(self._terminated)),
            ("truncated", encode(self._truncated)),
            ("info", result.info),
            ("dropped", encode(self._dropped)),
            ("timings", encode(timings)),
        ]
        return encode_fields(fields)

    def _forget(self) -> None:
        self._dropped = 0
        self._reward = 0.0
        self._terminated = False
        self._truncated = False
