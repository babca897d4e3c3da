# The program of a worker process: one environment, asked through an inherited socket, until that closes.
# Knows nothing about sessions or peers.
from __future__ import annotations

import math
import mmap
import os
import socket
import sys
import time
from typing import Any, Dict, List, Optional, Tuple

from .contract import Environment, StepResult, check_result
from .errors import InfrastructureError, InputError, classify_environment_error, unknown_name_error, wire_text
from .protocol.reader import decode
from .protocol.writer import encode
from .targets import create_environment
from .worker_frames import (
    CLOSED,
    ERROR,
    LEAST_SHARED,
    LENGTH,
    SHARED,
    SHARED_BYTES,
    SPEC,
    Buffer,
    EncodedResult,
    pack_result,
)


def main() -> None:
    """Runs on the file descriptors of a socket and of shared memory that the arguments name."""
    # What an environment prints must not mix with the server's own output.
    os.dup2(2, 1)
    connection = socket.socket(fileno=int(sys.argv[1]))
    # Environments start programs of their own; the pipe to the server must not outlive this process in one of them.
    connection.set_inheritable(False)
    shared = mmap.mmap(int(sys.argv[2]), SHARED_BYTES)
    os.close(int(sys.argv[2]))
    _Worker(connection, shared).run()


class _Worker:
    def __init__(self, connection: socket.socket, shared: mmap.mmap) -> None:
        self._connection = connection
        self._shared = shared
        self._stream = connection.makefile("rb", buffering=1 << 16)
        self._environment: Any = None
        self._name = "environment"
        self._steppable = False

    def run(self) -> Any:
        """Answers until the server closes."""
        while True:
            head = self._stream.read(LENGTH.size)
            if len(head) < LENGTH.size:
                return self._close()
            request = decode(self._stream.read(LENGTH.unpack(head)[0]), max_values=1 << 24)
            answer = self._answer(request)
            try:
                self._send(answer)
            except OSError:
                return self._close()
            if answer[0] == CLOSED:
                return None

    def _send(self, parts: List[Buffer]) -> None:
        """Large frames lie in shared memory, which the server empties before it asks again."""
        size = sum(map(len, parts))
        if not LEAST_SHARED <= size <= SHARED_BYTES:
            return self._connection.sendall(b"".join([LENGTH.pack(size), *parts]))
        at = 0
        for part in parts:
            self._shared[at : at + len(part)] = part
            at += len(part)
        self._connection.sendall(LENGTH.pack(size | SHARED))

    def _answer(self, request: Dict[str, Any]) -> List[Buffer]:
        method = request["method"]
        try:
            return getattr(self, f"_{method}")(request)
        except BaseException as error:  # noqa: BLE001 - whatever an environment raises is told, never lost
            failure = classify_environment_error(error, f"environment '{self._name}', {method}")
            told = {"code": failure.code, "message": wire_text(failure), "retriable": failure.retriable}
            return [ERROR, encode(told)]

    def _create(self, request: Dict[str, Any]) -> List[Buffer]:
        self._name = request["name"]
        self._environment = create_environment(request["target"], request["options"])
        return [SPEC, encode(self._environment.spec.to_wire())]

    def _reset(self, request: Dict[str, Any]) -> List[Buffer]:
        self._check_task(request["task"])
        self._steppable = False
        started = time.perf_counter()
        observation, info = self._environment.reset(request["seed"], request["task"])
        called = time.perf_counter()
        check_result(observation, info)
        self._steppable = True
        encoded = _encoded(observation, info)
        spent, encoding = 1000 * (called - started), 1000 * (time.perf_counter() - called)
        return pack_result(EncodedResult(*encoded, 0.0, False, False, spent, encoding, None))

    def _check_task(self, task: Optional[str]) -> None:
        """Environments of one task need not look at its name."""
        known = [each.id for each in self._environment.spec.tasks]
        if task is not None and known and task not in known:
            raise unknown_name_error("task", task, known, "unknown-task")

    def _step(self, request: Dict[str, Any]) -> List[Buffer]:
        if not self._steppable:
            raise InputError("step: expected a reset first, found none", "wrong-state")
        started = time.perf_counter()
        result = self._environment.step(request["action"])
        called = time.perf_counter()
        _check_step(result)
        encoded = _encoded(result.observation, result.info)
        reward, terminated, truncated = float(result.reward), bool(result.terminated), bool(result.truncated)
        self._steppable = self._environment.spec.autoreset != "disabled" or not (terminated or truncated)
        spent, encoding = 1000 * (called - started), 1000 * (time.perf_counter() - called)
        return pack_result(EncodedResult(*encoded, reward, terminated, truncated, spent, encoding, result.ticks))

    def _close(self, _request: Any = None) -> List[Buffer]:
        environment: Environment = self._environment
        self._environment = None
        if environment is not None:
            environment.close()
        return [CLOSED]


def _encoded(observation: Dict[str, Any], info: Dict[str, Any]) -> Tuple[bytes, bytes]:
    """What cannot be encoded is the environment's fault, not the caller's."""
    try:
        return encode(observation), encode(info)
    except InputError as error:
        raise InfrastructureError(f"environment's result: {error.message}") from error


def _check_step(result: Any) -> None:
    if not isinstance(result, StepResult):
        raise InfrastructureError("environment: expected a StepResult, found another")
    check_result(result.observation, result.info)
    try:
        sound = not math.isnan(float(result.reward))
    except (TypeError, ValueError):
        sound = False
    if not sound:
        raise InfrastructureError(f"environment: expected a number as reward, found {result.reward!r}")


if __name__ == "__main__":
    main()
