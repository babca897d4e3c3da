"""Writes goldens/processors.{json,safetensors} and goldens/tokenizer/: what Qwen2.5-VL's processors make of small inputs.

Needs torch 2.9.1 (with torchvision), transformers 4.57.3, tokenizers, jinja2, pillow, and qwen-vl-utils 0.0.14:
    python tests/parity/generate/processors.py [folder of PNG frames]
The frames are inputs: without a folder those of the golden are kept. They were frames 0, 50, 100, 150 and 200 of a
640 x 272 street scene, decoded by this repository's readVideo; centre crop 362 x 272, Lanczos to 112 x 84.

transformers 4.57.3 casts second_per_grid to a whole number (a bug: over 2 frames a second all moments become 0). The
positions here are its own get_rope_index with that one cast replaced by a cast to float32, as its first versions had it;
`truncated` is what it says unchanged.
"""

import hashlib
import json
import random
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch

import numpy as np
import PIL
import tokenizers
import torch
import torchvision
import transformers
from PIL import Image
from qwen_vl_utils.vision_process import smart_nframes
from safetensors.numpy import load_file, save_file
from torchvision.transforms import InterpolationMode
from torchvision.transforms.v2 import functional as F2
from torchvision.transforms import functional as F1
from transformers.models.qwen2.tokenization_qwen2_fast import Qwen2TokenizerFast
from transformers.models.qwen2_5_vl import modeling_qwen2_5_vl as modeling
from transformers.models.qwen2_5_vl.processing_qwen2_5_vl import Qwen2_5_VLProcessor
from transformers.models.qwen2_vl.image_processing_qwen2_vl import smart_resize
from transformers.models.qwen2_vl.image_processing_qwen2_vl_fast import Qwen2VLImageProcessorFast
from transformers.models.qwen2_vl.video_processing_qwen2_vl import Qwen2VLVideoProcessor

