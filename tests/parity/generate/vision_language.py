"""Writes goldens/vision-language.{json,safetensors}: a small random Qwen2.5-VL with DINOv2 and GSM by transformers.

Run in the environment of scripts/torch-environment.sh:
    ~/.cache/dsr/torch/bin/python tests/parity/generate/vision_language.py
Vision tower, decoder and DINOv2 are Hugging Face's; merger, GSM and placement are reference_gsm.py's. Weights are stored as
float16 (and were rounded to it before use); pixel values are not stored but follow from a formula (`pixels_of`).
"""

import json
from pathlib import Path

import torch
import transformers
from safetensors.torch import save_file
from transformers import (
    Dinov2WithRegistersConfig,
    Dinov2WithRegistersModel,
    Qwen2_5_VLConfig,
    Qwen2_5_VLForConditionalGeneration,
)

from reference_gsm import Gsm, frames_of, merge_tokens, video_positions

SEED = 20261125
QUERIES, MERGE, PATCH, GRID = 5, 2, 4, (3, 12, 20)
SECONDS_PER_GRID, TOKENS_PER_SECOND, NEW_TOKENS = 0.7, 2, 32
VOCABULARY, VIDEO_PAD, VISION_START, VISION_END, START, END = 200, 190, 191, 192, 193, 194
TEXT = {
    "vocab_size": VOCABULARY,
    "hidden_size": 48,
    "intermediate_size": 56,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "rms_norm_eps": 1e-6,
    "rope_theta": 10000.0,
    "rope_scaling": {"type": "default", "rope_type": "default", "mrope_section": [2, 2, 2]},
    "bos_token_id": START,
    "eos_token_id": END,
}
VISION = {
    "depth": 4,
    "hidden_size": 32,
    "num_heads": 2,
    "intermediate_size": 36,
    "out_hidden_size": 48,
    "patch_size": PATCH,
    "temporal_patch_size": 2,
    "spatial_merge_size": MERGE,
    "window_size": 32,
    "fullatt_block_indexes": [1, 3],
    "tokens_per_second": TOKENS_PER_SECOND,
}
ENCODER = {"num_hidden_layers": 2, "hidden_size": 24, "num_attention_heads": 2, "num_register_tokens": 2, "mlp_ratio": 2}
POSITION_GRID = 5
generator = torch.Generator().manual_seed(SEED)


