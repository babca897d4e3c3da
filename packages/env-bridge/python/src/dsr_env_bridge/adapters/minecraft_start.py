# Why Minecraft did not start, in one line.
# Knows nothing about tasks.
from __future__ import annotations

from ..errors import InfrastructureError


def start_error(package: str, output: str) -> InfrastructureError:
    """Both packages raise the whole output of a Minecraft that did not start; the line that says why is somewhere in it."""
    lines = [line.strip() for line in output.split("\n") if line.strip() and "finished unexpectedly" not in line]
    telling = [line for line in lines if any(word in line for word in ("Exception", "rror", "Could not", "not found"))]
    found = (telling or lines or ["nothing"])[0][:200]
    text = f"{package}: expected Minecraft to start, found that it ended with '{found}'"
    return InfrastructureError(f"{text} (it needs JDK 8 and is built at its first start)")
