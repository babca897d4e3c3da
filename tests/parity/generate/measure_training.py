"""Measures PyTorch's milliseconds a training step on the processor; `dsr perf train` compares itself with it.

    echo 20 | measure_training.py '{"model": {...}, "batch": 32, "threads": 2}'
prints PyTorch's version, then for every number of steps read from standard input the list of their times, as JSON lines;
so that two engines can take turns on a machine that is never quite idle. The step is the one of the training engine:
forward, masked cross-entropy, backward, clipping, AdamW (PyTorch's fused kernel), attention by PyTorch's own fused
kernel, eager mode.
"""

import json
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

    def step():
        tokens = torch.randint(0, model["vocabulary"], (batch, model["context"] + 1), generator=generator)
        start = time.perf_counter()
        optimizer.zero_grad(set_to_none=True)
        loss = loss_of(model, weights, tokens, mask)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(weights.values(), 1.0)
        optimizer.step()
        float(loss.detach())
        return 1000 * (time.perf_counter() - start)

    print(json.dumps({"version": torch.__version__}), flush=True)
    for line in sys.stdin:
        print(json.dumps([step() for _ in range(int(line))]), flush=True)


main()
