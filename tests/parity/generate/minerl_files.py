"""Writes demonstrations in the layouts of MineRL v0.4 and of VPT's contractor data, with NumPy, PyAV and x264 alone.

Every frame shows its own number as eight black or white blocks, and every action says its number too, so a reader that
shifts frames against actions by even one is found out. The videos have B-frames and, in the first layout, frames from
before the episode. `expected.json` holds what a loader with VPT's decisions makes of the log, worked out here from the
published description; `resize.json` what OpenCV's linear resizing makes of a small picture.

    pip install numpy==2.4.6 av==18.1.0 opencv-python-headless
    python tests/parity/generate/minerl_files.py tests/parity/goldens/minerl
"""

import json
import sys
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np

EARLY = 3  # frames of the video before the episode's first state
V04_ACTIONS = 40
VPT_FRAMES = 48


def counter_frame(number, height, width):
    """Eight blocks in two rows of four, white where the bit is set; the least significant first."""
    frame = np.zeros((height, width, 3), np.uint8)
    for bit in range(8):
        row, column = divmod(bit, 4)
        value = 220 if number >> bit & 1 else 30
        frame[row * height // 2 : (row + 1) * height // 2, column * width // 4 : (column + 1) * width // 4] = value
    return frame


def write_video(path, frames, rate=20):
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=rate, options={"crf": "23", "bf": "2", "threads": "1"})
        stream.height, stream.width = frames[0].shape[:2]
        stream.pix_fmt = "yuv420p"
        stream.time_base = Fraction(1, rate)
        for picture in frames:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())


def write_v04(folder):
    folder.mkdir(parents=True, exist_ok=True)
    n = V04_ACTIONS
    # frames of before the episode count backwards from 255; the last frame is spoilt, as in the data set
    numbers = [255 - i for i in range(EARLY)] + list(range(n)) + [200]
    write_video(folder / "recording.mp4", [counter_frame(number, 64, 64) for number in numbers])
    index = np.arange(n)
    arrays = {"reward": np.where(index == n - 1, 100.0, 0.0)}
    for bit, key in enumerate(["forward", "back", "left", "right", "jump", "sneak", "sprint", "attack"]):
        arrays[f"action${key}"] = (index >> bit & 1).astype(np.int64)
    arrays["action$camera"] = np.stack([-0.1 * index, 0.25 * index], axis=1).astype(np.float32)
    arrays["action$place"] = np.array(["dirt" if i % 5 == 0 else "none" for i in index])
    arrays["action$equip"] = np.array(["none"] * n)
    arrays["action$craft"] = np.array(["planks" if i == 7 else "none" for i in index])
    arrays["action$nearbyCraft"] = np.array(["none"] * n)
    arrays["action$nearbySmelt"] = np.array(["none"] * n)
    arrays["observation$inventory$dirt"] = np.arange(n + 1)
    arrays["observation$equipped_items$mainhand$type"] = np.array(["air"] * (n + 1))
    np.savez_compressed(folder / "rendered.npz", **arrays)
    metadata = {
        "success": True,
        "duration_ms": n * 50,
        "duration_steps": n,
        "total_reward": 100.0,
        "stream_name": folder.name,
        "true_video_frame_count": len(numbers),
    }
    (folder / "metadata.json").write_text(json.dumps(metadata))


