# Environments for tests and measurements, the same as those of `@dsr/env-bridge/test`.
# Knows nothing about servers or clients.
from .arrays import arrays
from .counting import counting
from .faulty import faulty
from .grid import grid

__all__ = ["arrays", "counting", "faulty", "grid"]
