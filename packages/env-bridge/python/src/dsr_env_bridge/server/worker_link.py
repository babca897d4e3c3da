# The server's end of the socket and the memory that it shares with a worker process; for the event loop and for threads.
# Knows nothing about what is said.
from __future__ import annotations

import asyncio
import mmap
import socket
from typing import Any, Optional

from ..worker_frames import LENGTH, SHARED


class WorkerLink(asyncio.BufferedProtocol):
    """Reads frames straight into the memory that becomes the answer, or copies them out of the shared memory."""

    def __init__(self, shared: mmap.mmap) -> None:
        self._shared = shared
        self.transport: Any = None
        self._head = bytearray(LENGTH.size)
        self._frame: Optional[bytearray] = None
        self._filled = 0
        self._waiting: Optional[asyncio.Future] = None
        self._lost = False

    def call(self, request: bytes) -> asyncio.Future[bytes]:
        """Sends a request; the future gets the answer, or ConnectionError when the process is gone."""
        self._waiting = asyncio.get_running_loop().create_future()
        if self._lost:
            self._waiting.set_exception(ConnectionResetError())
        else:
            self.transport.write(LENGTH.pack(len(request)) + request)
        return self._waiting

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def get_buffer(self, sizehint: int) -> memoryview:
        return memoryview(self._head if self._frame is None else self._frame)[self._filled :]

    def buffer_updated(self, nbytes: int) -> None:
        self._filled += nbytes
        if self._frame is None:
            if self._filled < LENGTH.size:
                return
            self._filled = 0
            (size,) = LENGTH.unpack(self._head)
            if size & SHARED:
                self._settle(self._shared[: size & ~SHARED])
            else:
                self._frame = bytearray(size)
        elif self._filled == len(self._frame):
            answer, self._frame, self._filled = bytes(self._frame), None, 0
            self._settle(answer)

    def receive(self, connection: socket.socket) -> bytes:
        """One frame, read by the thread that calls this. Raises EOFError when the process is gone."""
        (size,) = LENGTH.unpack(_exactly(connection, LENGTH.size))
        return self._shared[: size & ~SHARED] if size & SHARED else bytes(_exactly(connection, size))

    def _settle(self, answer: bytes) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(answer)

    def connection_lost(self, exc: Optional[Exception]) -> None:
        self._lost = True
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(ConnectionResetError())


def _exactly(connection: socket.socket, count: int) -> bytearray:
    data = bytearray(count)
    view, filled = memoryview(data), 0
    while filled < count:
        received = connection.recv_into(view[filled:])
        if received == 0:
            raise EOFError
        filled += received
    return data
