"""Ten AdamW steps by PyTorch through transformers: `adamw.json` and `adamw.safetensors` (F32) beside a case's files.

A run starts from the weights of the file, dropout off, and takes its batches in turn; weight decay falls on everything
but biases and LayerNorms. It holds each step's loss and gradient norm, both before the step, and the weights after the
last, by their names in the file; float64. NaN stands where the exact gradient is zero whatever the weights are, the
biases of keys: Adam divides what rounding leaves there by itself.
"""

import copy
import json

import torch
from safetensors.torch import save_file

import cases
import peer
from peer import WIDEST
from reference import Forward, batch

STEPS = 10
OPTIONS = {"learning_rate": 1e-3, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "weight_decay": 0.01}

# Case -> the loss and the batches; rows of unequal length, so that a mean over tokens is not one over rows.
RUNS = {
    "gpt2-odd": ("next", [("small", None), ("five", None), ("pair", None)]),
    "bert-mlm": ("labels", [("small", cases.IDS), ("pair", [[-100, 2, 30, -100], [13, -100, -100, -100]])]),
}
CLIPPING = {"plain": None, "clipped": 1.0}


def training(case, model, dtype, clip):
    """The losses, norms and final parameters of ten steps from the model's weights."""
    text, batches = RUNS[case["name"]]
    model = copy.deepcopy(model).to(dtype)
    if case["config"]["model_type"] == "gpt2":
        model.loss_function = peer.next_token_loss
    decayed = lambda name: not name.endswith("bias") and "LayerNorm" not in name and ".ln_" not in name
    named = list(model.named_parameters())
    groups = [{"params": [p for n, p in named if decayed(n)], "weight_decay": OPTIONS["weight_decay"]},
              {"params": [p for n, p in named if not decayed(n)], "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=OPTIONS["learning_rate"], betas=(OPTIONS["beta1"], OPTIONS["beta2"]),
                                  eps=OPTIONS["epsilon"], foreach=False)
    losses, norms = [], []
    for step in range(STEPS):
        inputs, labels = batches[step % len(batches)]
        ours = shape_only(case, cases.INPUTS[inputs])
        optimizer.zero_grad()
        loss, _ = peer.loss(case, model, ours, text, labels)
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), torch.inf if clip is None else clip)
        optimizer.step()
        losses.append(loss.item())
        norms.append(norm.item())
    return losses, norms, {n: p.detach() for n, p in model.named_parameters()}


def shape_only(case, rows):
    """What of a run the peer asks for, without its values."""
    ours = Forward.__new__(Forward)
    ours.ids, ours.mask, ours.types = batch(rows)
    ours.values, ours.heads = {}, case["config"].get("n_head", case["config"].get("num_attention_heads"))
    return ours


def without_keys(name, values):
    """NaN for the biases of keys; GPT-2 joins those of queries, keys and values."""
    values = values.clone()
    if name.endswith("attn.c_attn.bias"):
        third = len(values) // 3
        values[third:2 * third] = torch.nan
    elif name.endswith("self.key.bias"):
        values[:] = torch.nan
    return values


def make(case, folder, model):
    if case["name"] not in RUNS:
        return
    text, batches = RUNS[case["name"]]
    out, runs = {}, []
    for name, clip in CLIPPING.items():
        losses, norms, weights = training(case, model, torch.float64, clip)
        narrow = training(case, model, torch.float32, clip)
        for key, values in weights.items():
            out[f"{name}/{key}"] = without_keys(key, values).float()
            error = (out[f"{name}/{key}"] - narrow[2][key]).abs().nan_to_num().max().item()
            WIDEST["AdamW in float32"] = max(WIDEST.get("AdamW in float32", 0.0), error)
        # Steps must be clipped where they are meant to be, and PyTorch's own float32 must pass the bar that ours has.
        assert min(norms) > 1.0 and WIDEST["AdamW in float32"] < 2e-5, (norms, WIDEST)
        inputs = [{"inputs": cases.INPUTS[i], **({"labels": labels} if labels else {})} for i, labels in batches]
        digits = lambda xs: [float(f"{x:.12g}") for x in xs]
        runs.append({"name": name, **({"clip": clip} if clip else {}), **OPTIONS, "loss": text, "batches": inputs,
                     "losses": digits(losses), "norms": digits(norms), "parameters": list(weights)})
    save_file({k: v.contiguous() for k, v in out.items()}, folder / "adamw.safetensors")
    lines = ",\n".join("  " + json.dumps(r) for r in runs)
    (folder / "adamw.json").write_text(f'{{"runs": [\n{lines}\n]}}\n')
