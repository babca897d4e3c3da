"""Writes goldens/question-describers.json and goldens/viewpoints.json: what the released DSR Suite code answers.

Runs the functions of a checkout of DSR Suite (data/template.py, data/qa_utils.py) on random rows of numbers; nothing of
that code is here. NumPy only; modules that the checkout imports and the functions do not use are stood in for.
    python tests/parity/generate/question_describers.py <path of the checkout> <its commit>
Rows: 800 of distances or speeds, 600 of directions, 600 pairs of speeds; half of each uniform, half random walks; two
decimals, so that ratios fall on thresholds too. Seed 20251220.
"""

import importlib.abc
import importlib.machinery
import json
import sys
import types
from pathlib import Path

import numpy as np

SEED = 20251220
UNUSED = {"cv2", "PIL", "grounding_dino", "inference", "paths", "torch", "torchvision", "transformers", "utils", "vision_tower"}


class Absent(types.ModuleType):
    __path__ = []

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return None


class StandIn(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Modules that the functions do not use become empty ones."""

    def find_spec(self, name, path, target=None):
        if name.split(".")[0] not in UNUSED:
            return None
        return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, spec):
        return Absent(spec.name)

    def exec_module(self, module):
        pass


def magnitudes(random, length):
    if random.random() < 0.5:
        return np.round(random.uniform(0, 2, length), 2)
    steps = random.choice([1.0, 1.0, 1.1, 1.4, 0.6, 0.9], length) * random.uniform(0.95, 1.05, length)
    return np.round(np.minimum(np.cumprod(steps) * random.uniform(0.05, 2), 90), 2)


def directions(random, length):
    if random.random() < 0.5:
        rows = random.uniform(-1, 1, (length, 3))
    else:
        rows = random.normal(size=3) + np.cumsum(random.normal(size=(length, 3)) * 0.25, axis=0)
    rows = np.round(rows, 2)
    rows[np.abs(rows).sum(axis=1) == 0] = [0.01, 0, 0]
    return rows


def pose(random):
    rotation, _ = np.linalg.qr(random.normal(size=(3, 3)))
    rotation[:, 2] *= np.sign(np.linalg.det(rotation))
    matrix = np.eye(4)
    matrix[:3, :3] = rotation
    matrix[:3, 3] = random.uniform(-5, 5, 3)
    return matrix


def viewpoint_case(random, utils):
    here, view, points = pose(random), pose(random), random.uniform(-5, 5, (2, 3))
    angles = {"azimuth": random.uniform(0, 360), "polar": random.uniform(-90, 90), "rotation": random.uniform(-180, 180)}
    center = random.uniform(-5, 5, 3)
    moved = utils.camera_mutual_coordinate_transform(points, here, view)
    agent = utils.camera_agent_coord_trans(
        moved.copy(), angles["polar"], angles["azimuth"], angles["rotation"], center
    )
    return {
        "pose": here.reshape(-1).tolist(),
        "view": view.reshape(-1).tolist(),
        "points": points.tolist(),
        "angles": angles,
        "center": center.tolist(),
        "camera": utils.camera_self_coord_trans(moved).tolist(),
        "agent": agent.tolist(),
    }


def main():
    checkout, commit = Path(sys.argv[1]), sys.argv[2]
    sys.path.insert(0, str(checkout / "data"))
    sys.meta_path.insert(0, StandIn())
    template = importlib.import_module("template")
    utils = importlib.import_module("qa_utils")
    np.seterr(all="ignore")
    random = np.random.default_rng(SEED)
    length = lambda: int(random.integers(2, 13))
    cases = {"change": [], "direction": [], "comparison": []}
    for _ in range(800):
        row = magnitudes(random, length())
        cases["change"].append([row.tolist(), template.describe_dist_runs(row)])
    for _ in range(600):
        rows = directions(random, min(length(), 8))
        cases["direction"].append([rows.tolist(), template.describe_dir(rows)])
    for _ in range(600):
        n = min(length(), 10)
        a, b = magnitudes(random, n), magnitudes(random, n)
        cases["comparison"].append([[a.tolist(), b.tolist()], template.describe_spd_comp(a, b)])
    reference = f"DSR Suite {commit}, NumPy {np.__version__}, seed {SEED}"
    folder = Path(__file__).parent.parent / "goldens"
    write = lambda name, value: (folder / name).write_text(json.dumps(value, separators=(",", ":")) + "\n")
    write("question-describers.json", {"reference": reference, **cases})
    write("viewpoints.json", {"reference": reference, "cases": [viewpoint_case(random, utils) for _ in range(40)]})


main()
