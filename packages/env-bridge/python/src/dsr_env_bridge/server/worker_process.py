# One environment in a process of its own: one that hangs is killed, one that dies takes nobody with it.
# Knows nothing about sessions; the other half is worker.py.
from __future__ import annotations

import asyncio
import mmap
import os
import signal
import socket
import subprocess
import sys
import tempfile
from typing import Any, Dict, Optional

from ..errors import DsrError, InfrastructureError, error_of_code
from ..protocol.limits import ServerLimits
from ..protocol.reader import decode
from ..protocol.writer import encode
from ..spaces import check
from ..worker_frames import ERROR, LENGTH, SHARED_BYTES, EncodedResult, unpack_result
from .worker_link import WorkerLink


class WorkerProcess:
    """
    An environment behind time limits; one call at a time. All methods raise DsrError only.

    After a fatal error (see `is_fatal`) it must only be closed.
    """

    def __init__(self, name: str, limits: ServerLimits) -> None:
        self.name = name
        self.spec: Dict[str, Any] = {}
        self._limits = limits
        self._process: Optional[subprocess.Popen] = None
        self._link: Optional[WorkerLink] = None
        self._socket: Optional[socket.socket] = None
        self._lock = asyncio.Lock()

    @staticmethod
    async def create(name: str, target: str, options: Dict[str, Any], limits: ServerLimits) -> WorkerProcess:
        """Starts the process and makes the environment in it."""
        worker = WorkerProcess(name, limits)
        try:
            await worker._start()
            request = {"method": "create", "name": name, "target": target, "options": options}
            answer = await worker._call(request, limits.create_timeout_ms)
            worker.spec = decode(answer[1:])
            return worker
        except BaseException:
            worker.kill()
            raise

    @property
    def pid(self) -> int:
        """The process's id."""
        return -1 if self._process is None else self._process.pid

    def is_alive(self) -> bool:
        """Whether the process still runs."""
        return self._process is not None and self._process.poll() is None

    async def reset(self, seed: Optional[str], task: Optional[str]) -> EncodedResult:
        """Starts an episode."""
        request = {"method": "reset", "seed": seed, "task": task}
        return unpack_result(await self._call(request, self._limits.reset_timeout_ms))

    async def step(self, action: Any) -> EncodedResult:
        """Steps, after checking the action against its space (`invalid-action`)."""
        self.check_action(action)
        return unpack_result(await self._call({"method": "step", "action": action}, self._limits.step_timeout_ms))

    def leave_loop(self) -> None:
        """From now on the process is asked by `ask` and `take`, from one thread at a time, until `enter_loop`."""
        if self._link is not None:
            self._link.transport.pause_reading()

    def enter_loop(self) -> None:
        """Undoes `leave_loop`."""
        if self._link is not None and not self._link.transport.is_closing():
            self._link.transport.resume_reading()

    def ask(self, request: Dict[str, Any]) -> None:
        """Sends a request without waiting; many processes then work at the same time."""
        if self._socket is None or self._process is None:
            raise self._ended()
        message = encode(request)
        try:
            self._socket.settimeout(self._limits.step_timeout_ms / 1000)
            self._socket.sendall(LENGTH.pack(len(message)) + message)
        except OSError:
            raise self._ended() from None

    def take(self, method: str) -> EncodedResult:
        """Waits for the result of what was asked last: `step` or `reset`."""
        limits = self._limits
        limit_ms = limits.step_timeout_ms if method == "step" else limits.reset_timeout_ms
        link, connection = self._link, self._socket
        if link is None or connection is None:
            raise self._ended()
        try:
            connection.settimeout(limit_ms / 1000)
            answer = link.receive(connection)
        except socket.timeout:
            raise self._late(f"environment '{self.name}', {method}", limit_ms) from None
        except (OSError, EOFError):
            raise self._ended() from None
        return unpack_result(_checked(answer))

    def check_action(self, action: Any, path: str = "action") -> None:
        """Raises InputError (`invalid-action`) when an action leaves its space."""
        check(self.spec["actionSpace"], action, path, "invalid-action")

    async def close(self) -> None:
        """Closes the environment, and kills its process when that fails or takes too long. Never raises."""
        if self._process is None:
            return
        limit = self._limits.close_timeout_ms
        try:
            # Behind a call that is under way; one that hangs is not waited for longer than that.
            await asyncio.wait_for(self._call({"method": "close"}, limit), limit / 1000)
            await asyncio.get_running_loop().run_in_executor(None, self._process.wait, 5)
        except (DsrError, asyncio.TimeoutError, subprocess.TimeoutExpired):
            pass
        finally:
            self.kill()

    def kill(self) -> None:
        """Ends the process and what it has started at once."""
        process, self._process = self._process, None
        if self._link is not None:
            self._link.transport.abort()
        if process is None:
            return
        connection, self._socket = self._socket, None
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            pass
        process.wait()
        if connection is not None:
            connection.close()

    async def _start(self) -> None:
        ours, theirs = socket.socketpair()
        memory = _anonymous_memory(SHARED_BYTES)
        try:
            descriptors = [theirs.fileno(), memory]
            command = [sys.executable, "-m", "dsr_env_bridge.worker", *map(str, descriptors)]
            self._process = subprocess.Popen(
                command, pass_fds=descriptors, stdin=subprocess.DEVNULL, stdout=2, start_new_session=True
            )
            shared = mmap.mmap(memory, SHARED_BYTES)
        finally:
            theirs.close()
            os.close(memory)
        ours.setblocking(False)
        # The same connection for threads, which wait for it by themselves.
        self._socket = socket.socket(fileno=os.dup(ours.fileno()))
        link = WorkerLink(shared)
        await asyncio.get_running_loop().create_connection(lambda: link, sock=ours)
        self._link = link

    async def _call(self, request: Dict[str, Any], limit_ms: float) -> bytes:
        where = f"environment '{self.name}', {request['method']}"
        async with self._lock:
            if self._link is None or self._process is None:
                raise self._ended()
            try:
                answer = await asyncio.wait_for(self._link.call(encode(request)), limit_ms / 1000)
            except asyncio.TimeoutError:
                raise self._late(where, limit_ms) from None
            except ConnectionError:
                raise self._ended() from None
        return _checked(answer)

    def _late(self, where: str, limit_ms: float) -> InfrastructureError:
        self.kill()
        text = f"{where}: expected an answer within {limit_ms:g} ms, found none"
        return InfrastructureError(text, "timeout", retriable=True)

    def _ended(self) -> InfrastructureError:
        code = None if self._process is None else _exit_code(self._process)
        how = "its process killed" if code is None else f"signal {-code}" if code < 0 else f"exit code {code}"
        text = f"environment '{self.name}': expected its process to run, found it ended with {how}"
        return InfrastructureError(text, retriable=True)


def _checked(answer: bytes) -> bytes:
    if answer[:1] != ERROR:
        return answer
    told = decode(answer[1:])
    raise error_of_code(told["code"], told["message"], told["retriable"])


def _anonymous_memory(size: int) -> int:
    """A file descriptor of memory that belongs to no path."""
    if hasattr(os, "memfd_create"):
        descriptor = os.memfd_create("dsr-env-bridge")
    else:
        with tempfile.TemporaryFile() as file:
            descriptor = os.dup(file.fileno())
    os.ftruncate(descriptor, size)
    return descriptor


def _exit_code(process: subprocess.Popen) -> Optional[int]:
    try:
        # The socket closes a moment before the process can be waited for.
        return process.wait(1)
    except subprocess.TimeoutExpired:
        return None
