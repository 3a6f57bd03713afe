"""Expected values of vitrine.interp.patching, by hooks on transformers' models in float64.

    python patching_fixtures.py GOLDEN OUT       (with exactly the versions of requirements.txt)

GOLDEN is tests/src/test/resources/golden, whose random models are read; OUT gets one JSON file a model: two pairs of
prompts, and the metric of every patched run. No code of ours computes anything here: values are exchanged by forward
hooks (patterns by a wrapper of softmax), gradients are autograd's.
"""

import json
import pathlib
import sys

import torch
from torch import nn

import peer

torch.set_num_threads(1)

MODELS = {
    "gpt2-lm": {"hf": "GPT2LMHeadModel", "position": -1},
    "bert-pretraining": {"hf": "BertForPreTraining", "position": 3},
    # One row of classes a text: a difference of two of them, and a probability.
    "bert-sequence": {"hf": "BertForSequenceClassification", "position": 0,
                      "pairs": [{"answer": 2, "wrong": 0, "kind": "diff"}, {"answer": 1, "wrong": 2, "kind": "prob"}]},
}
PAIRS = [
    {"clean": [5, 17, 3, 29, 11, 8, 17], "corrupted": [5, 31, 3, 12, 11, 8, 17], "answer": 7, "wrong": 21},
    {"clean": [33, 2, 19, 4, 25, 2, 9], "corrupted": [33, 6, 19, 4, 14, 2, 9], "answer": 30, "wrong": 1},
]
SUBLAYERS = ["resid_pre", "resid_mid", "resid_post", "attn_out", "mlp_out"]
HEADS = ["attn.q", "attn.k", "attn.v", "attn.z", "attn.pattern"]


class Hooked:
    """A model whose values can be read and exchanged by site."""

    def __init__(self, case, folder):
        self.model = peer.load(case, folder)
        self.gpt2 = case["hf"].startswith("GPT2")
        self.heads = self.model.config.num_attention_heads
        base = self.model.base_model
        self.blocks = base.h if self.gpt2 else base.encoder.layer

    def split(self, x):
        return x.view(*x.shape[:-1], self.heads, -1)

    def run(self, ids, edits=None, keep=None):
        """The logits, with `edits` (site -> function of its value); values go into `keep`."""
        edits, seen, handles = edits or {}, {} if keep is None else keep, []

        def at(site, x):
            if site in edits:
                x = edits[site](x)
            if x.requires_grad and keep is not None:
                x.retain_grad()
            seen[site] = x
            return x

        def outputs(module, change):
            def hook(_m, _i, output):
                first = peer.first(output)
                new = change(first)
                return (new, *output[1:]) if isinstance(output, tuple) else new
            handles.append(module.register_forward_hook(hook))

        def inputs(module, change):
            handles.append(module.register_forward_pre_hook(lambda _m, args: (change(args[0]), *args[1:])))

        def whole(site):
            return lambda x: at(site, x)

        def by_head(site):
            return lambda x: at(site, self.split(x)).reshape(x.shape)

        for n, block in enumerate(self.blocks):
            b = f"blocks.{n}."
            inputs(block, whole(b + "resid_pre"))
            if self.gpt2:
                def joined(x, b=b):
                    parts = x.chunk(3, -1)
                    return torch.cat([at(b + "attn." + s, self.split(p)).reshape(p.shape)
                                      for s, p in zip("qkv", parts)], -1)
                outputs(block.attn.c_attn, joined)
                inputs(block.attn.c_proj, by_head(b + "attn.z"))

                def attended(x, b=b):
                    x = at(b + "attn_out", x)
                    # The stream between the sublayers is a sum in the block: exchanging it is exchanging a summand.
                    before = seen[b + "resid_pre"]
                    return at(b + "resid_mid", before + x) - before
                outputs(block.attn.c_proj, attended)
                outputs(block.mlp.act, whole(b + "mlp.post"))
                outputs(block.mlp.c_proj, whole(b + "mlp_out"))
            else:
                a = block.attention
                for s, m in zip("qkv", (a.self.query, a.self.key, a.self.value)):
                    outputs(m, by_head(b + "attn." + s))
                inputs(a.output.dense, by_head(b + "attn.z"))
                outputs(a.output.dense, whole(b + "attn_out"))
                outputs(a.output.LayerNorm, whole(b + "resid_mid"))
                outputs(block.intermediate.intermediate_act_fn, whole(b + "mlp.post"))
                outputs(block.output.dense, whole(b + "mlp_out"))
            outputs(block, whole(b + "resid_post"))
        softmax, layer = nn.functional.softmax, iter(range(100))
        nn.functional.softmax = lambda x, *a, **k: at(f"blocks.{next(layer)}.attn.pattern", softmax(x, *a, **k))
        try:
            out = self.model(torch.tensor([ids]))
        finally:
            nn.functional.softmax = softmax
            for handle in handles:
                handle.remove()
        return out.prediction_logits if "prediction_logits" in out else out.logits


