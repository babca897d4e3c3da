"""Writes goldens/operator-gradients.json: outputs and gradients of every differentiable operator by PyTorch.

Run in the environment of scripts/torch-environment.sh:
    ~/.cache/dsr/torch/bin/python tests/parity/generate/operator_gradients.py
Inputs are drawn in float64, rounded to float32, and computed with in float64, so the golden's own error is negligible.
"""

import json
from pathlib import Path

import torch
import torch.nn.functional as functional

SEED = 20260520
generator = torch.Generator().manual_seed(SEED)
cases = []


def draw(*shape, low=-2.0, high=2.0):
    numbers = torch.rand(shape, generator=generator, dtype=torch.float64) * (high - low) + low
    return numbers.float().double()


def integers(*elements, shape=None):
    return torch.tensor(elements, dtype=torch.int64).reshape(shape or [len(elements)])


def encode(tensor):
    kinds = {torch.float64: "float32", torch.int64: "int64", torch.bool: "bool"}
    flat = tensor.detach().reshape(-1).tolist()
    numbers = [float(f"{x:.10g}") for x in flat] if tensor.dtype == torch.float64 else [int(x) for x in flat]
    return {"dtype": kinds[tensor.dtype], "shape": list(tensor.shape), "data": numbers}


def attribute(value):
    if isinstance(value, str):
        return {"string": value}
    if isinstance(value, float):
        return {"float": value}
    return {"ints": value} if isinstance(value, list) else {"int": value}


def case(operator, compute, *inputs, constants=(), name=None, outputs=1, microsoft=False, **attributes):
    """`inputs` are fed and differentiated where they are floats; `constants` follow them in the node."""
    leaves = [x.clone().requires_grad_(x.dtype == torch.float64) for x in inputs]
    results = compute(*leaves)
    results = list(results) if isinstance(results, (list, tuple)) else [results]
    seeds = [draw(*result.shape) for result in results]
    total = sum((result * seed).sum() for result, seed in zip(results, seeds))
    wanted = [leaf for leaf in leaves if leaf.requires_grad]
    gradients = iter(torch.autograd.grad(total, wanted))
    cases.append(
        {
            "name": name or operator,
            "operator": operator,
            "domain": "com.microsoft" if microsoft else "",
            "attributes": {key: attribute(value) for key, value in attributes.items()},
            "inputs": [encode(x) for x in inputs],
            "constants": [encode(x) for x in constants],
            "nodeOutputs": outputs,
            "outputs": [encode(result) for result in results],
            "seeds": [encode(seed) for seed in seeds],
            "gradients": [encode(next(gradients)) if leaf.requires_grad else None for leaf in leaves],
        }
    )


def elementwise():
    case("Neg", torch.neg, draw(2, 3))
    case("Abs", torch.abs, draw(2, 3))
    case("Exp", torch.exp, draw(2, 3))
    case("Log", torch.log, draw(2, 3, low=0.2))
    case("Sqrt", torch.sqrt, draw(2, 3, low=0.2))
    case("Reciprocal", torch.reciprocal, draw(2, 3, low=0.3))
    case("Sigmoid", torch.sigmoid, draw(2, 3))
    case("Tanh", torch.tanh, draw(2, 3))
    case("Relu", torch.relu, draw(2, 3))
    case("Erf", torch.erf, draw(2, 3))
    case("Sin", torch.sin, draw(2, 3))
    case("Cos", torch.cos, draw(2, 3))
    case("Softplus", functional.softplus, draw(2, 3))
    case("Identity", torch.clone, draw(2, 3))
    case("Gelu", functional.gelu, draw(2, 5), approximate="none")
    case("Gelu", lambda x: functional.gelu(x, approximate="tanh"), draw(2, 5), name="Gelu tanh", approximate="tanh")
    case("QuickGelu", functional.silu, draw(2, 5), name="SiLU", microsoft=True, alpha=1.0)
    case("QuickGelu", lambda x: x * torch.sigmoid(1.702 * x), draw(2, 5), microsoft=True, alpha=1.702)
    limits = (torch.tensor(-0.7, dtype=torch.float64).float().double(), torch.tensor(1.1, dtype=torch.float64).float().double())
    case("Clip", lambda x: torch.clamp(x, *limits), draw(3, 4), constants=limits)


