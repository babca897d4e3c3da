"""Measures PyTorch's milliseconds a training step on the processor; `dsr perf train` compares itself with it.

    measure_training.py '{"model": {...}, "batch": 32, "steps": 20, "warmup": 3, "threads": 2}'
prints one JSON object. The step is the one of the training engine: forward, masked cross-entropy, backward, clipping,
AdamW (PyTorch's fused kernel), attention by PyTorch's own fused kernel, eager mode.
"""

import json
import statistics
import sys
import time

import torch

from reference_transformer import loss_of, starting_weights


def main():
    request = json.loads(sys.argv[1])
    model, batch = request["model"], request["batch"]
    torch.set_num_threads(request["threads"])
    generator = torch.Generator().manual_seed(1)
    weights = {name: weight.requires_grad_() for name, weight in starting_weights(model, generator).items()}
    optimizer = torch.optim.AdamW(weights.values(), lr=3e-3, betas=(0.9, 0.98), weight_decay=0.01, fused=True)
    mask = torch.ones(batch, model["context"])
    times = []
    for _ in range(request["warmup"] + request["steps"]):
        tokens = torch.randint(0, model["vocabulary"], (batch, model["context"] + 1), generator=generator)
        start = time.perf_counter()
        optimizer.zero_grad(set_to_none=True)
        loss = loss_of(model, weights, tokens, mask)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(weights.values(), 1.0)
        optimizer.step()
        float(loss.detach())
        times.append(1000 * (time.perf_counter() - start))
    print(json.dumps({"msPerStep": statistics.median(times[request["warmup"] :]), "version": torch.__version__}))


main()
