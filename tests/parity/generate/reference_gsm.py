"""The Geometry Selection Module, its spatial merger and placement in PyTorch, written from the description in
docs/guides/models.md: an independent check of the graph, sharing no code with it or with the released repository."""

import torch
import torch.nn.functional as functional

CLIP_MEAN, CLIP_STD = (0.48145466, 0.4576275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)
IMAGE_MEAN, IMAGE_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def rms(x, weight, epsilon=1e-6):
    return x / torch.sqrt((x * x).mean(-1, keepdim=True) + epsilon) * weight


def turn(x, positions, theta, sections):
    """Rotary embedding of x [heads, tokens, size] where frequency f belongs to the axis whose section holds it."""
    size = x.shape[-1]
    frequencies = theta ** (-torch.arange(0, size, 2, dtype=torch.float32) / size)
    axis = torch.repeat_interleave(torch.arange(3), torch.tensor(sections))
    angles = positions[axis].T.float() * frequencies
    a, b = x[..., : size // 2], x[..., size // 2 :]
    return torch.cat([a * angles.cos() - b * angles.sin(), b * angles.cos() + a * angles.sin()], -1)


class Gsm:
    def __init__(self, weights, text):
        self.weights, self.text = weights, text

    def map(self, name, x):
        bias = self.weights.get(f"visual.{name}.bias")
        return functional.linear(x, self.weights[f"visual.{name}.weight"], bias)

    def block(self, name, queries, tokens, query_positions, token_positions):
        heads, shared = self.text["num_attention_heads"], self.text["num_key_value_heads"]
        size = self.text["hidden_size"] // heads
        norm = self.weights[f"visual.{name}.norm1.weight"]
        q = self.map(f"{name}.attn.q_proj", rms(queries, norm)).view(-1, heads, size).transpose(0, 1)
        k = self.map(f"{name}.attn.k_proj", rms(tokens, norm)).view(-1, shared, size).transpose(0, 1)
        v = self.map(f"{name}.attn.v_proj", rms(tokens, norm)).view(-1, shared, size).transpose(0, 1)
        theta, sections = self.text["rope_theta"], self.text["rope_scaling"]["mrope_section"]
        q, k = turn(q, query_positions, theta, sections), turn(k, token_positions, theta, sections)
        k, v = k.repeat_interleave(heads // shared, 0), v.repeat_interleave(heads // shared, 0)
        attention = torch.softmax(q @ k.transpose(1, 2) / size**0.5, -1)
        mixed = (attention @ v).transpose(0, 1).reshape(queries.shape[0], -1)
        queries = queries + self.map(f"{name}.attn.o_proj", mixed)
        normal = rms(queries, self.weights[f"visual.{name}.norm2.weight"])
        gate = functional.silu(self.map(f"{name}.mlp.gate_proj", normal))
        return queries + self.map(f"{name}.mlp.down_proj", gate * self.map(f"{name}.mlp.up_proj", normal)), attention

    def __call__(self, text_embeddings, geometry, geometry_positions):
        queries = self.weights["visual.q_former_queries"]
        def counting(length):
            return torch.arange(length).expand(3, -1)
        query_positions = counting(queries.shape[0])
        condensed, _ = self.block("q_former_1", queries, text_embeddings, query_positions, counting(len(text_embeddings)))
        selected, attention = self.block("q_former_2", condensed, geometry, query_positions, geometry_positions)
        return rms(selected, self.weights["visual.q_former_norm.weight"]), attention.mean(0)


def frames_of(pixels, grid, patch, merge):
    """Undoes the patch order: [t·h·w, 3·2·p²] → frames [2t, 3, H, W], from CLIP's to ImageNet's normalisation."""
    t, h, w = grid
    apart = pixels.view(t, h // merge, w // merge, merge, merge, 3, 2, patch, patch)
    frames = apart.permute(0, 6, 5, 1, 3, 7, 2, 4, 8).reshape(2 * t, 3, h * patch, w * patch)
    def channel(values):
        return torch.tensor(values).view(1, 3, 1, 1)
    return (frames * channel(CLIP_STD) + channel(CLIP_MEAN) - channel(IMAGE_MEAN)) / channel(IMAGE_STD)


def merge_tokens(weights, tokens, grid, merge):
    """Patch tokens [2t, h·w, width] → one for each vision token, by frame, then row, then column within a block."""
    t, h, w = grid
    apart = tokens.view(t, 2, h // merge, merge, w // merge, merge, -1).permute(0, 2, 4, 1, 3, 5, 6)
    joined = apart.reshape(t * (h // merge) * (w // merge), -1)
    normal = rms(joined, weights["visual.spatial_merger.ln_q.weight"])
    def map_(name, x):
        return functional.linear(
            x, weights[f"visual.spatial_merger.mlp.{name}.weight"], weights[f"visual.spatial_merger.mlp.{name}.bias"]
        )
    return map_("2", functional.gelu(map_("0", normal)))


def video_positions(grid, merge, seconds_per_grid, tokens_per_second):
    """int [3, tokens] of a video's merged grid, starting at zero."""
    t, h, w = grid[0], grid[1] // merge, grid[2] // merge
    time = torch.floor(torch.arange(t, dtype=torch.float32) * seconds_per_grid * tokens_per_second).long()
    parts = torch.meshgrid(time, torch.arange(h), torch.arange(w), indexing="ij")
    return torch.stack([part.flatten() for part in parts])
