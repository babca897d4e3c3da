# The messages of dsr.env.v1: which fields each has, and the checks on what a client sends.
# Knows nothing about what a message does.
from __future__ import annotations

from typing import Any, Callable, Dict, Optional, Tuple

from ..contract import AUTORESET_MODES
from ..errors import InputError

PROTOCOL = "dsr.env.v1"
SESSION_MODES = ("lockstep", "realtime", "vector")

CLOSE_PROTOCOL_VERSION = 4400
CLOSE_UNAUTHORIZED = 4401
CLOSE_HANDSHAKE_TIMEOUT = 4408
CLOSE_TOO_MANY = 4429
CLOSE_BAD_MESSAGES = 1008
CLOSE_GOING_AWAY = 1001

_MAX_SAFE = 2**53 - 1
Message = Dict[str, Any]
_Check = Callable[[Any], bool]


def _is_integer(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _request_id(value: Any) -> bool:
    return _is_integer(value) and 1 <= value <= _MAX_SAFE


def _text(least: int, most: int) -> _Check:
    return lambda value: isinstance(value, str) and least <= len(value) <= most


def _one_of(choices: Tuple[str, ...]) -> _Check:
    return lambda value: isinstance(value, str) and value in choices


def _or_null(check: _Check) -> _Check:
    return lambda value: value is None or check(value)


def _record(value: Any) -> bool:
    return isinstance(value, dict)


def _list_of(check: _Check) -> _Check:
    return lambda value: isinstance(value, list) and all(check(each) for each in value)


def _seed(value: Any) -> bool:
    return _is_integer(value) or (isinstance(value, str) and len(value) <= 256)


def _anything(_value: Any) -> bool:
    return True


_ID = (_request_id, "an integer of at least 1", True)
_SESSION = (_text(1, 128), "a session's id", True)
_SEED = (_or_null(_seed), "a text, an integer or null", False)
_TASK = (_or_null(_text(0, 512)), "a text or null", False)
_ACTION = (_anything, "a value", True)
_SECRET = (_text(1, 512), "a text of 1 to 512 characters", False)

#: Checks of the fields of each message of a client: the check, what it expects, whether the field must be there.
_FIELDS: Dict[str, Dict[str, Tuple[_Check, str, bool]]] = {
    "open": {
        "id": _ID,
        "mode": (_one_of(SESSION_MODES), f"one of {', '.join(SESSION_MODES)}", True),
        "environment": (_text(1, 128), "a name", False),
        "options": (_record, "a map", False),
        "token": _SECRET,
        "key": _SECRET,
        "count": (lambda v: _is_integer(v) and v >= 1, "an integer of at least 1", False),
        "autoreset": (_one_of(AUTORESET_MODES), f"one of {', '.join(AUTORESET_MODES)}", False),
        "tickRate": (lambda v: _is_number(v) and 0 < v <= 1000, "a number above 0, at most 1000", False),
        "idleAction": (_anything, "a value", False),
        "window": (lambda v: _is_integer(v) and 1 <= v <= 1024, "an integer from 1 to 1024", False),
    },
    "resume": {"id": _ID, "session": _SESSION, "resumeToken": (_text(1, 512), "a token", True), "token": _SECRET},
    "reset": {"id": _ID, "session": _SESSION, "seed": _SEED, "task": _TASK},
    "step": {"id": _ID, "session": _SESSION, "action": _ACTION},
    "vector-reset": {
        "id": _ID,
        "session": _SESSION,
        "seed": _SEED,
        "seeds": (_list_of(_or_null(_seed)), "a list of seeds", False),
        "task": _TASK,
        "mask": (_list_of(lambda v: isinstance(v, bool)), "a list of booleans", False),
    },
    "vector-step": {
        "id": _ID,
        "session": _SESSION,
        "actions": (lambda v: isinstance(v, list), "a list of actions", True),
    },
    "act": {"session": _SESSION, "action": _ACTION},
    "acknowledge": {
        "session": _SESSION,
        "frame": (lambda v: _is_integer(v) and 0 <= v <= _MAX_SAFE, "a frame's number", True),
    },
    "close": {"id": _ID, "session": _SESSION},
}


def parse_client_message(value: Any) -> Message:
    """A message from a client, known fields only. Raises InputError (`invalid-message`) naming the field at fault."""
    if not isinstance(value, dict):
        raise InputError(f"message: expected a map, found {type(value).__name__}", "invalid-message")
    kind = value.get("type")
    fields = _FIELDS.get(kind) if isinstance(kind, str) else None
    if fields is None:
        found = kind[:40] if isinstance(kind, str) else type(kind).__name__
        raise InputError(f"message.type: expected one of {', '.join(_FIELDS)}, found '{found}'", "invalid-message")
    message: Message = {"type": kind}
    for name, (check, expected, required) in fields.items():
        if name not in value:
            if required:
                raise InputError(f"message.{kind}.{name}: expected {expected}, found none", "invalid-message")
            continue
        if not check(value[name]):
            raise InputError(f"message.{kind}.{name}: expected {expected}, found another", "invalid-message")
        message[name] = value[name]
    return message


def request_id_of(value: Any) -> Optional[int]:
    """The `id` of a message that may be wrong in other ways, so that its sender can be answered."""
    found = value.get("id") if isinstance(value, dict) else None
    return found if _request_id(found) else None


def session_id_of(value: Any) -> Optional[str]:
    """The `session` of a message that may be wrong in other ways."""
    found = value.get("session") if isinstance(value, dict) else None
    return found if isinstance(found, str) and 1 <= len(found) <= 128 else None
