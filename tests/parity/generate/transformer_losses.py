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
from safetensors.torch import save_file

from reference_transformer import loss_of, starting_weights

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
        weights = starting_weights(variant["model"], generator)
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
