# Environments of the tests, for `--env environments:<factory>`.
import dataclasses
import threading
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


def several_ticks(_options):
    """Tells that its steps take three game ticks."""
    grid = GridEnvironment((8, 8))
    step = grid.step
    grid.step = lambda action: dataclasses.replace(step(action), ticks=3)
    return grid


def announced_hang(options):
    """With a `fifo`, its second step opens that for writing, which says that it is stepping, and never returns."""
    grid = GridEnvironment((8, 8))
    step, steps = grid.step, []

    def hang_at_the_second(action):
        steps.append(action)
        if len(steps) == 2 and "fifo" in options:
            with open(options["fifo"], "w"):
                threading.Event().wait()
        return step(action)

    grid.step = hang_at_the_second
    return grid


def careless(_options):
    """Takes whatever task it is given."""
    grid = GridEnvironment((8, 8))
    reset = grid.reset
    grid.reset = lambda seed, _task: reset(seed, None)
    return grid
