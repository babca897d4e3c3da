# The server as a process: its command, its workers' deaths, and slow starts.
import json
import os
import select
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from conftest import SOURCE
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from dsr_env_bridge.client import ClientOptions, EnvClient
from dsr_env_bridge.errors import InfrastructureError, InputError
from dsr_env_bridge.protocol.reader import decode
from dsr_env_bridge.protocol.writer import encode

GRID = "dsr_env_bridge.testing:grid"


def children_of(pid):
    """The worker processes of a server."""
    tasks = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in tasks.read_text().split()]


needs_proc = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs /proc to find the worker")


@needs_proc
@pytest.mark.parametrize("moment", ["between steps", "inside a step"])
def test_kill_9_of_a_worker_is_a_failure_of_the_infrastructure_and_the_next_session_works(serve, tmp_path, moment):
    stepping = tmp_path / "stepping"
    os.mkfifo(stepping)
    server = serve(["environments:announced_hang"])
    with EnvClient(server.url) as client:
        session = client.open_session(options={"fifo": str(stepping)} if moment == "inside a step" else {})
        session.reset("1", task="avoid")
        session.step(0)
        worker = children_of(server.process.pid)[-1]
        if moment == "between steps":
            os.kill(worker, signal.SIGKILL)
        else:
            # The step opens the other end, and hangs until the kill comes.
            threading.Thread(target=lambda: (stepping.open().close(), os.kill(worker, signal.SIGKILL))).start()
        with pytest.raises(InfrastructureError, match="signal 9") as caught:
            session.step(0)
        assert caught.value.code == "environment-crashed"
        with pytest.raises(InfrastructureError):
            session.step(0)
        again = client.open_session()
        again.reset("1", task="avoid")
        assert again.step(0).info["steps"] == 1
        assert worker not in children_of(server.process.pid)
    server.close()
    assert [event["code"] for event in server.log if event["type"] == "environment-failed"] == ["environment-crashed"]


def test_a_worker_of_a_vector_that_dies_ends_the_session_as_a_failure(serve):
    server = serve(["dsr_env_bridge.testing:faulty"])
    with EnvClient(server.url) as client:
        vector = client.open_vector_session(2, options={"fault": "kill", "afterSteps": 1})
        vector.reset("1", task="avoid")
        vector.step([0, 0])
        with pytest.raises(InfrastructureError) as caught:
            vector.step([0, 0])
        assert caught.value.code == "environment-crashed"


def test_heartbeats_go_on_while_an_environment_starts(serve):
    server = serve(["environments:slow_start"], "--no-describe", "--limit", "heartbeatMs=100")
    # Twelve heartbeats pass; each side would have ended a silent connection after three.
    with EnvClient(server.url, ClientOptions(heartbeat=0.1, attempts=0)) as client:
        session = client.open_session(options={"seconds": 1.2})
        assert session.reset("1").info["steps"] == 0


def test_hidden_ticks_are_told_in_the_timings(serve):
    server = serve(["environments:several_ticks"])
    with EnvClient(server.url) as client:
        session = client.open_session()
        session.reset("1", task="avoid")
        session.step(0)
        assert session.last_timings["ticks"] == 3
        vector = client.open_vector_session(2)
        vector.reset("1", task="avoid")
        vector.step([0, 0])
        assert vector.last_timings["ticks"] == 3


def test_an_environment_of_ones_own_need_not_refuse_unknown_tasks_itself(serve):
    server = serve(["environments:careless"])
    with EnvClient(server.url) as client:
        session = client.open_session()
        with pytest.raises(InputError, match="unknown task 'raech': did you mean 'reach'") as caught:
            session.reset("1", task="raech")
        assert caught.value.code == "unknown-task"
        assert session.reset("1", task="reach").info["steps"] == 0


@needs_proc
def test_workers_end_with_their_server(serve):
    server = serve([GRID])
    with EnvClient(server.url) as client:
        client.open_session()
        (worker,) = children_of(server.process.pid)
        exited = os.pidfd_open(worker)
        server.process.kill()
        server.process.wait()
    # It ends when its socket does.
    assert select.select([exited], [], [], 30)[0] == [exited]
    os.close(exited)