SEED = 20251220
FOLDER = Path(__file__).parent.parent / "goldens"
SPECIAL = [
    "<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|object_ref_start|>", "<|object_ref_end|>", "<|box_start|>",
    "<|box_end|>", "<|quad_start|>", "<|quad_end|>", "<|vision_start|>", "<|vision_end|>", "<|vision_pad|>",
    "<|image_pad|>", "<|video_pad|>",
]  # fmt: skip
NOT_SPECIAL = ["<tool_call>", "</tool_call>"]
# The chat template of Qwen2.5-VL-7B-Instruct without its numbering of pictures, which is off by default.
TEMPLATE = (
    "{% for message in messages %}{% if loop.first and message['role'] != 'system' %}<|im_start|>system\n"
    "You are a helpful assistant.<|im_end|>\n{% endif %}<|im_start|>{{ message['role'] }}\n"
    "{% if message['content'] is string %}{{ message['content'] }}<|im_end|>\n{% else %}"
    "{% for content in message['content'] %}{% if content['type'] == 'image' %}<|vision_start|><|image_pad|><|vision_end|>"
    "{% elif content['type'] == 'video' %}<|vision_start|><|video_pad|><|vision_end|>"
    "{% elif 'text' in content %}{{ content['text'] }}{% endif %}{% endfor %}<|im_end|>\n{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
CORPUS = [
    "What is the moving direction of the person with initial bounding box coordinates [12, 34, 156, 278]?",
    "The distance between the camera and the car becomes larger and then keeps nearly constant.",
    "From the viewpoint of the dog, where is the cat? Front-left-above. Respond with only the letter.",
    "These are the frames of a video. Select the best answer to the following multiple-choice question.",
    "It's faster; they're slower, I'm sure we'll see. Don't you've seen what he'd do?",
    "Der schnelle Läufer überholt die Straßenbahn. Où est le vélo? El niño corre rápido.",
    "机器人在移动。カメラは左に動く。Робот движется вправо. 🚲 🤖",
    "def f(x):\n    return x + 1\n\n\nwhile True:\n\tbreak\r\n",
]


def video_frames():
    if len(sys.argv) < 2:
        return load_file(FOLDER / "processors.safetensors")["frames"]
    pictures = [Image.open(path).convert("RGB") for path in sorted(Path(sys.argv[1]).glob("*.png"))]
    left = (pictures[0].width - 362) // 2
    crops = [picture.crop((left, 0, left + 362, 272)) for picture in pictures]
    return np.stack([np.asarray(crop.resize((112, 84), Image.LANCZOS)) for crop in crops])


def smart_resizes(rng):
    cases = [(42, 70), (14, 14), (98, 126), (13, 900), (28, 5600), (2160, 3840), (480, 640), (1, 150), (70, 42)]
    cases += [(rng.randint(1, 2500), rng.randint(1, 2500)) for _ in range(150)]
    limits = [(784, 230400), (3136, 12845056), (100352, 602112)]
    results = []
    for height, width in cases:
        if max(height, width) / min(height, width) > 200:
            continue
        low, high = rng.choice(limits)
        results.append([height, width, low, high, *smart_resize(height, width, 28, low, high)])
    return results


def rate_samplings():
    results = []
    for total, fps in [(250, 25.0), (300, 29.97), (97, 30.0), (7, 10.0), (2, 25.0), (3, 1.0), (9000, 59.94), (64, 24.0)]:
        for rate, extra in [(0.5, {}), (1.0, {}), (2.0, {}), (10.0, {}), (2.0, {"min_frames": 8, "max_frames": 32})]:
            if extra and total < 8:
                continue
            count = smart_nframes({"fps": rate, **extra}, total_frames=total, video_fps=fps)
            indices = torch.linspace(0, total - 1, count).round().long().tolist()
            results.append({
                "totalFrames": total, "fps": fps, "rate": rate, "minFrames": extra.get("min_frames"),
                "maxFrames": extra.get("max_frames"), "indices": indices, "sampledFps": count / total * fps,
            })  # fmt: skip
    return results


def count_samplings():
    cases = [(250, 32), (33, 32), (32, 32), (10, 32), (101, 5), (8, 3), (6, 5), (10, 5), (1, 4), (1000, 7), (50, 1), (12, 9)]
    linspace = lambda total, count: np.round(np.linspace(0, total - 1, count)).astype(int).tolist()
    return [{"totalFrames": total, "count": count, "indices": linspace(total, count)} for total, count in cases]


def resized(picture, height, width):
    return F2.resize(picture, [height, width], interpolation=InterpolationMode.BICUBIC, antialias=True)


def resizes(frames):
    """Only hashes of whole pictures: our bytes have to be the same."""
    cases = []
    for frame, (height, width) in enumerate(
        [(56, 56), (28, 28), (84, 84), (56, 112), (168, 224), (504, 644), (83, 111), (85, 113), (84, 28), (1, 1), (5, 200)]
    ):
        picture = torch.from_numpy(frames[frame % len(frames)]).permute(2, 0, 1)
        native = resized(picture, height, width)
        pil = np.asarray(Image.fromarray(picture.permute(1, 2, 0).numpy()).resize((width, height), Image.BICUBIC))
        real = F1.resize(picture, [height, width], InterpolationMode.BICUBIC, antialias=True)
        data = native.permute(1, 2, 0).contiguous().numpy()
        cases.append({
            "frame": frame % len(frames), "height": height, "width": width,
            "sha256": hashlib.sha256(data.tobytes()).hexdigest(),
            "differenceToPillow": int(np.abs(data.astype(int) - pil.astype(int)).max()),
            "differenceToFloat": int((native.int() - real.int()).abs().max()),
        })  # fmt: skip
    return cases


def videos(frames):
    """Pixel values as bytes (they take one of 256 numbers a colour) and the table of those numbers."""
    cases = {
        "whole": {"frames": frames[:2], "min": 784, "max": 230400},
        "shrunk": {"frames": frames, "min": 784, "max": 5000},
        "grown": {"frames": frames[1:2, 20:50, 10:60], "min": 4000, "max": 230400},
    }
    every = np.zeros((2, 28 * 28, 3), dtype=np.uint8)
    every[:, :256] = np.arange(256, dtype=np.uint8)[None, :, None]
    whole = torch.from_numpy(every.reshape(2, 28, 28, 3)).permute(0, 3, 1, 2)
    options = {"return_tensors": "pt", "temporal_patch_size": 2}
    levels = Qwen2VLVideoProcessor(min_pixels=784, max_pixels=784)([whole], **options).pixel_values_videos
    # undo the patches of this one picture: [2 rows, 2 columns, colour, frame, y, x]
    picture = levels.reshape(2, 2, 3, 2, 14, 14)[:, :, :, 0].permute(2, 0, 3, 1, 4).reshape(3, -1)
    table = picture[:, :256].contiguous().numpy()
    tensors, described = {"table": table}, {}
    for name, case in cases.items():
        processor = Qwen2VLVideoProcessor(min_pixels=case["min"], max_pixels=case["max"])
        video = torch.from_numpy(np.ascontiguousarray(case["frames"])).permute(0, 3, 1, 2)
        result = processor([video], **options)
        pixels = result.pixel_values_videos.numpy()
        colours = np.repeat(np.arange(3), pixels.shape[1] // 3)[None, :].repeat(len(pixels), 0)
        bytes_ = np.stack([np.searchsorted(table[c], pixels[colours == c]) for c in range(3)])
        found = np.zeros(pixels.shape, dtype=np.uint8)
        for c in range(3):
            found[colours == c] = bytes_[c]
        assert (table[colours, found] == pixels).all()
        tensors[f"{name}.bytes"] = found
        described[name] = {"minPixels": case["min"], "maxPixels": case["max"], "grid": result.video_grid_thw[0].tolist()}
    return tensors, described


IDS = {"visionStart": 90, "imagePad": 91, "videoPad": 92}


def rope_ids(parts, extra):
    """Parts: a number of text tokens, or ("image" | "video", grid)."""
    ids = []
    for part in parts:
        if isinstance(part, int):
            ids += [7] * part
        else:
            pad = IDS["imagePad" if part[0] == "image" else "videoPad"]
            more = extra if part[0] == "video" else 0
            ids += [IDS["visionStart"]] + [pad] * (part[1][0] * part[1][1] * part[1][2] // 4 + more) + [93]
    return ids


def rope_index(tokens_per_second, parts, seconds, extra, truncate):
    vision = SimpleNamespace(spatial_merge_size=2, tokens_per_second=tokens_per_second)
    config = SimpleNamespace(
        vision_config=vision, image_token_id=IDS["imagePad"], video_token_id=IDS["videoPad"],
        vision_start_token_id=IDS["visionStart"],
    )  # fmt: skip
    grids = {kind: [part[1] for part in parts if not isinstance(part, int) and part[0] == kind] for kind in ("image", "video")}
    tensor_of = lambda rows: torch.tensor(rows) if rows else None
    arguments = dict(
        input_ids=torch.tensor([rope_ids(parts, extra)]), image_grid_thw=tensor_of(grids["image"]),
        video_grid_thw=tensor_of(grids["video"]), second_per_grid_ts=seconds or None,
    )  # fmt: skip
    as_float = lambda data, dtype=None, device=None: torch.tensor(data, dtype=torch.float32)
    call = lambda: modeling.Qwen2_5_VLModel.get_rope_index(SimpleNamespace(config=config), **arguments)
    if truncate:
        return call()
    with patch.object(modeling.torch, "as_tensor", as_float):
        return call()


def rope_cases():
    rates = [0.5, 1.0, 2.0, 3.0, 4.0, 5.0, 7.5, 10.0, 2.9, 29.97]
    cases = [(2, [5, ("video", [16, 4, 6]), 9], [2 / rate], 0) for rate in rates]
    cases += [(2, [14, ("video", [16, 8, 8]), 30], [10.24 / 16], 32), (2, [3, ("video", [1, 4, 4]), 1], [1.0], 1)]
    cases += [(2, [4, ("image", [1, 8, 4]), 6], [], 0), (2, [("image", [1, 2, 2]), ("image", [1, 6, 4])], [], 0)]
    cases += [(2, [2, ("video", [3, 4, 4]), 0, ("image", [1, 6, 2]), 5, ("video", [2, 2, 8]), 4], [0.7, 1.3], 0)]
    cases += [(4, [3, ("video", [5, 2, 2]), 3, ("video", [4, 4, 2]), 2], [0.3, 2.0], 0), (25, [1, ("video", [9, 4, 2]), 2], [0.13], 8)]
    cases += [(2, [12], [], 0)]
    results = []
    for tokens_per_second, parts, seconds, extra in cases:
        positions, delta = rope_index(tokens_per_second, parts, seconds, extra, truncate=False)
        truncated, _ = rope_index(tokens_per_second, parts, seconds, extra, truncate=True)
        results.append({
            "tokensPerSecond": tokens_per_second, "extra": extra, "ids": rope_ids(parts, extra),
            "images": [part[1] for part in parts if not isinstance(part, int) and part[0] == "image"],
            "videos": [part[1] for part in parts if not isinstance(part, int) and part[0] == "video"], "seconds": seconds,
            "positions": positions[:, 0].tolist(), "delta": int(delta.flatten()[0]),
            "truncatedDiffers": not torch.equal(positions, truncated),
        })  # fmt: skip
    return results


def train_tokenizer():
    """A byte-level BPE of Qwen2's form, as transformers' Qwen2Converter builds it."""
    tokenizer = tokenizers.Tokenizer(tokenizers.models.BPE())
    tokenizer.normalizer = tokenizers.normalizers.NFC()
    pattern = r"""(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"""
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.Sequence([
        tokenizers.pre_tokenizers.Split(tokenizers.Regex(pattern), behavior="isolated", invert=False),
        tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
    ])  # fmt: skip
    tokenizer.decoder = tokenizers.decoders.ByteLevel()
    tokenizer.post_processor = tokenizers.processors.ByteLevel(trim_offsets=False)
    trainer = tokenizers.trainers.BpeTrainer(
        vocab_size=560, initial_alphabet=tokenizers.pre_tokenizers.ByteLevel.alphabet(), show_progress=False
    )
    tokenizer.train_from_iterator(CORPUS * 4, trainer)
    tokenizer.add_special_tokens([tokenizers.AddedToken(token, special=True, normalized=False) for token in SPECIAL])
    tokenizer.add_tokens([tokenizers.AddedToken(token, normalized=False) for token in NOT_SPECIAL])
    folder = FOLDER / "tokenizer"
    folder.mkdir(exist_ok=True)
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    configuration = {
        "tokenizer_class": "Qwen2Tokenizer", "eos_token": "<|im_end|>", "pad_token": "<|endoftext|>", "bos_token": None,
        "unk_token": None, "add_prefix_space": False, "clean_up_tokenization_spaces": False, "split_special_tokens": False,
        "additional_special_tokens": SPECIAL[1:], "chat_template": TEMPLATE,
    }  # fmt: skip
    (folder / "tokenizer_config.json").write_text(json.dumps(configuration, indent=1) + "\n")
    return Qwen2TokenizerFast.from_pretrained(folder)


def texts(rng):
    fixed = CORPUS + [
        "a", " ", "  ", "\n", "\n\n\n", "\t\t", " \n \n", "a  b   c    d", "trailing   ", "   leading", "line\r\nline\r\n",
        "1234567890", "3.14159, -2e10", "½ ² ٣ Ⅷ", "it's IT'S They'Re i'D", "don’t", "naïve café", "cafe\u0301 e\u0301 \u1100\u1161", "Ａｂｃ",
        "🚲", "👩‍👩‍👧‍👦 family", "🇩🇪🇫🇷", "e🤖e🤖", "\u200b\u200d", "\u00a0nbsp\u00a0", "\u3000全角", "\u2028\u2029", "الروبوت يتحرك",
        "हिन्दी", "ไทย", "한국어", "𝔘𝔫𝔦", "\ufffd", "\ufeffbom", "\u0000\u0001", "<|im_start|>user\nhi<|im_end|>", "<|video_pad|><|video_pad|>", "x<|vision_start|> <|vision_end|>y",
        "<|im_start", "<|unknown|>", "<tool_call>{\"a\": 1}</tool_call>", "A. Front|Left|Above B. (1) X. (2) Y.", "[x1, y1, x2, y2]", "!!!???...", "_under_score_", "CamelCaseWords", "http://a.b/c?d=e&f=g#h", "{\"k\": [1, 2]}",
    ]  # fmt: skip
    alphabet = "ab Z'9.\n\t é漢🚲́ ſK"
    return fixed + ["".join(rng.choice(alphabet) for _ in range(rng.randint(1, 24))) for _ in range(12)]


def tokenizations(tokenizer, rng):
    cases = []
    for text in texts(rng):
        ids = tokenizer(text, add_special_tokens=False).input_ids
        cases.append({
            "text": text, "ids": ids, "decoded": tokenizer.decode(ids, skip_special_tokens=True),
            "decodedWithSpecial": tokenizer.decode(ids),
        })  # fmt: skip
    return cases


def prompts(tokenizer, frames):
    """Whole prompts through the reference's own processor: chat template, expanded pads, ids."""
    limits = {"min_pixels": 784, "max_pixels": 5000}
    processor = Qwen2_5_VLProcessor(
        image_processor=Qwen2VLImageProcessorFast(**limits), video_processor=Qwen2VLVideoProcessor(**limits),
        tokenizer=tokenizer, chat_template=TEMPLATE,
    )  # fmt: skip
    video = torch.from_numpy(frames[:4]).permute(0, 3, 1, 2)
    cases = []
    for system, question, has_video in [
        (None, "Where does the red bicycle go?", True),
        ("Answer with one letter.", "\nQ\nOptions:\nA left\nB right", True),
        ("", " spaces first", True),
        (None, "How many wheels has a bicycle?", False),
    ]:
        content = ([{"type": "video"}] if has_video else []) + [{"type": "text", "text": question}]
        messages = ([{"role": "system", "content": system}] if system is not None else []) + [{"role": "user", "content": content}]
        text = processor.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
        inputs = processor(text=[text], videos=[video] if has_video else None, fps=3.0)
        grid = inputs["video_grid_thw"][0].tolist() if has_video else None
        cases.append({
            "system": system, "question": question, "grid": grid, "text": text, "ids": inputs["input_ids"][0],
            "secondsPerGrid": inputs["second_per_grid_ts"][0] if has_video else None,
        })  # fmt: skip
    return cases


def main():
    rng = random.Random(SEED)
    frames = video_frames()
    tokenizer = train_tokenizer()
    tensors, described = videos(frames)
    save_file({"frames": frames, **tensors}, FOLDER / "processors.safetensors")
    golden = {
        "reference": f"transformers {transformers.__version__}, torch {torch.__version__}, torchvision {torchvision.__version__}, "
        f"tokenizers {tokenizers.__version__}, pillow {PIL.__version__}, qwen-vl-utils 0.0.14; CPU {torch.backends.cpu.get_cpu_capability()}",
        "seed": SEED, "smartResize": smart_resizes(rng), "atRate": rate_samplings(), "atCount": count_samplings(),
        "resizes": resizes(frames), "videos": described, "ropeTokens": IDS, "rope": rope_cases(),
        "texts": tokenizations(tokenizer, rng), "specialIds": {token: tokenizer.convert_tokens_to_ids(token) for token in SPECIAL + NOT_SPECIAL},
        "prompts": prompts(tokenizer, frames),
    }  # fmt: skip
    (FOLDER / "processors.json").write_text(json.dumps(golden, ensure_ascii=False, separators=(",", ":")) + "\n")


main()
