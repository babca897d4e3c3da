"""Writes goldens/transformer-losses.{json,safetensors}: 50 training steps of small transformers by PyTorch.

Run in the environment of scripts/torch-environment.sh:
    ~/.cache/dsr/torch/bin/python tests/parity/generate/transformer_losses.py
The safetensors file holds the starting weights of every variant and the batches; the JSON the configurations, learning
rates and losses. float32 on the processor, as anyone would run it.
"""

import json
import math
from pathlib import Path

import torch
import torch.nn.functional as functional
from safetensors.torch import save_file

SEED = 20260521
STEPS, BATCH, CONTEXT, VOCABULARY = 50, 8, 32, 48
PEAK, WARMUP, FLOOR, CLIP, DECAY, BETAS = 3e-3, 10, 0.03, 1.0, 0.1, (0.9, 0.98)
generator = torch.Generator().manual_seed(SEED)

COMMON = {"vocabulary": VOCABULARY, "context": CONTEXT, "layers": 2, "width": 32, "heads": 4}
VARIANTS = {
    "plain": {"model": {**COMMON, "activation": "relu2", "positions": "learned"}, "optimizer": "adamw"},
    "qwen": {
        "model": {
            **COMMON,
            **{"keyValueHeads": 2, "hidden": 48, "activation": "silu", "gated": True, "positions": "rotary"},
            **{"bias": True, "tiedEmbeddings": True},
        },
        "optimizer": "adamw",
    },
    "muon": {"model": {**COMMON, "activation": "gelu", "normalization": "layer", "positions": "learned"}, "optimizer": "muon"},
}


def normal(*shape, deviation):
    return torch.randn(shape, generator=generator) * deviation


def starting_weights(model):
    width, heads = model["width"], model["heads"]
    hidden = model.get("hidden", 4 * width)
    kv = model.get("keyValueHeads", heads) * width // heads
    weights = {"model.embed_tokens.weight": normal(VOCABULARY, width, deviation=0.5)}
    if model["positions"] == "learned":
        weights["model.embed_positions.weight"] = normal(CONTEXT, width, deviation=0.3)

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
        weights["lm_head.weight"] = normal(VOCABULARY, width, deviation=1 / math.sqrt(width))
    return weights


def rotate(x, cosine, sine):
    first, second = x.chunk(2, dim=-1)
    return x * cosine + torch.cat([-second, first], dim=-1) * sine


def logits_of(model, weights, tokens):
    width, heads = model["width"], model["heads"]
    kv_heads, size = model.get("keyValueHeads", heads), width // heads

    def linear(name, x):
        return functional.linear(x, weights[f"{name}.weight"], weights.get(f"{name}.bias"))

    def norm(name, x):
        if model.get("normalization") == "layer":
            return functional.layer_norm(x, [width], weights[f"{name}.weight"], weights[f"{name}.bias"], 1e-5)
        return functional.rms_norm(x, [width], weights[f"{name}.weight"], 1e-6)

    activation = {"relu2": lambda x: functional.relu(x).square(), "silu": functional.silu, "gelu": functional.gelu}[model["activation"]]
    frequencies = 10000.0 ** (-torch.arange(0, size, 2, dtype=torch.float64) / size)
    angles = torch.outer(torch.arange(CONTEXT, dtype=torch.float64), torch.cat([frequencies, frequencies]))
    cosine, sine = angles.cos().float(), angles.sin().float()
    x = functional.embedding(tokens, weights["model.embed_tokens.weight"])
    if model["positions"] == "learned":
        x = x + weights["model.embed_positions.weight"]
    for layer in range(model["layers"]):
        name = f"model.layers.{layer}"
        h = norm(f"{name}.input_layernorm", x)
        split = lambda part, count: linear(f"{name}.self_attn.{part}", h).view(BATCH, CONTEXT, count, size).transpose(1, 2)
        q, k, v = split("q_proj", heads), split("k_proj", kv_heads), split("v_proj", kv_heads)
        if model["positions"] == "rotary":
            q, k = rotate(q, cosine, sine), rotate(k, cosine, sine)
        mixed = functional.scaled_dot_product_attention(q, k, v, is_causal=True, enable_gqa=True)
        x = x + linear(f"{name}.self_attn.o_proj", mixed.transpose(1, 2).reshape(BATCH, CONTEXT, width))
        h = norm(f"{name}.post_attention_layernorm", x)
        up = linear(f"{name}.mlp.up_proj", h)
        h = activation(linear(f"{name}.mlp.gate_proj", h)) * up if model.get("gated") else activation(up)
        x = x + linear(f"{name}.mlp.down_proj", h)
    head = weights["model.embed_tokens.weight"] if model.get("tiedEmbeddings") else weights["lm_head.weight"]
    return functional.linear(norm("model.norm", x), head)


