# A robot to try the bridge on: a two-link arm of MuJoCo (Gymnasium's Reacher) whose target moves, seen by a camera.
# Knows nothing about peers; write yours like it and serve it with `--env <module>:<factory>`.
from __future__ import annotations

import math
from typing import Any, Dict, Optional, Tuple

import numpy as np

from .adapters.gymnasium_adapter import seed_number
from .contract import Environment, EnvironmentSpec, StepResult, Task
from .errors import unknown_name_error
from .headless import draw_without_screen
from .options import Options
from .spaces import box, dict_space, rgb_space
from .targets import require

_TASK = Task("touch", "touch the moving red ball with the fingertip")
#: Metres between fingertip and ball that count as a touch.
_TOUCH = 0.02
#: Radians a step that the ball moves on its circle; the arm makes 50 steps a second.
_SPEED = 0.02


def moving_target_arm(options: Dict[str, Any]) -> Environment:
    """Makes the arm. Options: `imageSize` [height, width], `maxEpisodeSteps`, and `depth`, whether it is seen too."""
    read = Options(options)
    size, limit = read.size("imageSize", (160, 256)), read.integer("maxEpisodeSteps", 200)
    depth = read.boolean("depth", True)
    read.finish()
    return MovingTargetArm(size, limit, depth)


class MovingTargetArm(Environment):
    """Actions are two torques in [−1, 1]; where the ball is, only the camera tells."""

    def __init__(self, size: Tuple[int, int], limit: int, depth: bool) -> None:
        # Before mujoco is imported, which decides then how to draw.
        draw_without_screen()
        gymnasium = require("gymnasium", "pip install gymnasium mujoco imageio")
        self._mujoco = require("mujoco", "pip install mujoco")
        self._environment = gymnasium.make("Reacher-v5", max_episode_steps=limit)
        self._robot = self._environment.unwrapped
        # Large enough to be found in a small picture.
        for name, radius in (("target", 0.02), ("fingertip", 0.015)):
            self._robot.model.geom(name).size[0] = radius
        self._renderer = self._mujoco.Renderer(self._robot.model, *size)
        self._view = self._mujoco.MjvCamera()
        self._view.distance, self._view.elevation, self._view.azimuth = 0.7, -80, 90
        self._size, self._depth = size, depth
        self._phase = self._radius = 0.0
        self.spec = self._make_spec(limit)

    def reset(self, seed: Optional[str], task: Optional[str]) -> Tuple[Dict[str, Any], Dict[str, Any]]:
        if task not in (None, _TASK.id):
            raise unknown_name_error("task", task, [_TASK.id], "unknown-task")
        self._environment.reset(seed=None if seed is None else seed_number(seed))
        self._phase = float(self._robot.np_random.uniform(-math.pi, math.pi))
        self._radius = float(self._robot.np_random.uniform(0.12, 0.18))
        self._move_target()
        return self._observe(), {"success": False}

    def step(self, action: Any) -> StepResult:
        self._phase += _SPEED
        self._move_target()
        _, _, _, truncated, _ = self._environment.step(action)
        distance = float(np.linalg.norm(self._robot.get_body_com("fingertip") - self._robot.get_body_com("target")))
        success = distance < _TOUCH
        return StepResult(self._observe(), -distance, success, bool(truncated) and not success, {"success": success})

    def close(self) -> None:
        self._renderer.close()
        self._environment.close()

    def _make_spec(self, limit: int) -> EnvironmentSpec:
        height, width = self._size
        camera = dict_space({"pose": box("float32", [4, 4]), "intrinsics": box("float32", [3, 3])})
        spaces = {"rgb": rgb_space(height, width), "camera": camera, "joints": box("float32", [4])}
        if self._depth:
            spaces["depth"] = box("float32", [height, width], 0)
        return EnvironmentSpec(
            id="robots/moving-target-arm",
            observation_space=dict_space(spaces),
            action_space=box("float32", [2], -1, 1),
            tasks=[_TASK],
            tick_rate=50,
            max_episode_steps=limit,
        )

    def _move_target(self) -> None:
        position, velocity = self._robot.data.qpos.copy(), self._robot.data.qvel.copy()
        position[2:4] = self._radius * math.cos(self._phase), self._radius * math.sin(self._phase)
        velocity[2:4] = 0
        self._robot.set_state(position, velocity)

    def _observe(self) -> Dict[str, Any]:
        """`joints` are two angles in radians and their speeds; lengths are in metres."""
        self._renderer.update_scene(self._robot.data, self._view)
        joints = np.concatenate([self._robot.data.qpos[:2], self._robot.data.qvel[:2]]).astype(np.float32)
        seen = {"rgb": self._renderer.render(), "camera": self._camera(), "joints": joints}
        if self._depth:
            self._renderer.enable_depth_rendering()
            seen["depth"] = self._renderer.render()
            self._renderer.disable_depth_rendering()
        return seen

    def _camera(self) -> Dict[str, np.ndarray]:
        """Camera-to-world with OpenCV's axes (x right, y down, z forward), and the pinhole matrix in pixels."""
        left, right = self._renderer.scene.camera[:2]
        forward, up = np.asarray(left.forward, float), np.asarray(left.up, float)
        pose = np.eye(4, dtype=np.float32)
        pose[:3, 0], pose[:3, 1], pose[:3, 2] = np.cross(forward, up), -up, forward
        pose[:3, 3] = (np.asarray(left.pos) + np.asarray(right.pos)) / 2
        height, width = self._size
        focal = height / 2 / math.tan(math.radians(self._robot.model.vis.global_.fovy) / 2)
        intrinsics = np.array([[focal, 0, width / 2], [0, focal, height / 2], [0, 0, 1]], np.float32)
        return {"pose": pose, "intrinsics": intrinsics}
