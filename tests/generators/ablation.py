"""What ablations of two golden models must come to: PyTorch hooks on transformers' own modules, one text at a time.

    python ablation.py TESTS/src/test/resources     (with exactly the versions of requirements.txt)

Reads golden/gpt2-odd and golden/bert-odd, and writes ablation/gpt2.json and ablation/bert.json: texts, reference texts,
and for every component and edit the metrics of each text, in float64. Of `resample` the value for every other text that
is long enough, since which one is taken is for the engine to draw. Noise is the engine's own and is not here.
"""

import itertools
import json
import pathlib
import sys

import torch
from transformers import AutoModelForCausalLM, AutoModelForMaskedLM

torch.set_num_threads(1)
NEURONS = 5
TEXTS = [[5, 17, 3, 12, 11, 8], [7, 9, 21, 4, 30, 2], [1, 33, 6, 14, 25], [28, 19, 10, 36, 13], [22, 15, 35, 16]]
REFERENCE = [[3, 9, 27, 11], [20, 31, 5, 18, 24, 2], [34, 12, 7]]
METRICS = {"gpt2": ["loss", "kl:-1", "kl", "logit:-2,5", "prob:-1,8"],
           "bert": ["loss:mlm:1=7", "kl:-1", "kl", "diff:0,4,9", "prob:2,8"]}
SETS_METRICS = 2  # the first so many of the metrics
DIGITS = 9


class Model:
    def __init__(self, family, directory):
        kind = AutoModelForCausalLM if family == "gpt2" else AutoModelForMaskedLM
        self.net = kind.from_pretrained(directory, dtype=torch.float64, attn_implementation="eager").eval()
        self.family, c = family, self.net.config
        if family == "gpt2":
            self.blocks, self.heads, self.causal = self.net.transformer.h, c.n_head, True
        else:
            self.blocks, self.heads, self.causal = self.net.bert.encoder.layer, c.num_attention_heads, False

    # The modules at whose input or output a value is: `z` and the neurons enter a product, sublayers leave one.
    def out_of_heads(self, n):
        b = self.blocks[n]
        return b.attn.c_proj if self.family == "gpt2" else b.attention.output.dense

    def out_of_neurons(self, n):
        b = self.blocks[n]
        return b.mlp.c_proj if self.family == "gpt2" else b.output.dense

    def place(self, component):
        """The module, whether its input or its output, and the columns (or the row) that are the component's."""
        kind, n = component[:2]
        if kind == "head":
            module = self.out_of_heads(n)
            k = self.net.config.hidden_size // self.heads
            return module, "in", slice(component[2] * k, component[2] * k + k)
        if kind == "neurons":
            return self.out_of_neurons(n), "in", slice(component[2], component[3])
        if kind == "attn":
            return self.out_of_heads(n), "out", slice(None)
        if kind == "mlp":
            return self.out_of_neurons(n), "out", slice(None)
        if kind == "layer":
            return self.blocks[n], "out", slice(None)
        return self.blocks[n], "in", slice(None)  # a position

    def run(self, ids, component=None, change=None, seen=None):
        """Logits (T,V). `change` maps a component's value (T,columns) to another; `seen` collects it unchanged."""
        return self.run_all(ids, [(component, change)] if component else [], seen)

    def run_all(self, ids, changes, seen=None):
        handles = [self.hook(component, change, seen) for component, change in changes]
        with torch.no_grad():
            logits = self.net(torch.tensor([ids])).logits[0]
        for handle in handles:
            handle.remove()
        return logits

    def hook(self, component, change, seen):
        module, side, columns = self.place(component)

        def edit(x):
            value = x[0][:, columns]
            if seen is not None:
                seen.append(value.detach().clone())
            if change is None:
                return x
            x = x.clone()
            x[0][:, columns] = change(value)
            return x

        def leaving(m, args, out):
            return (edit(out[0]), *out[1:]) if isinstance(out, tuple) else edit(out)

        if side == "in":
            return module.register_forward_pre_hook(lambda m, args: (edit(args[0]), *args[1:]))
        return module.register_forward_hook(leaving)

    def value(self, ids, component):
        seen = []
        self.run(ids, component, seen=seen)
        return seen[0]

    def entering(self, ids, n):
        return self.value(ids, ("position", n))

    def values_of_heads(self, ids, n):
        """v (T,D): each head's columns."""
        seen = []
        b = self.blocks[n]
        module = b.attn.c_attn if self.family == "gpt2" else b.attention.self.value
        handle = module.register_forward_hook(lambda m, a, out: seen.append(out[0].detach()))
        self.run(ids)
        handle.remove()
        return seen[0][:, -self.net.config.hidden_size:]

    def uniform(self, ids, n):
        t = len(ids)
        visible = torch.ones(t, t, dtype=torch.float64)
        visible = visible.tril() if self.causal else visible
        return (visible / visible.sum(-1, keepdim=True)) @ self.values_of_heads(ids, n)


def metric(text, ids, logits, clean):
    log_p, log_c = torch.log_softmax(logits, -1), torch.log_softmax(clean, -1)
    kl = (log_c.exp() * (log_c - log_p)).sum(-1)
    kind, _, rest = text.partition(":")
    if text == "loss":
        return -log_p[range(len(ids) - 1), ids[1:]].mean()
    if kind == "loss":
        position, token = map(int, rest.split(":")[1].split("="))
        return -log_p[position, token]
    if kind == "kl":
        return kl[int(rest)] if rest else kl.mean()
    position, *tokens = map(int, rest.split(","))
    if kind == "logit":
        return logits[position, tokens[0]]
    if kind == "diff":
        return logits[position, tokens[0]] - logits[position, tokens[1]]
    return log_p[position, tokens[0]].exp()


