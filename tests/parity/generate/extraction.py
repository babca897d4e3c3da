"""Writes goldens/extraction.json: what the reference libraries make of small pictures before and after vision models.

Pillow's resize (π³, GroundingDINO), the DINOv2 processor (Orient Anything), PyTorch's bilinear interpolate (SAM2's masks),
max-pooled depth edges (π³) and the detector's picture sizes. Pictures are from random numbers of seed 7, kept here too.
Run with Pillow, torch and transformers installed:
    python tests/parity/generate/extraction.py
"""

import base64
import json
from pathlib import Path

import numpy as np
import PIL
import torch
import torch.nn.functional as F
import transformers
from PIL import Image
from transformers import BitImageProcessor
from transformers.models.grounding_dino.image_processing_grounding_dino import get_size_with_aspect_ratio

random = np.random.default_rng(7)
FILTERS = {"bilinear": Image.BILINEAR, "bicubic": Image.BICUBIC, "lanczos": Image.LANCZOS}


def text(array):
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()


def picture(width, height):
    """Noise over a slope, so that both smooth and rough places are there."""
    slope = np.linspace(0, 200, width)[None, :, None] + np.zeros((height, 1, 3))
    return np.clip(slope + random.integers(-50, 90, (height, width, 3)), 0, 255).astype(np.uint8)


def resizes():
    for name, code in FILTERS.items():
        for source, target in [((13, 9), (28, 14)), ((40, 23), (14, 28)), ((17, 17), (5, 31)), ((20, 10), (20, 7))]:
            image = picture(*source)
            out = np.asarray(Image.fromarray(image).resize(target, code))
            yield {"filter": name, "from": source, "to": target, "input": text(image), "output": text(out)}


def orientation_inputs():
    processor = BitImageProcessor(
        size={"shortest_edge": 256}, crop_size={"height": 224, "width": 224}, resample=3, do_rescale=False, do_normalize=False
    )
    for width, height in [(30, 44), (61, 25)]:
        image = picture(width, height)
        out = processor(images=Image.fromarray(image), return_tensors="np")["pixel_values"][0]
        out = np.transpose(out, (1, 2, 0)).astype(np.uint8)
        # every 16th pixel: the whole would be large
        yield {"from": [width, height], "input": text(image), "output": text(out[::16, ::16])}


def masks():
    for source, target in [((8, 8), (21, 13)), ((16, 16), (16, 9))]:
        logits = random.normal(size=(source[1], source[0])).astype(np.float32)
        large = F.interpolate(torch.from_numpy(logits)[None, None], (target[1], target[0]), mode="bilinear")[0, 0]
        yield {"from": source, "to": target, "logits": logits.ravel().tolist(), "mask": (large > 0).int().ravel().tolist()}


def edges():
    depth = (1 + random.random((7, 9)) * 0.08).astype(np.float32)
    depth[3, 4] = 2
    tensor = torch.from_numpy(depth)[None, None]
    spread = F.max_pool2d(tensor, 3, 1, 1) + F.max_pool2d(-tensor, 3, 1, 1)
    edge = ((spread / tensor).nan_to_num_() > 0.03).int()
    return {"width": 9, "height": 7, "depth": depth.ravel().tolist(), "edges": edge.ravel().tolist()}


def detector_sizes():
    for width, height in [(640, 480), (640, 272), (480, 640), (1000, 800), (1920, 1080), (96, 64), (300, 1201), (1333, 800), (255, 61)]:
        oh, ow = get_size_with_aspect_ratio((height, width), 800, 1333)
        yield {"from": [width, height], "to": [ow, oh]}


def main():
    golden = {
        "reference": f"Pillow {PIL.__version__}, torch {torch.__version__.split('+')[0]}, transformers {transformers.__version__}",
        "seed": 7,
        "resizes": list(resizes()),
        "orientationInputs": list(orientation_inputs()),
        "masks": list(masks()),
        "depthEdges": edges(),
        "detectorSizes": list(detector_sizes()),
    }
    path = Path(__file__).parent.parent / "goldens" / "extraction.json"
    path.write_text(json.dumps(golden) + "\n")


main()
