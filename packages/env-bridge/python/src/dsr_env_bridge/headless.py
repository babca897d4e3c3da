# Lets simulators draw on machines without a screen.
# Knows nothing about any simulator beyond the names of its switches.
from __future__ import annotations

import os
import sys


def draw_without_screen() -> None:
    """Asks MuJoCo for EGL and SDL for no window where there is no display; what is set already stays."""
    if sys.platform.startswith("linux") and "DISPLAY" not in os.environ:
        os.environ.setdefault("MUJOCO_GL", "egl")
        os.environ.setdefault("SDL_VIDEODRIVER", "dummy")
