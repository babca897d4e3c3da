# What a server allows its peers: sizes, counts and times, each with a default (protocol, section 10).
# Knows nothing about how they are enforced.
from __future__ import annotations

from dataclasses import dataclass

MEBIBYTE = 1_048_576


@dataclass(frozen=True)
class ServerLimits:
    """Limits of a server; sizes in bytes, times in milliseconds."""

    max_message_bytes: int = 16 * MEBIBYTE
    max_message_values: int = 65_536
    #: Bytes that may wait for a peer that does not read; above it the connection is ended.
    max_buffered_bytes: int = 128 * MEBIBYTE
    max_connections: int = 256
    max_sessions: int = 256
    max_vector_count: int = 256
    max_bad_messages: int = 100
    handshake_timeout_ms: float = 10_000
    heartbeat_ms: float = 15_000
    resume_grace_ms: float = 60_000
    create_timeout_ms: float = 600_000
    reset_timeout_ms: float = 600_000
    step_timeout_ms: float = 120_000
    close_timeout_ms: float = 10_000

    def to_wire(self) -> dict:
        """The limits that the handshake tells."""
        return {
            "maxMessageBytes": self.max_message_bytes,
            "maxSessions": self.max_sessions,
            "maxVectorCount": self.max_vector_count,
            "resumeGraceMs": self.resume_grace_ms,
            "stepTimeoutMs": self.step_timeout_ms,
            "resetTimeoutMs": self.reset_timeout_ms,
            "heartbeatMs": self.heartbeat_ms,
        }