def pixels_of(rows, length):
    """Numbers within ±1 that any language can repeat exactly."""
    place = torch.arange(rows * length, dtype=torch.int64)
    return (((place * 7919 + (place // 97) * 104729) % 2003).double() / 1001 - 1).float().view(rows, length)


def draw(name, shape):
    """Weights large enough that every part of the model matters to its output."""
    if len(shape) == 1:
        near = 1.0 if "norm" in name or "ln_q" in name or "gamma" in name else 0.0
        return near + 0.1 * torch.randn(shape, generator=generator)
    if "queries" in name or "embed_tokens" in name:
        return torch.randn(shape, generator=generator)
    inputs = shape[1:].numel() if "proj" in name or "mlp" in name or "qkv" in name or "lm_head" in name else 16
    return torch.randn(shape, generator=generator) / inputs**0.5


def rounded(tensor):
    return tensor.half().float()


def randomize(module, prefix=""):
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            parameter.copy_(rounded(draw(prefix + name, parameter.shape)))
    return module.eval()


def released_encoder_names(state):
    """Hugging Face's DINOv2 weights under the names of π³'s encoder; the mask token is left out, as released."""
    renamed = {
        "cls_token": state["embeddings.cls_token"],
        "register_tokens": state["embeddings.register_tokens"],
        "pos_embed": state["embeddings.position_embeddings"],
        "patch_embed.proj.weight": state["embeddings.patch_embeddings.projection.weight"],
        "patch_embed.proj.bias": state["embeddings.patch_embeddings.projection.bias"],
        "norm.weight": state["layernorm.weight"],
        "norm.bias": state["layernorm.bias"],
    }
    for layer in range(ENCODER["num_hidden_layers"]):
        theirs, ours = f"encoder.layer.{layer}", f"blocks.{layer}"
        for kind in ("weight", "bias"):
            joint = [state[f"{theirs}.attention.attention.{part}.{kind}"] for part in ("query", "key", "value")]
            renamed[f"{ours}.attn.qkv.{kind}"] = torch.cat(joint)
            renamed[f"{ours}.attn.proj.{kind}"] = state[f"{theirs}.attention.output.dense.{kind}"]
            for part in ("norm1", "norm2", "mlp.fc1", "mlp.fc2"):
                renamed[f"{ours}.{part}.{kind}"] = state[f"{theirs}.{part}.{kind}"]
        for part in ("1", "2"):
            renamed[f"{ours}.ls{part}.gamma"] = state[f"{theirs}.layer_scale{part}.lambda1"]
    return {f"visual.spatial_encoder.{name}": tensor for name, tensor in renamed.items()}


def geometry_weights():
    hidden, width, wide = TEXT["hidden_size"], 8 * ENCODER["hidden_size"], TEXT["intermediate_size"]
    shared = TEXT["num_key_value_heads"] * hidden // TEXT["num_attention_heads"]
    shapes = {
        "spatial_merger.ln_q.weight": (width,),
        "spatial_merger.mlp.0.weight": (width, width),
        "spatial_merger.mlp.0.bias": (width,),
        "spatial_merger.mlp.2.weight": (hidden, width),
        "spatial_merger.mlp.2.bias": (hidden,),
        "q_former_norm.weight": (hidden,),
        "q_former_queries": (QUERIES, hidden),
    }
    for block in ("q_former_1", "q_former_2"):
        shapes |= {f"{block}.norm1.weight": (hidden,), f"{block}.norm2.weight": (hidden,)}
        for part, outputs, inputs, bias in (
            ("attn.q_proj", hidden, hidden, True),
            ("attn.k_proj", shared, hidden, True),
            ("attn.v_proj", shared, hidden, True),
            ("attn.o_proj", hidden, hidden, False),
            ("mlp.gate_proj", wide, hidden, True),
            ("mlp.up_proj", wide, hidden, True),
            ("mlp.down_proj", hidden, wide, True),
        ):
            shapes[f"{block}.{part}.weight"] = (outputs, inputs)
            if bias:
                shapes[f"{block}.{part}.bias"] = (outputs,)
    return {f"visual.{name}": rounded(draw(name, torch.Size(shape))) for name, shape in shapes.items()}


def prompt(extra):
    """A system line, the video with `extra` pads after it, a question, the answer's beginning."""
    tokens = GRID[0] * (GRID[1] // MERGE) * (GRID[2] // MERGE)
    before = [START, 7, 8, END, START, 9, VISION_START]
    after = [VISION_END, 20, 21, 22, 23, 24, 25, 26, END, START, 30]
    return before + [VIDEO_PAD] * (tokens + extra) + after, len(before), tokens


def positions_of(ids, start, tokens, seconds):
    """int [3, length]: text counts on, the video's grid begins at its place, the rest counts on from the largest."""
    grid = video_positions(GRID, MERGE, seconds, TOKENS_PER_SECOND) + start
    rest = torch.arange(len(ids) - start - tokens) + int(grid.max()) + 1
    return torch.cat([torch.arange(start).expand(3, -1), grid, rest.expand(3, -1)], 1)


class Pipeline:
    def __init__(self):
        config = Qwen2_5_VLConfig(
            text_config=TEXT,
            vision_config=VISION,
            video_token_id=VIDEO_PAD,
            image_token_id=189,
            vision_start_token_id=VISION_START,
            vision_end_token_id=VISION_END,
            tie_word_embeddings=False,
        )
        config._attn_implementation = "eager"
        self.config = config
        self.model = randomize(Qwen2_5_VLForConditionalGeneration(config))
        encoder = Dinov2WithRegistersConfig(
            **ENCODER, patch_size=PATCH, image_size=POSITION_GRID * PATCH, layer_norm_eps=1e-6, attn_implementation="eager"
        )
        self.encoder = randomize(Dinov2WithRegistersModel(encoder), "encoder.")
        self.weights = geometry_weights() | released_encoder_names(self.encoder.state_dict())

    def see(self, pixels):
        vision = self.model.model.visual(pixels, torch.tensor([GRID]))
        frames = frames_of(pixels, GRID, PATCH, MERGE)
        tokens = self.encoder(frames).last_hidden_state[:, 1 + ENCODER["num_register_tokens"] :]
        return vision, tokens, merge_tokens(self.weights, tokens, GRID, MERGE)

    def embed(self, ids):
        return self.model.model.language_model.embed_tokens(torch.tensor(ids))

    def logits(self, embeddings, positions, cache=None):
        made = self.model.model.language_model(
            inputs_embeds=embeddings[None], position_ids=positions[:, None], past_key_values=cache, use_cache=cache is not None
        )
        return self.model.lm_head(made.last_hidden_state[0])

    def greedy(self, embeddings, positions, cached):
        ids, cache = [], transformers.DynamicCache() if cached else None
        fresh, places = embeddings, positions
        for _ in range(NEW_TOKENS):
            token = int(self.logits(fresh, places, cache)[-1].argmax())
            ids.append(token)
            embeddings = torch.cat([embeddings, self.embed([token])])
            positions = torch.cat([positions, positions[:, -1:].max().expand(3, 1) + 1], 1)
            fresh, places = (embeddings[-1:], positions[:, -1:]) if cached else (embeddings, positions)
        return ids


def variants(pipeline, vision, geometry, tensors):
    non_text = {VIDEO_PAD, VISION_START, VISION_END, START, END}
    gsm = Gsm(pipeline.weights, TEXT)
    for fusion in ("plain", "addition", "gsm"):
        ids, start, tokens = prompt(QUERIES if fusion == "gsm" else 0)
        embeddings, features = pipeline.embed(ids), vision
        if fusion == "addition":
            features = vision + geometry
        if fusion == "gsm":
            text = pipeline.embed([token for token in ids if token not in non_text])
            places = video_positions(GRID, MERGE, SECONDS_PER_GRID, TOKENS_PER_SECOND)
            selected, attention = gsm(text, geometry, places)
            features = torch.cat([vision, selected])
            tensors |= {"gsm/text_embeds": text, "gsm/geometry_tokens": selected, "gsm/attention": attention}
        embeddings = embeddings.clone()
        embeddings[start : start + len(features)] = features
        positions = positions_of(ids, start, tokens, SECONDS_PER_GRID)
        logits = pipeline.logits(embeddings, positions)
        greedy = pipeline.greedy(embeddings, positions, cached=False)
        assert greedy == pipeline.greedy(embeddings, positions, cached=True)
        tensors[f"{fusion}/logits"] = logits[-8:]
        yield fusion, {"inputIds": ids, "positions": positions.tolist(), "videoStart": start, "greedy": greedy}


def main():
    torch.set_num_threads(1)
    pipeline = Pipeline()
    length = 3 * VISION["temporal_patch_size"] * PATCH**2
    pixels = pixels_of(GRID[0] * GRID[1] * GRID[2], length)
    with torch.no_grad():
        vision, patch_tokens, geometry = pipeline.see(pixels)
        tensors = {"image_features": vision, "geometry_patch_tokens": patch_tokens, "geometry_features": geometry}
        cases = dict(variants(pipeline, vision, geometry, tensors))
    weights = {f"weights/{name}": tensor for name, tensor in pipeline.model.state_dict().items()}
    weights |= {f"weights/{name}": tensor for name, tensor in pipeline.weights.items()}
    outputs = {name: tensor.contiguous().float() for name, tensor in tensors.items()}
    config = pipeline.config.to_dict()
    config["dsr_config"] = {"geometry_encoder": ENCODER | {"position_grid": POSITION_GRID}}
    config["non_text_token_ids"] = [VIDEO_PAD, VISION_START, VISION_END, START, END]
    golden = {
        "reference": f"transformers {transformers.__version__}, PyTorch {torch.__version__}",
        "seed": SEED,
        "grid": GRID,
        "secondsPerGrid": SECONDS_PER_GRID,
        "config": config,
        "variants": cases,
    }
    folder = Path(__file__).parent.parent / "goldens"
    (folder / "vision-language.json").write_text(json.dumps(golden, separators=(",", ":")) + "\n")
    halves = {name: tensor.half().contiguous() for name, tensor in weights.items()}
    save_file(halves | outputs, folder / "vision-language.safetensors", {"format": "pt"})
    print({name: case["greedy"][:8] for name, case in cases.items()})


if __name__ == "__main__":
    main()