def components(model):
    layers = range(len(model.blocks))
    inner = model.net.config.n_inner if model.family == "gpt2" else model.net.config.intermediate_size
    found = {f"L{n}H{h}": ("head", n, h) for n in layers for h in range(model.heads)}
    for n in layers:
        for i in range(0, inner, NEURONS):
            end = min(i + NEURONS, inner)
            found[f"L{n}N{i}" + ("" if end == i + 1 else f"..{end}")] = ("neurons", n, i, end)
    found |= {f"L{n}.attn": ("attn", n) for n in layers} | {f"L{n}.mlp": ("mlp", n) for n in layers}
    found |= {f"L{n}": ("layer", n) for n in layers}
    return found | {f"L{n}P{p}": ("position", n, p) for n in layers for p in range(len(TEXTS[0]))}


def edits(model, component):
    """From a name to a function of a text's ids and the value there; `resample` is made elsewhere."""
    one = component[0] == "position"
    means = torch.cat([model.value(ids, component) for ids in REFERENCE]).mean(0)
    at = (lambda new: lambda ids, x: torch.cat([x[:component[2]], new(ids, x)[component[2]:component[2] + 1],
                                                x[component[2] + 1:]])) if one else (lambda new: new)
    found = {
        "zero": at(lambda ids, x: torch.zeros_like(x)),
        "mean": at(lambda ids, x: x.mean(0, keepdim=True).expand_as(x)),
        "scale:0.5": at(lambda ids, x: x * 0.5),
        "reference": at(lambda ids, x: means.expand_as(x)),
    }
    # Worked out beforehand: within a hook the model cannot be run again.
    made = lambda of: {tuple(ids): of(ids) for ids in TEXTS}
    if component[0] == "head":
        mixes = made(lambda ids: model.uniform(ids, component[1])[:, model.place(component)[2]])
        found["uniform"] = lambda ids, x: mixes[tuple(ids)]
    if component[0] == "attn":
        project = model.out_of_heads(component[1])
        with torch.no_grad():
            outs = made(lambda ids: project(model.uniform(ids, component[1])[None])[0])
        found["uniform"] = lambda ids, x: outs[tuple(ids)]
    if component[0] == "layer":
        entered = made(lambda ids: model.entering(ids, component[1]))
        found["skip"] = lambda ids, x: entered[tuple(ids)]
    return found


def row(model, ids, component, change, family):
    """Every metric of one text."""
    clean = model.run(ids)
    logits = model.run(ids, component, change)
    return [round(float(metric(m, ids, logits, clean)), DIGITS) for m in METRICS[family]]


def sets(model, family):
    """For every set of two or more heads, or sublayers, and every edit: the first metrics of each text."""
    parts = components(model)
    out = {}
    for kinds in (["head"], ["attn", "mlp"]):
        names = sorted(name for name, component in parts.items() if component[0] in kinds)
        new = {name: edits(model, parts[name]) for name in names}
        values = {(name, j): model.value(ids, parts[name]) for name in names for j, ids in enumerate(TEXTS)}
        for size in range(2, len(names) + 1):
            for some in itertools.combinations(names, size):
                def measured(i, change):
                    clean = model.run(TEXTS[i])
                    logits = model.run_all(TEXTS[i], [(parts[name], change(name)) for name in some])
                    return [round(float(metric(m, TEXTS[i], logits, clean)), DIGITS)
                            for m in METRICS[family][:SETS_METRICS]]

                found = {}
                for edit in ("zero", "mean", "scale:0.5", "reference"):
                    found[edit] = {i: measured(i, lambda name: lambda x: new[name][edit](TEXTS[i], x))
                                   for i in range(len(TEXTS))}
                found["resample"] = {
                    f"{i}<{j}": measured(i, lambda name: lambda x: values[name, j][:len(TEXTS[i])])
                    for i in range(len(TEXTS)) for j in range(len(TEXTS))
                    if i != j and len(TEXTS[j]) >= len(TEXTS[i])}
                out["+".join(some)] = found
    return out


def fixture(family, root):
    model = Model(family, root / "golden" / f"{family}-odd")
    out = {"model": f"{family}-odd", "neurons": NEURONS, "metrics": METRICS[family], "texts": TEXTS,
           "reference": REFERENCE, "clean": [row(model, ids, None, None, family) for ids in TEXTS], "off": {}}
    for name, component in components(model).items():
        position = component[2] if component[0] == "position" else 0
        there = [i for i, ids in enumerate(TEXTS) if position < len(ids)]
        found = {}
        for edit, new in edits(model, component).items():
            found[edit] = {i: row(model, TEXTS[i], component, lambda x: new(TEXTS[i], x), family) for i in there}
        of = {}
        for i in there:
            for j, other in enumerate(TEXTS):
                length = len(TEXTS[i])
                if i != j and len(other) >= length:
                    taken = model.value(other, component)[:length]
                    change = lambda x: taken
                    if component[0] == "position":
                        change = lambda x: torch.cat([x[:position], taken[position:position + 1], x[position + 1:]])
                    of[f"{i}<{j}"] = row(model, TEXTS[i], component, change, family)
        found["resample"] = of
        out["off"][name] = found
    out["sets"] = sets(model, family)
    target = root / "ablation"
    target.mkdir(exist_ok=True)
    (target / f"{family}.json").write_text(json.dumps(out, separators=(",", ":")).replace('"L', '\n"L') + "\n")


if __name__ == "__main__":
    for each in ("gpt2", "bert"):
        fixture(each, pathlib.Path(sys.argv[1]))