def loss_of(model, weights, tokens, mask):
    logits = logits_of(model, weights, tokens[:, :-1])
    losses = functional.cross_entropy(logits.reshape(-1, VOCABULARY), tokens[:, 1:].reshape(-1), reduction="none")
    return (losses * mask.reshape(-1)).sum() / mask.sum()


def learning_rate(step):
    if step < WARMUP:
        return PEAK * (step + 1) / WARMUP
    progress = (step - WARMUP) / (STEPS - 1 - WARMUP)
    return PEAK * (FLOOR + (1 - FLOOR) * 0.5 * (1 + math.cos(math.pi * progress)))


def optimizers_of(kind, weights):
    """Decay on matrices only; Muon moves the matrices inside the network, AdamW the rest."""
    inner = {n for n, w in weights.items() if kind == "muon" and w.ndim == 2 and "embed" not in n and "lm_head" not in n}
    rest = {n: w for n, w in weights.items() if n not in inner}
    groups = [
        {"params": [w for w in rest.values() if w.ndim > 1], "weight_decay": DECAY},
        {"params": [w for w in rest.values() if w.ndim == 1], "weight_decay": 0.0},
    ]
    adamw = torch.optim.AdamW([g for g in groups if g["params"]], lr=PEAK, betas=BETAS, eps=1e-8)
    if not inner:
        return [adamw]
    matrices = [weights[n] for n in sorted(inner)]
    return [adamw, torch.optim.Muon(matrices, lr=PEAK, weight_decay=DECAY, momentum=0.95, adjust_lr_fn="match_rms_adamw")]


def train(variant, weights, tokens, mask):
    weights = {name: weight.clone().requires_grad_() for name, weight in weights.items()}
    optimizers = optimizers_of(variant["optimizer"], weights)
    losses, norms = [], []
    for step in range(STEPS):
        loss = loss_of(variant["model"], weights, tokens[step].long(), mask[step])
        for optimizer in optimizers:
            optimizer.zero_grad()
            for group in optimizer.param_groups:
                group["lr"] = learning_rate(step)
        loss.backward()
        norms.append(float(torch.nn.utils.clip_grad_norm_(weights.values(), CLIP)))
        for optimizer in optimizers:
            optimizer.step()
        losses.append(float(loss.detach()))
    return losses, norms


def draw_batches():
    """Sequences that go on by equal steps, a tenth of the places masked."""
    start = torch.randint(0, VOCABULARY, (STEPS, BATCH, 1), generator=generator)
    stride = torch.randint(1, 7, (STEPS, BATCH, 1), generator=generator)
    tokens = (start + stride * torch.arange(CONTEXT + 1)) % VOCABULARY
    mask = (torch.rand((STEPS, BATCH, CONTEXT), generator=generator) > 0.1).float()
    return tokens.int(), mask


def main():
    # torch.optim.Muon computes its iteration in bfloat16, which no other implementation repeats; here it stays float32.
    torch.Tensor.bfloat16 = lambda tensor: tensor
    torch.set_num_threads(1)
    tokens, mask = draw_batches()
    tensors, variants = {"tokens": tokens, "mask": mask.to(torch.uint8)}, {}
    for name, variant in VARIANTS.items():
        weights = starting_weights(variant["model"])
        tensors.update({f"{name}/{key}": weight for key, weight in weights.items()})
        losses, norms = train(variant, weights, tokens, mask)
        variants[name] = {**variant, "losses": losses, "gradientNorms": norms}
        print(f"{name}: loss {losses[0]:.4f} -> {losses[-1]:.4f}")
    settings = {"steps": STEPS, "batch": BATCH, "peak": PEAK, "warmup": WARMUP, "floor": FLOOR, "clipNorm": CLIP}
    golden = {
        "reference": f"PyTorch {torch.__version__}",
        "seed": SEED,
        **settings,
        **{"weightDecay": DECAY, "betas": BETAS},
        "learningRates": [learning_rate(step) for step in range(STEPS)],
        "variants": variants,
    }
    folder = Path(__file__).parent.parent / "goldens"
    (folder / "transformer-losses.json").write_text(json.dumps(golden, indent=1) + "\n")
    save_file(tensors, folder / "transformer-losses.safetensors", {"format": "pt"})


main()
