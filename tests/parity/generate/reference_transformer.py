"""The small transformer of the goldens in PyTorch, with the weight names of `transformerLanguageModel`."""

import math

import torch
import torch.nn.functional as functional


def starting_weights(model, generator):
    def normal(*shape, deviation):
        return torch.randn(shape, generator=generator) * deviation

    width, heads, vocabulary = model["width"], model["heads"], model["vocabulary"]
    hidden = model.get("hidden", 4 * width)
    kv = model.get("keyValueHeads", heads) * width // heads
    weights = {"model.embed_tokens.weight": normal(vocabulary, width, deviation=0.5)}
    if model["positions"] == "learned":
        weights["model.embed_positions.weight"] = normal(model["context"], width, deviation=0.3)

    def linear(name, outputs, inputs):
        weights[f"{name}.weight"] = normal(outputs, inputs, deviation=1 / math.sqrt(inputs))
        if model.get("bias"):
            weights[f"{name}.bias"] = normal(outputs, deviation=0.1)

    def norm(name):
        weights[f"{name}.weight"] = 1 + normal(width, deviation=0.1)
        if model.get("normalization") == "layer":
            weights[f"{name}.bias"] = normal(width, deviation=0.1)

    for layer in range(model["layers"]):
        name = f"model.layers.{layer}"
        norm(f"{name}.input_layernorm")
        for part, outputs in (("q_proj", width), ("k_proj", kv), ("v_proj", kv), ("o_proj", width)):
            linear(f"{name}.self_attn.{part}", outputs, width)
        norm(f"{name}.post_attention_layernorm")
        for part in ("gate_proj", "up_proj") if model.get("gated") else ("up_proj",):
            linear(f"{name}.mlp.{part}", hidden, width)
        linear(f"{name}.mlp.down_proj", width, hidden)
    norm("model.norm")
    if not model.get("tiedEmbeddings"):
        weights["lm_head.weight"] = normal(vocabulary, width, deviation=1 / math.sqrt(width))
    return weights


def rotate(x, cosine, sine):
    first, second = x.chunk(2, dim=-1)
    return x * cosine + torch.cat([-second, first], dim=-1) * sine


def logits_of(model, weights, tokens):
    width, heads = model["width"], model["heads"]
    kv_heads, size = model.get("keyValueHeads", heads), width // heads
    batch, context = tokens.shape

    def linear(name, x):
        return functional.linear(x, weights[f"{name}.weight"], weights.get(f"{name}.bias"))

    def norm(name, x):
        if model.get("normalization") == "layer":
            return functional.layer_norm(x, [width], weights[f"{name}.weight"], weights[f"{name}.bias"], 1e-5)
        return functional.rms_norm(x, [width], weights[f"{name}.weight"], 1e-6)

    activation = {"relu2": lambda x: functional.relu(x).square(), "silu": functional.silu, "gelu": functional.gelu}[model["activation"]]
    frequencies = 10000.0 ** (-torch.arange(0, size, 2, dtype=torch.float64) / size)
    angles = torch.outer(torch.arange(context, dtype=torch.float64), torch.cat([frequencies, frequencies]))
    cosine, sine = angles.cos().float(), angles.sin().float()
    x = functional.embedding(tokens, weights["model.embed_tokens.weight"])
    if model["positions"] == "learned":
        x = x + weights["model.embed_positions.weight"]
    for layer in range(model["layers"]):
        name = f"model.layers.{layer}"
        h = norm(f"{name}.input_layernorm", x)
        split = lambda part, count: linear(f"{name}.self_attn.{part}", h).view(batch, context, count, size).transpose(1, 2)
        q, k, v = split("q_proj", heads), split("k_proj", kv_heads), split("v_proj", kv_heads)
        if model["positions"] == "rotary":
            q, k = rotate(q, cosine, sine), rotate(k, cosine, sine)
        mixed = functional.scaled_dot_product_attention(q, k, v, is_causal=True, enable_gqa=True)
        x = x + linear(f"{name}.self_attn.o_proj", mixed.transpose(1, 2).reshape(batch, context, width))
        h = norm(f"{name}.post_attention_layernorm", x)
        up = linear(f"{name}.mlp.up_proj", h)
        h = activation(linear(f"{name}.mlp.gate_proj", h)) * up if model.get("gated") else activation(up)
        x = x + linear(f"{name}.mlp.down_proj", h)
    head = weights["model.embed_tokens.weight"] if model.get("tiedEmbeddings") else weights["lm_head.weight"]
    return functional.linear(norm("model.norm", x), head)


def loss_of(model, weights, tokens, mask):
    logits = logits_of(model, weights, tokens[:, :-1])
    losses = functional.cross_entropy(logits.reshape(-1, logits.shape[-1]), tokens[:, 1:].reshape(-1), reduction="none")
    return (losses * mask.reshape(-1)).sum() / mask.sum()