def exchange(value, *where):
    """Puts `value` into a part of another one of its shape; slices of the axes after the batch."""
    def edit(x):
        x = x.clone()
        x[(slice(None), *where)] = value[(slice(None), *where)]
        return x
    return edit


ALL = slice(None)


class Pair:
    def __init__(self, hooked, pair, position):
        self.hooked, self.pair, self.position = hooked, pair, position
        self.values = {}
        with torch.no_grad():
            for which in ("clean", "corrupted"):
                self.values[which] = {}
                hooked.run(pair[which], keep=self.values[which])
        self.layers, self.length = len(hooked.blocks), len(pair["clean"])

    def metric(self, logits):
        row = logits[0] if logits.dim() == 2 else logits[0, self.position]
        if self.pair.get("kind") == "prob":
            return row.softmax(-1)[self.pair["answer"]]
        return row[self.pair["answer"]] - row[self.pair["wrong"]]

    def patched(self, base, edits, keep=None):
        with torch.no_grad():
            return self.metric(self.hooked.run(self.pair[base], edits, keep)).item()

    def sweep(self, base, source, name, parts):
        """By layer, then by `parts`, which are indices of the axes after the batch."""
        return [[self.patched(base, {f"blocks.{n}.{name}": exchange(self.values[source][f"blocks.{n}.{name}"], *part)})
                 for part in parts] for n in range(self.layers)]

    def head(self, name, h):
        return (h,) if name == "attn.pattern" else (ALL, h)

    def activations(self, base, source):
        positions, heads = range(self.length), range(self.hooked.heads)
        width = self.values[base]["blocks.0.mlp.post"].shape[-1]
        out = {f"{name} by pos": self.sweep(base, source, name, [(t,) for t in positions]) for name in SUBLAYERS}
        for name in HEADS:
            out[name + " by head"] = self.sweep(base, source, name, [self.head(name, h) for h in heads])
        for name in ("attn.q", "attn.k", "attn.v", "attn.z"):
            # In the order of the site's axes: position, then head.
            parts = [(t, h) for t in positions for h in heads]
            out[name + " by pos,head"] = self.sweep(base, source, name, parts)
        parts = [(h, t) for h in heads for t in positions]
        out["attn.pattern by head,query"] = self.sweep(base, source, "attn.pattern", parts)
        out["mlp.post by neuron"] = self.sweep(base, source, "mlp.post", [(ALL, m) for m in range(width)])
        return out

    def path(self, base, source, receivers, mlps):
        """Wang et al. 2022, appendix B: `receivers` are (layer, name, head); none for the logits."""
        theirs, own = self.values[source], self.values[base]
        end = max((n for n, _, _ in receivers), default=self.layers)
        out = []
        for layer in range(end):
            row = []
            for h in range(self.hooked.heads):
                edits = {f"blocks.{layer}.attn.z": exchange(theirs[f"blocks.{layer}.attn.z"], ALL, h)}
                for later in range(layer, end):
                    if later > layer:
                        edits[f"blocks.{later}.attn.z"] = exchange(own[f"blocks.{later}.attn.z"])
                    if mlps == "frozen":
                        edits[f"blocks.{later}.mlp_out"] = exchange(own[f"blocks.{later}.mlp_out"])
                on_the_way = {}
                direct = self.patched(base, edits, on_the_way)
                if not receivers:
                    row.append(direct)
                    continue
                # A receiver of the sender's layer or below has nothing new, and is as in the base run.
                of_site = {}
                for n, name, head in receivers:
                    of_site.setdefault(f"blocks.{n}.attn.{name}", []).append(head)
                received = {site: exchange(on_the_way[site], ALL, each) for site, each in of_site.items()}
                row.append(self.patched(base, received))
            out.append(row)
        return out

    def attribution(self, base, source):
        keep = {}
        for p in self.hooked.model.parameters():
            p.requires_grad_(True)
        self.metric(self.hooked.run(self.pair[base], keep=keep)).backward()
        found = {}
        for site, x in keep.items():
            found[site] = (self.values[source][site] - x.detach()) * x.grad
        layers, at = range(self.layers), lambda n, name: found[f"blocks.{n}.{name}"][0]
        out = {name + " by pos": [at(n, name).sum(-1).tolist() for n in layers] for name in SUBLAYERS}
        for name in HEADS[:-1]:
            out[name + " by head"] = [at(n, name).sum((0, 2)).tolist() for n in layers]
        out["attn.z by pos,head"] = [at(n, "attn.z").sum(-1).flatten().tolist() for n in layers]
        out["attn.pattern by head"] = [at(n, "attn.pattern").sum((1, 2)).tolist() for n in layers]
        out["mlp.post by neuron"] = [at(n, "mlp.post").sum(0).tolist() for n in layers]
        return out


