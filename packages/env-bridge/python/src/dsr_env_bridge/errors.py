# The one error base class, with the codes that cross the wire, and one-line texts of "what: expected X, found Y".
# Knows nothing about sockets, processes or exit codes.
from __future__ import annotations

import difflib
from typing import Any, Dict, Optional, Sequence

INPUT_CODES = frozenset(
    [
        "invalid-argument",
        "invalid-action",
        "invalid-message",
        "unknown-task",
        "unknown-environment",
        "unknown-policy",
        "unsupported",
        "protocol-version",
        "unauthorized",
        "too-large",
        "wrong-state",
    ]
)
INFRASTRUCTURE_CODES = frozenset(
    ["timeout", "disconnected", "session-not-found", "too-many-sessions", "environment-crashed", "internal"]
)

_MAX_TEXT_LENGTH = 500


class DsrError(Exception):
    """Base of every error this package raises on purpose; `code` is stable, the text is for people."""

    def __init__(self, code: str, message: str, *, retriable: bool = False) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.retriable = retriable


class InputError(DsrError):
    """An argument, file or configuration that a person can mend."""

    def __init__(self, message: str, code: str = "invalid-argument", *, retriable: bool = False) -> None:
        super().__init__(code, message, retriable=retriable)


class InfrastructureError(DsrError):
    """The environment, its process or the connection failed; evaluations count it apart from failed episodes."""

    def __init__(self, message: str, code: str = "environment-crashed", *, retriable: bool = False) -> None:
        super().__init__(code, message, retriable=retriable)


def is_input_code(code: str) -> bool:
    """Whether a code says that the caller can mend the matter."""
    return code in INPUT_CODES


def is_fatal(error: DsrError) -> bool:
    """Whether an error ends the session: all but bad input does."""
    return not is_input_code(error.code)


def wire_text(error: object) -> str:
    """The first line of an error's text, shortened: what may be shown to a stranger."""
    text = error.message if isinstance(error, DsrError) else str(error)
    if text == "" and isinstance(error, BaseException):
        text = type(error).__name__
    line = text.split("\n", 1)[0]
    return line if len(line) <= _MAX_TEXT_LENGTH else line[:_MAX_TEXT_LENGTH] + "…"


def error_of_code(code: str, text: str, retriable: bool = False) -> DsrError:
    """Makes the error of a code: InputError, InfrastructureError or plain DsrError."""
    if code in INPUT_CODES:
        return InputError(text, code, retriable=retriable)
    if code in INFRASTRUCTURE_CODES:
        return InfrastructureError(text, code, retriable=retriable)
    return DsrError(code if code == "cancelled" else "internal", text, retriable=retriable)


def classify_environment_error(error: BaseException, where: str) -> DsrError:
    """What an environment raised, classified: bad input stays the caller's fault, anything else has crashed."""
    if isinstance(error, DsrError):
        return error_of_code(error.code, wire_text(error), error.retriable)
    return InfrastructureError(f"{where}: the environment failed with '{wire_text(error)}'", retriable=True)


def error_message(
    error: DsrError, *, id: Optional[int] = None, session: Optional[str] = None, session_ended: bool = False
) -> Dict[str, Any]:
    """The error as a message of the protocol."""
    return {
        "type": "error",
        "id": id,
        "session": session,
        "code": error.code,
        "message": wire_text(error),
        "retriable": error.retriable,
        "sessionEnded": session_ended,
    }


def unknown_name_error(what: str, name: str, known: Sequence[str], code: str = "invalid-argument") -> InputError:
    """The error for a name that is not in a list, with the closest one."""
    lowered = {each.lower(): each for each in known}
    close = difflib.get_close_matches(name.lower(), list(lowered), n=1, cutoff=0.0)
    hint = f"did you mean '{lowered[close[0]]}'?" if close else "none is known"
    listed = f"(known: {', '.join(known)})" if 0 < len(known) <= 12 else f"({len(known)} known)"
    return InputError(f"unknown {what} '{name}': {hint} {listed}", code)
