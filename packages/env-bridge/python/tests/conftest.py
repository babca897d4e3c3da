# What tests share: packages that must be there in continuous integration, and a running server.
import importlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).parent.parent / "src"


def require(*modules):
    """Leaves a file's tests out where a package is missing, except in continuous integration."""
    for module in modules:
        try:
            importlib.import_module(module)
        except ImportError:
            if os.environ.get("CI"):
                raise
            pytest.skip(f"{module} is not installed", allow_module_level=True)


class ServerProcess:
    """`dsr-env-bridge serve` with its address."""

    def __init__(self, targets, *arguments):
        environments = [part for target in targets for part in ("--env", target)]
        command = [sys.executable, "-m", "dsr_env_bridge", "serve", "--port", "0", "--json", *environments, *arguments]
        paths = [str(SOURCE), str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in paths if path)}
        self.log = []
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
        )
        line = self.process.stdout.readline()
        if line == "":
            raise RuntimeError(self.process.stderr.read())
        self.url = json.loads(line)["url"]

    def close(self):
        self.process.terminate()
        _, errors = self.process.communicate(timeout=30)
        self.log = [json.loads(line) for line in errors.splitlines() if line.startswith("{")]


@pytest.fixture
def serve():
    """Starts servers that end with the test."""
    started = []

    def start(targets, *arguments):
        started.append(ServerProcess(targets, *arguments))
        return started[-1]

    yield start
    for server in started:
        if server.process.poll() is None:
            server.close()