def rounded(x):
    if isinstance(x, dict):
        return {key: rounded(each) for key, each in x.items()}
    return [rounded(each) for each in x] if isinstance(x, list) else float(f"{x:.7g}")


def make(name, case, golden):
    hooked, pairs = Hooked(case, golden / name), []
    last = len(hooked.blocks) - 1
    receivers = {
        "logits": [],
        **{f"blocks.{last}.attn.{s}[head=1]": [(last, s, 1)] for s in "qkv"},
        f"blocks.{last}.attn.q[head={{0,1}}] blocks.1.attn.v[head=0]":
            [(last, "q", 0), (last, "q", 1), (1, "v", 0)],
    }
    own = case.get("pairs", [{}] * len(PAIRS))
    for given in ({**pair, **more} for pair, more in zip(PAIRS, own)):
        pair = Pair(hooked, given, case["position"])
        entry = {**given, "position": case["position"],
                 "metric": {which: pair.patched(which, {}) for which in ("clean", "corrupted")}}
        for direction, base, source in (("denoise", "corrupted", "clean"), ("noise", "clean", "corrupted")):
            entry[direction] = {
                "patched": rounded(pair.activations(base, source)),
                "attributed": rounded(pair.attribution(base, source)),
                "paths": {f"{text} mlps {mlps}": rounded(pair.path(base, source, each, mlps))
                          for text, each in receivers.items() for mlps in ("recomputed", "frozen")},
            }
        pairs.append(entry)
    return {"model": name, "pairs": pairs}


def main(golden, target):
    root = pathlib.Path(target)
    root.mkdir(parents=True, exist_ok=True)
    for name, case in MODELS.items():
        text = json.dumps(make(name, case, pathlib.Path(golden)), separators=(",", ":"))
        (root / f"{name}.json").write_text(text.replace('"denoise"', '\n"denoise"').replace('"noise"', '\n"noise"') + "\n")
        print(name, len(text), "bytes")


if __name__ == "__main__":
    main(*sys.argv[1:])
