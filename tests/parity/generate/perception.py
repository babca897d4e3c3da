"""Writes goldens/perception.json: answers of a small random model to a question about six frames, by transformers.

Run in the environment of scripts/torch-environment.sh, after vision_language.py, whose weights are used:
    ~/.cache/dsr/torch/bin/python tests/parity/generate/perception.py
Frames follow from a formula (`byte_of`). Pixel values are those of Hugging Face's Qwen2-VL video processor. With the plain
fusion the whole model runs, its own rotary positions included; the other fusions add reference_gsm.py's parts.
Text becomes tokens by `text_ids`, because the model's vocabulary has 200 entries only.
"""

import json
from pathlib import Path

import numpy
import torch
import transformers
import vision_language as base
from reference_gsm import Gsm, video_positions
from safetensors.torch import load_file
from transformers import Qwen2VLVideoProcessor

FOLDER = Path(__file__).parent.parent / "goldens"
FRAMES, HEIGHT, WIDTH, SECONDS_PER_GRID = 6, 24, 40, 1.0
QUESTION, OPTIONS = "Where does the cow go?", ["to the left", "to the right", "nowhere at all"]
LISTED = (
    "These are the frames of a video. Select the best answer to the following multiple-choice question based on the video. "
    "Respond with only the letter (A, B, or C) of the correct option.\nQuestion: Where does the cow go?\n"
    "A. to the left\nB. to the right\nC. nowhere at all\nAnswer: "
)
NEW_TOKENS = 12


def byte_of(place):
    """A byte that any language can repeat exactly."""
    return (place * 7919 + (place // 97) * 104729) % 256


def text_ids(text):
    """UTF-8 bytes below 180."""
    return [byte % 180 for byte in text.encode()]


def prompt(question, pads):
    """Qwen's chat template around a video and a question."""
    start, end = [base.START], [base.END]
    video = [base.VISION_START] + [base.VIDEO_PAD] * pads + [base.VISION_END]
    system = start + text_ids("system\nYou are a helpful assistant.") + end + text_ids("\n")
    user = start + text_ids("user\n") + video + text_ids(question) + end + text_ids("\n")
    return system + user + start + text_ids("assistant\n")


def check_weights(pipeline):
    """The weights drawn here must be those of the other golden."""
    stored = load_file(FOLDER / "vision-language.safetensors")
    drawn = pipeline.model.state_dict() | pipeline.weights
    for name, tensor in drawn.items():
        assert torch.equal(stored[f"weights/{name}"], tensor.half()), name


def process():
    place = numpy.arange(FRAMES * HEIGHT * WIDTH * 3, dtype=numpy.int64)
    frames = byte_of(place).astype(numpy.uint8).reshape(FRAMES, HEIGHT, WIDTH, 3)
    processor = Qwen2VLVideoProcessor(
        patch_size=base.PATCH, temporal_patch_size=2, merge_size=base.MERGE, size={"shortest_edge": 64, "longest_edge": 4096}
    )
    made = processor(videos=[frames], do_sample_frames=False, return_tensors="pt")
    return made["pixel_values_videos"], tuple(made["video_grid_thw"][0].tolist())


class Answers:
    """Embeds prompts for one fusion and gives logits of continuations."""

    def __init__(self, pipeline, fusion, seen):
        self.pipeline, self.fusion, (self.vision, self.geometry) = pipeline, fusion, seen
        self.gsm = Gsm(pipeline.weights, base.TEXT)

    def logits(self, question, answer=()):
        extra = base.QUERIES if self.fusion == "gsm" else 0
        ids = prompt(question, len(self.vision) + extra)
        start = ids.index(base.VIDEO_PAD)
        features = self.vision + self.geometry if self.fusion == "addition" else self.vision
        if self.fusion == "gsm":
            non_text = {base.VIDEO_PAD, base.VISION_START, base.VISION_END, base.START, base.END}
            text = self.pipeline.embed([token for token in ids if token not in non_text])
            places = video_positions(base.GRID, base.MERGE, SECONDS_PER_GRID, base.TOKENS_PER_SECOND)
            features = torch.cat([self.vision, self.gsm(text, self.geometry, places)[0]])
        whole = ids + list(answer)
        embeddings = self.pipeline.embed(whole).clone()
        embeddings[start : start + len(features)] = features
        positions = base.positions_of(whole, start, len(self.vision), SECONDS_PER_GRID)
        return self.pipeline.logits(embeddings, positions)[len(ids) - 1 :]

    def report(self):
        letters = self.logits(LISTED)[0][[ord(letter) for letter in "ABC"]].softmax(0)
        means, greedy = [], []
        for option in OPTIONS:
            ids = text_ids(option) + [base.END]
            chosen = self.logits(QUESTION, ids)[:-1].log_softmax(-1)[torch.arange(len(ids)), torch.tensor(ids)]
            means.append(chosen.mean())
        for _ in range(NEW_TOKENS):
            greedy.append(int(self.logits(QUESTION, greedy)[-1].argmax()))
        return {"letters": letters.tolist(), "likelihoods": torch.stack(means).softmax(0).tolist(), "greedy": greedy}


def check_whole_model(pipeline, pixels, answers):
    """transformers' own forward pass, from token ids and pixels, gives the same logits."""
    ids = torch.tensor([prompt(LISTED, len(answers.vision))])
    own = pipeline.model(
        input_ids=ids,
        attention_mask=torch.ones_like(ids),
        pixel_values_videos=pixels,
        video_grid_thw=torch.tensor([base.GRID]),
        second_per_grid_ts=torch.tensor([SECONDS_PER_GRID]),
    )
    difference = (own.logits[0, -1] - answers.logits(LISTED)[0]).abs().max().item()
    assert difference < 1e-4, difference
    return difference


def main():
    torch.set_num_threads(1)
    pipeline = base.Pipeline()
    check_weights(pipeline)
    pixels, base.GRID = process()
    with torch.no_grad():
        vision, _, geometry = pipeline.see(pixels)
        answers = {fusion: Answers(pipeline, fusion, (vision, geometry)) for fusion in ("plain", "addition", "gsm")}
        print("whole model: max|Δ|", check_whole_model(pipeline, pixels, answers["plain"]))
        cases = {fusion: each.report() for fusion, each in answers.items()}
    golden = {
        "reference": f"transformers {transformers.__version__}, PyTorch {torch.__version__}",
        "weights": f"vision-language.safetensors, seed {base.SEED}",
        "frames": {"count": FRAMES, "height": HEIGHT, "width": WIDTH, "secondsPerGrid": SECONDS_PER_GRID},
        "question": QUESTION,
        "options": OPTIONS,
        "cases": cases,
    }
    (FOLDER / "perception.json").write_text(json.dumps(golden, indent=1) + "\n")
    print(cases)


if __name__ == "__main__":
    main()