def test_what_an_environment_prints_does_not_reach_standard_output(serve):
    server = serve(["environments:chatty"], "--no-describe")
    with EnvClient(server.url) as client:
        client.open_session().reset("1")
    server.process.terminate()
    out, errors = server.process.communicate(timeout=30)
    assert out == "" and "hello from the environment" in errors


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["serve"], "--env"),
        (["serve", "--env", GRID, "--port", "70000"], "expected an integer from 0 to 65535, found '70000'"),
        (["serve", "--env", GRID, "--host", "0.0.0.0"], "expected a token"),
        (["serve", "--env", GRID, "--token", "a b"], "printable ASCII"),
        (["serve", "--env", GRID, "--env", GRID], "'grid' twice"),
        (["serve", "--env", "gymnasim"], "expected gymnasium:<id>"),
        (["serve", "--env", "dsr_env_bridge.testing:gird"], "did you mean 'grid'"),
        (["serve", "--env", GRID, "--option", "cels=3"], "did you mean 'cells'"),
        (["serve", "--env", GRID, "--option", "cells"], "expected KEY=VALUE, found 'cells'"),
        (["serve", "--env", GRID, "--limit", "stepTimeout=3"], "did you mean 'stepTimeoutMs'"),
        (["sreve"], "sreve"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(arguments, message):
    environment = {**os.environ, "PYTHONPATH": str(SOURCE)}
    environment.pop("DSR_TOKEN", None)
    command = [sys.executable, "-m", "dsr_env_bridge", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=60)
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.strip().splitlines()) == 1 and message in done.stderr


def test_a_port_in_use_is_named(serve):
    port = serve([GRID]).url.rsplit(":", 1)[1]
    command = [sys.executable, "-m", "dsr_env_bridge", "serve", "--env", GRID, "--port", port]
    done = subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(SOURCE)}, timeout=60
    )
    assert (
        done.returncode == 2 and f"port {port} on 127.0.0.1: expected to listen on it, found it in use" in done.stderr
    )


def test_the_token_may_come_from_the_environment_and_its_text_is_never_told(serve, monkeypatch):
    monkeypatch.setenv("DSR_TOKEN", "open-sesame")
    server = serve([GRID])
    with pytest.raises(InputError, match="expected the server's token, found none"):
        EnvClient(server.url)
    with pytest.raises(InputError) as caught:
        EnvClient(server.url, ClientOptions(token="open-barley"))
    assert caught.value.code == "unauthorized"
    with EnvClient(server.url, ClientOptions(token="open-sesame")) as client:
        assert client.hello["environments"][0]["name"] == "grid"
    server.close()
    assert "sesame" not in json.dumps(server.log)


def test_a_client_that_finds_nobody_says_so():
    with pytest.raises(InfrastructureError, match="expected a connection") as caught:
        EnvClient("ws://127.0.0.1:9")
    assert caught.value.code == "disconnected"


def test_a_peer_that_does_not_read_is_ended_before_it_fills_the_memory(serve):
    megabyte = 2**20
    options = ["--option", f"payloadBytes={4 * megabyte}", "--limit", f"maxBufferedBytes={10 * megabyte}"]
    server = serve(["dsr_env_bridge.testing:counting"], *options)
    with connect(server.url, subprotocols=["dsr.env.v1"], max_size=None, max_queue=1) as socket:
        socket.recv()
        sessions = []
        for number in range(8):
            socket.send(encode({"type": "open", "id": number + 1, "mode": "lockstep"}))
            sessions.append(decode(socket.recv())["session"])
        for session in sessions:
            # Eight replies of four megabytes, and nobody reads them.
            socket.send(encode({"type": "reset", "id": 100, "session": session}))
        while json.loads(server.process.stderr.readline())["type"] != "connection-closed":
            pass
        with pytest.raises(ConnectionClosed):
            while True:
                socket.recv()


@needs_proc
@pytest.mark.parametrize("mode, request_type", [("lockstep", "step"), ("realtime", "act"), ("vector", "vector-step")])
def test_a_session_whose_step_hangs_can_be_closed(serve, mode, request_type):
    options = ["--option", "fault=hang", "--limit", "closeTimeoutMs=300"]
    server = serve(["dsr_env_bridge.testing:faulty"], *options)
    with connect(server.url, subprotocols=["dsr.env.v1"]) as socket:

        def ask(message):
            socket.send(encode(message))
            return decode(socket.recv(timeout=20))

        socket.recv()
        session = ask({"type": "open", "id": 1, "mode": mode})["session"]
        reset = "vector-reset" if mode == "vector" else "reset"
        assert ask({"type": reset, "id": 2, "session": session, "task": "avoid"})["type"] == f"{reset}-result"
        step = {"type": request_type, "session": session, "action": 0}
        if mode != "realtime":
            step["id"] = 3
        if mode == "vector":
            step["actions"] = [step.pop("action")]
        socket.send(encode(step))
        answer = ask({"type": "close", "id": 4, "session": session})
        while answer["type"] != "closed":
            answer = decode(socket.recv(timeout=20))
        assert answer["id"] == 4
    assert len(children_of(server.process.pid)) == 0
