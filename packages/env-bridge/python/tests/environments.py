# Environments of the tests, for `--env environments:<factory>`.
import time

from dsr_env_bridge.testing.grid import GridEnvironment


def slow_start(options):
    """Takes its time to be made, as Minecraft does."""
    time.sleep(options["seconds"])
    return GridEnvironment((8, 8))


def chatty(_options):
    """Prints, as many simulators do."""
    print("hello from the environment", flush=True)
    return GridEnvironment((8, 8))
