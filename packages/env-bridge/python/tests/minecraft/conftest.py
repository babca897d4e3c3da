# One stub of the simulator for each test, and the environments that talk to it.
import importlib
import os

import pytest

from dsr_env_bridge.testing.minecraft_stub import MinecraftStub


def require_package(name):
    """Leaves the tests out without the package, except where the environment was made for them."""
    try:
        return importlib.import_module(name)
    except ImportError:
        if os.environ.get("DSR_REQUIRE_MINECRAFT"):
            raise
        return pytest.skip(
            f"{name} is not installed (see scripts/make-minecraft-environment.sh)", allow_module_level=True
        )


@pytest.fixture
def stub():
    simulator = MinecraftStub()
    yield simulator
    simulator.close()


@pytest.fixture(autouse=True)
def quiet():
    """MineDojo complains of each of its thousand statistics that the stub does not send."""
    import logging

    logging.getLogger("minedojo.sim.handlers").setLevel(logging.CRITICAL)