def log_entry(i):
    """One line of the log: what was held and moved while frame i was on the screen."""
    keys = [f"key.keyboard.{name}" for bit, name in enumerate(["w", "s", "a", "d", "space"]) if i >> bit & 1]
    if i % 11 == 5:
        keys.append("key.keyboard.left.control")
    if i == 20 or i == 26:
        keys.append("key.keyboard.e")
    is_null = i % 9 == 8
    gui = 20 < i <= 26
    # held from before the recording; released at 10, pressed anew at 14
    buttons = ([0] if i < 10 or 14 <= i < 18 else []) + ([1] if i == 33 else [])
    return {
        "mouse": {
            "x": 640.0 + i,
            "y": 360.0,
            "dx": 0.0 if is_null else float(i % 7) - 2.5,
            "dy": 0.0 if is_null else float(i % 3) - 1.0,
            "scaledX": 0.0,
            "scaledY": 0.0,
            "dwheel": 0.0,
            "buttons": [] if is_null else buttons,
            "newButtons": [0] if i in (0, 14) else [1] if i == 33 else [],
        },
        "keyboard": {"keys": [] if is_null else keys, "newKeys": [], "chars": ""},
        "isGuiOpen": gui,
        "isGuiInventory": gui,
        "hotbar": 0 if i < 30 else 4,
        "yaw": 0.15 * i,
        "pitch": 10.0,
        "xpos": 0.5,
        "ypos": 64.0,
        "zpos": 0.5,
        "tick": i,
        "milli": 1_600_000_000_000 + 50 * i,
        "inventory": [{"type": "diamond_sword", "quantity": 1}],
        "serverTick": 100 + i,
        "stats": {"minecraft.custom:minecraft.jump": i},
    }


def expected_actions(entries):
    """VPT's loader, from its description: stuck attack, hotbar from changes, degrees = pixels x 360 / 2400."""
    stuck = entries[0]["mouse"]["newButtons"] == [0]
    hotbar = 0
    actions = []
    for i, entry in enumerate(entries):
        if i > 0 and stuck and 0 in entry["mouse"]["newButtons"]:
            stuck = False
        keys = set(entry["keyboard"]["keys"])
        buttons = [button for button in entry["mouse"]["buttons"] if not (stuck and button == 0)]
        action = {
            name: f"key.keyboard.{key}" in keys
            for name, key in {
                "forward": "w",
                "back": "s",
                "left": "a",
                "right": "d",
                "jump": "space",
                "sneak": "left.shift",
                "sprint": "left.control",
                "drop": "q",
                "inventory": "e",
            }.items()
        }
        action["attack"] = 0 in buttons
        action["use"] = 1 in buttons
        action["pitch"] = entry["mouse"]["dy"] * 360 / 2400
        action["yaw"] = entry["mouse"]["dx"] * 360 / 2400
        action["hotbar"] = entry["hotbar"] + 1 if entry["hotbar"] != hotbar else 0
        hotbar = entry["hotbar"]
        action["gui"] = entry["isGuiOpen"]
        actions.append(action)
    return actions


def write_vpt(folder):
    folder.mkdir(parents=True, exist_ok=True)
    write_video(folder / "counter.mp4", [counter_frame(i, 360, 640) for i in range(VPT_FRAMES)])
    entries = [log_entry(i) for i in range(VPT_FRAMES)]
    (folder / "counter.jsonl").write_text("".join(json.dumps(entry) + "\n" for entry in entries))
    return expected_actions(entries)


def write_resize(path):
    picture = np.random.default_rng(7).integers(0, 256, (18, 32, 3), np.uint8)
    sizes = [[8, 8], [12, 20], [18, 32]]
    resized = [cv2.resize(picture, (w, h), interpolation=cv2.INTER_LINEAR).reshape(-1).tolist() for h, w in sizes]
    record = {"opencv": cv2.__version__, "seed": 7, "size": [18, 32], "picture": picture.reshape(-1).tolist()}
    path.write_text(json.dumps({**record, "sizes": sizes, "resized": resized}))


def main(out):
    out.mkdir(parents=True, exist_ok=True)
    write_v04(out / "v04" / "MineRLObtainDiamond-v0" / "v4_counting_basilisk_0-40")
    actions = write_vpt(out / "vpt")
    versions = {"numpy": np.__version__, "av": av.__version__}
    (out / "expected.json").write_text(json.dumps({**versions, "early": EARLY, "vpt": actions}))
    write_resize(out / "resize.json")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