def broadcasting():
    operators = {"Add": torch.add, "Sub": torch.sub, "Mul": torch.mul, "Div": torch.div, "Min": torch.minimum, "Max": torch.maximum}
    for operator, compute in operators.items():
        case(operator, compute, draw(2, 1, 3, low=0.4), draw(4, 1, low=0.4))
        case(operator, compute, draw(3, low=0.4), draw(2, 3, low=0.4), name=f"{operator} row")
    for exponent in (3.0, -0.5):
        constant = torch.tensor(exponent, dtype=torch.float64)
        case("Pow", lambda x, e=constant: torch.pow(x, e), draw(2, 3, low=0.4), name=f"Pow {exponent}", constants=[constant])
    case("Sum", lambda a, b, c: a + b + c, draw(2, 3), draw(3), draw(2, 1))
    mask = torch.tensor([[True, False, True], [False, False, True]])
    case("Where", torch.where, mask, draw(2, 3), draw(3))


def products():
    case("MatMul", torch.matmul, draw(2, 3, 4), draw(4, 5), name="MatMul shared right side")
    case("MatMul", torch.matmul, draw(2, 1, 3, 4), draw(3, 4, 2), name="MatMul broadcast")
    case("MatMul", torch.matmul, draw(3, 4), draw(4, 2))
    for a, b in ((0, 0), (0, 1), (1, 0), (1, 1)):
        left = draw(2, 4, 3) if a else draw(2, 3, 4)
        right = draw(2, 5, 4) if b else draw(2, 4, 5)
        compute = lambda x, y, a=a, b=b: 0.5 * (x.mT if a else x) @ (y.mT if b else y)
        case("FusedMatMul", compute, left, right, name=f"FusedMatMul {a}{b}", microsoft=True, transA=a, transB=b, alpha=0.5)
        compute = lambda x, y, c, a=a, b=b: (x.T if a else x) @ (y.T if b else y) + c
        case("Gemm", compute, left[0], right[0], draw(5), name=f"Gemm {a}{b}", transA=a, transB=b, alpha=1.0)
    case("Gemm", lambda x, y: 2 * x @ y, draw(3, 4), draw(4, 2), name="Gemm scaled", alpha=2.0)
    conv2 = lambda x, w, b: functional.conv2d(x, w, b, stride=(2, 3))
    case("Conv", conv2, draw(2, 3, 4, 6), draw(5, 3, 2, 3), draw(5), name="Conv image patches", strides=[2, 3])
    conv3 = lambda x, w: functional.conv3d(x, w, stride=2)
    case("Conv", conv3, draw(1, 2, 4, 4, 4), draw(3, 2, 2, 2, 2), name="Conv video patches", strides=[2, 2, 2])


