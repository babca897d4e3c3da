"""Writes goldens/qwen-tensors.json: names and shapes of Qwen2.5-VL-7B's weights by transformers, without any elements.

Run in the environment of scripts/torch-environment.sh:
    ~/.cache/dsr/torch/bin/python tests/parity/generate/qwen_tensor_names.py
The configuration is the released one's (its sizes; written here, nothing is downloaded). Names are mapped to those of the
released files, which older versions of transformers wrote. Layer numbers become '#', with how many layers there are.
"""

import json
import re
from pathlib import Path

import torch
import transformers
from transformers import Qwen2_5_VLConfig, Qwen2_5_VLForConditionalGeneration

TEXT = dict(
    hidden_size=3584, intermediate_size=18944, num_hidden_layers=28, num_attention_heads=28, num_key_value_heads=4,
    vocab_size=152064, tie_word_embeddings=False, rms_norm_eps=1e-6, rope_theta=1000000.0,
    rope_scaling={"type": "mrope", "mrope_section": [16, 24, 24]},
)
VISION = dict(
    depth=32, hidden_size=1280, num_heads=16, intermediate_size=3420, out_hidden_size=3584, in_chans=3, patch_size=14,
    spatial_merge_size=2, temporal_patch_size=2, window_size=112, fullatt_block_indexes=[7, 15, 23, 31],
)


def released_name(name):
    return re.sub("^model.visual.", "visual.", re.sub("^model.language_model.", "model.", name))


def main():
    with torch.device("meta"):
        model = Qwen2_5_VLForConditionalGeneration(Qwen2_5_VLConfig(vision_config=VISION, **TEXT))
    weights = {released_name(name): list(tensor.shape) for name, tensor in model.state_dict().items()}
    patterns = {}
    for name, shape in weights.items():
        pattern = re.sub(r"\.(blocks|layers)\.\d+\.", r".\1.#.", name)
        entry = patterns.setdefault(pattern, {"shape": shape, "count": 0})
        assert entry["shape"] == shape, name
        entry["count"] += 1
    golden = {
        "reference": f"transformers {transformers.__version__}, torch {torch.__version__}, meta device",
        "tensors": len(weights),
        "parameters": sum(tensor.numel() for tensor in model.state_dict().values()),
        "patterns": patterns,
    }
    path = Path(__file__).parent.parent / "goldens" / "qwen-tensors.json"
    path.write_text(json.dumps(golden, indent=1) + "\n")


main()
