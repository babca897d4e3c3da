# Makes the calls of the conformance vectors with Python's client: one JSON object a line on standard input, one answer a
# line on standard output. Knows nothing about which server it talks to.
from __future__ import annotations

import base64
import json
import sys
from typing import Any, Callable, Dict

import numpy as np

from ..client import ClientOptions, EnvClient, RealtimeSession
from ..errors import DsrError
from .fingerprint import fingerprint_of

_PATIENT = ClientOptions(attempts=20, initial_delay=0.01, max_delay=0.1)


class Calls:
    """A client and its sessions by name."""

    def __init__(self, url: str) -> None:
        self._client = EnvClient(url, _PATIENT)
        self._sessions: Dict[str, Any] = {}

    def answer(self, call: Dict[str, Any]) -> Any:
        """What a call gives, as plain JSON; an error as its code."""
        try:
            method: Callable[..., Any] = getattr(self, "_" + call["op"].replace("-", "_"))
            return method(call)
        except DsrError as error:
            return {"error": error.code}

    def _open(self, call: Dict[str, Any]) -> Any:
        self._sessions[call["on"]] = self._client.open_session(call["environment"], call.get("options"))
        return {}

    def _open_vector(self, call: Dict[str, Any]) -> Any:
        which = {"environment": call["environment"], "options": call.get("options")}
        session = self._client.open_vector_session(call["count"], call.get("autoreset"), **which)
        self._sessions[call["on"]] = session
        return {"count": session.count, "autoreset": session.autoreset}

    def _open_realtime(self, call: Dict[str, Any]) -> Any:
        which = {"environment": call["environment"], "options": call.get("options")}
        self._sessions[call["on"]] = self._client.open_realtime_session(call["tickRate"], **which)
        return {}

    def _reset(self, call: Dict[str, Any]) -> Any:
        return _plain(self._sessions[call["on"]].reset(call.get("seed"), task=call.get("task")))

    def _step(self, call: Dict[str, Any]) -> Any:
        return _plain(self._sessions[call["on"]].step(_action(call["action"])))

    def _vector_reset(self, call: Dict[str, Any]) -> Any:
        settings = {key: call.get(key) for key in ("seed", "seeds", "mask", "task")}
        return {"results": [_plain(each) for each in self._sessions[call["on"]].reset(**settings)]}

    def _vector_step(self, call: Dict[str, Any]) -> Any:
        return {"results": [_plain(each) for each in self._sessions[call["on"]].step(call["actions"])]}

    def _storm(self, call: Dict[str, Any]) -> Any:
        session = self._sessions[call["on"]]
        for number in range(call["count"]):
            reply = session.step(number % 10)
        return {"steps": reply.observation["steps"], "sum": reply.observation["sum"]}

    def _act(self, call: Dict[str, Any]) -> Any:
        self._sessions[call["on"]].act(call["action"])
        return {}

    def _watch(self, call: Dict[str, Any]) -> Any:
        session: RealtimeSession = self._sessions[call["on"]]
        session.act(call["action"])
        ticks = seen = 0
        for frame in session.frames():
            seen += 1
            ticks += 1 + frame["dropped"]
            over = frame["terminated"] or frame["truncated"]
            if over or seen == call["frames"]:
                told = {key: frame[key] for key in ("tick", "terminated", "truncated")}
                return {**told, "consistent": ticks == frame["tick"]}
        return {}

    def _close(self, call: Dict[str, Any]) -> Any:
        self._sessions[call["on"]].close()
        return {}


def _action(action: Any) -> Any:
    if not isinstance(action, dict):
        return action
    return {key: _array(part) for key, part in action.items()}


def _array(part: Dict[str, Any]) -> np.ndarray:
    """An array whose memory lies in the order that is asked for."""
    array = np.frombuffer(base64.b64decode(part["data"]), part["dtype"]).reshape(part["shape"])
    swapped = array.astype(array.dtype.newbyteorder(">")) if part.get("bigEndian") else array
    return np.asarray(swapped, order="F") if part.get("order") == "F" else swapped


def _plain(reply: Any) -> Any:
    if reply is None:
        return None
    fields = reply._asdict()
    fields["observation"] = fingerprint_of(fields["observation"])
    if "final_obs" in fields["info"]:
        fields["info"] = {**fields["info"], "final_obs": fingerprint_of(fields["info"]["final_obs"])}
    return fields


def main() -> None:
    """The first argument is the server's address."""
    calls = Calls(sys.argv[1])
    for line in sys.stdin:
        sys.stdout.write(json.dumps(calls.answer(json.loads(line))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