def movement():
    case("Transpose", lambda x: x.permute(2, 0, 1), draw(2, 3, 4), perm=[2, 0, 1])
    case("Reshape", lambda x: x.reshape(4, 6), draw(2, 3, 4), constants=[integers(4, -1)])
    case("Expand", lambda x: x.expand(2, 3, 4), draw(3, 1), constants=[integers(2, 3, 4)])
    case("Concat", lambda a, b: torch.cat([a, b], 1), draw(2, 1), draw(2, 3), axis=1)
    case("Split", lambda x: torch.split(x, [2, 3], 1), draw(2, 5), constants=[integers(2, 3)], outputs=2, axis=1)
    case("Slice", lambda x: x[1:3, -3:-1], draw(4, 5), constants=[integers(1, -3), integers(3, -1), integers(0, 1)])
    case("Slice", lambda x: x[:, 2:], draw(3, 5), name="Slice to the end", constants=[integers(2), integers(2**62), integers(1)])
    padded = lambda x: functional.pad(x, (0, 2, 1, 0))
    case("Pad", padded, draw(2, 3), constants=[integers(1, 0, 0, 2)], mode="constant")
    rows = integers(0, 3, 1, 0, shape=[2, 2])
    case("Gather", lambda x, i: x[i], draw(4, 3), rows, name="Gather rows", axis=0)
    columns = integers(2, 0, 2)
    case("Gather", lambda x, i: x.index_select(1, i), draw(2, 4, 3), columns, name="Gather along an axis", axis=1)
    index = integers(0, 3, 3, 1, 2, 2, shape=[3, 2])
    case("GatherElements", lambda x, i: x.gather(1, i), draw(3, 4), index, axis=1)
    case("Unsqueeze", lambda x: x[None, :, :, None], draw(2, 3), constants=[integers(0, 3)])
    case("Squeeze", lambda x: x[0, :, 0], draw(1, 3, 1), constants=[integers(0, 2)])
    case("Trilu", lambda x: torch.tril(x, 1), draw(2, 3, 4), name="Trilu lower", constants=[integers(1, shape=[])], upper=0)
    case("Trilu", torch.triu, draw(3, 3), name="Trilu upper", constants=[integers(0, shape=[])], upper=1)


def reductions():
    axes = integers(0, 2)
    forms = {
        "ReduceSum": lambda x, keep: x.sum((0, 2), keepdim=keep),
        "ReduceMean": lambda x, keep: x.mean((0, 2), keepdim=keep),
        "ReduceMax": lambda x, keep: x.amax((0, 2), keepdim=keep),
        "ReduceMin": lambda x, keep: x.amin((0, 2), keepdim=keep),
        "ReduceSumSquare": lambda x, keep: (x * x).sum((0, 2), keepdim=keep),
        "ReduceL2": lambda x, keep: (x * x).sum((0, 2), keepdim=keep).sqrt(),
    }
    for operator, form in forms.items():
        case(operator, lambda x, f=form: f(x, False), draw(2, 3, 4), constants=[axes], keepdims=0)
        case(operator, lambda x, f=form: f(x, True), draw(2, 3, 4), name=f"{operator} kept", constants=[axes], keepdims=1)
    case("ReduceSum", lambda x: x.sum(), draw(2, 3), name="ReduceSum of all", keepdims=0)
    case("Softmax", lambda x: x.softmax(-1), draw(2, 3, 4), axis=-1)
    case("Softmax", lambda x: x.softmax(1), draw(2, 3, 4), name="Softmax inner axis", axis=1)
    case("LogSoftmax", lambda x: x.log_softmax(-1), draw(2, 3, 4), axis=-1)
    case("CumSum", lambda x: x.cumsum(1), draw(2, 4), constants=[integers(1, shape=[])])
    norm = lambda x, w, b: functional.layer_norm(x, [4], w, b, 1e-5)
    case("LayerNormalization", norm, draw(2, 3, 4), draw(4), draw(4), outputs=3, axis=-1, epsilon=1e-5)
    bare = lambda x, w: functional.layer_norm(x, [4], w, None, 1e-5)
    case("LayerNormalization", bare, draw(2, 3, 4), draw(4), name="LayerNormalization without bias", outputs=3, axis=-1, epsilon=1e-5)
    rms = lambda x, w: functional.rms_norm(x, [4], w, 1e-6)
    case("SimplifiedLayerNormalization", rms, draw(2, 3, 4), draw(4), outputs=2, axis=-1, epsilon=1e-6)


def main():
    for group in (elementwise, broadcasting, products, movement, reductions):
        group()
    reference = f"PyTorch {torch.__version__}"
    path = Path(__file__).parent.parent / "goldens" / "operator-gradients.json"
    lines = ",\n".join(json.dumps(each) for each in cases)
    path.write_text(f'{{"reference": "{reference}", "seed": {SEED}, "cases": [\n{lines}\n]}}\n')
    print(f"{len(cases)} cases by {reference}, {path.stat().st_size} bytes: {path}")


main()
