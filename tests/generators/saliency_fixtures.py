"""Expected values of vitrine.interp.saliency, .lens and .neurons.

    python saliency_fixtures.py GOLDEN OUT       (with exactly the versions of requirements-saliency.txt)

GOLDEN is tests/src/test/resources/golden, whose random models are read; OUT gets one JSON file a model, and nmf.json. All
in float64. Gradients are autograd's on transformers' models, integrated gradients are captum's (the trapezoid rule is
numpy's: captum's `riemann_trapezoid` gives its points weights that add up to (n-1)/n), rollout is numpy's, relevance is
autograd's through `reference.py` with AttnLRP's rules written as detached factors, factorisations are scikit-learn's.
"""

import json
import math
import pathlib
import sys

import numpy
import torch
from captum.attr import IntegratedGradients
from safetensors.torch import load_file
from sklearn.decomposition import NMF

import peer
import reference

torch.set_num_threads(1)

MODELS = {
    "gpt2-lm": {"ids": [5, 17, 3, 29, 11, 8, 17, 2], "targets": ["logit:-1,7", "logprob:4,9", "diff:7,3,21"]},
    "gpt2-act-gelu": {"ids": [9, 30, 4, 17, 22], "targets": ["logit:-1,3"]},
    "bert-pretraining": {"ids": [33, 2, 19, 4, 25, 2, 9], "type_ids": [0, 0, 0, 0, 1, 1, 1],
                         "targets": ["logit:3,7", "logprob:3,5", "diff:2,30,1", "class:1"]},
    "bert-mlm": {"ids": [7, 21, 4, 38, 11, 6], "targets": ["logit:2,9"]},
    "bert-sequence": {"ids": [12, 3, 28, 31, 7, 19], "targets": ["class:2"]},
    "gpt2-sequence": {"ids": [4, 18, 25, 36, 9], "targets": ["class:1"]},
}


class Case:
    def __init__(self, golden, name, spec):
        folder = golden / name
        case = json.loads((folder / "case.json").read_text())
        case["config"] = json.loads((folder / "config.json").read_text())
        case.setdefault("hf", case["config"]["architectures"][0])
        self.model = peer.load(case, folder)
        self.config = case["config"]
        self.gpt2 = self.config["model_type"] == "gpt2"
        weights = {}
        for file in sorted(folder.glob("model*.safetensors")):
            weights |= load_file(file)
        strip = lambda n: n.removeprefix("transformer.").removeprefix("bert.")
        self.weights = {strip(n): t.double() for n, t in weights.items()}
        self.ids = torch.tensor([spec["ids"]])
        self.types = torch.tensor([spec["type_ids"]]) if "type_ids" in spec else None
        table = self.model.get_input_embeddings().weight.detach()
        self.table = table
        self.embeds = table[self.ids]

    def logits(self, embeds):
        """Of a batch of token vectors; (B,T,V), (B,C), and for two heads both."""
        rows = embeds.shape[0]
        kwargs = {"attention_mask": torch.ones(rows, embeds.shape[1], dtype=torch.long)}
        if self.types is not None:
            kwargs["token_type_ids"] = self.types.expand(rows, -1)
        return self.model(inputs_embeds=embeds, output_attentions=True, **kwargs)

    def target(self, text):
        kind, operand = text.split(":")
        numbers = [int(n) for n in operand.split(",")]

        def of(out):
            if kind == "class":
                return out["seq_relationship_logits" if "seq_relationship_logits" in out else "logits"][:, numbers[0]]
            logits = out["prediction_logits" if "prediction_logits" in out else "logits"]
            row = (torch.log_softmax(logits, -1) if kind == "logprob" else logits)[:, numbers[0]]
            return row[:, numbers[1]] - row[:, numbers[2]] if kind == "diff" else row[:, numbers[1]]
        return of

    def example(self, ids):
        return self.table[torch.tensor([ids])]


def gradients(case, text):
    embeds = case.embeds.clone().requires_grad_(True)
    of = case.target(text)
    value = of(case.logits(embeds))[0]
    value.backward()
    g = embeds.grad[0]
    return {"value": value.item(), "gradient-l2": g.norm(dim=-1).tolist(), "gradient-l1": g.abs().sum(-1).tolist(),
            "gradient-x-input": (g * case.embeds[0]).sum(-1).tolist()}


def integrated(case, text):
    of = case.target(text)
    forward = lambda x: of(case.logits(x))
    captum = IntegratedGradients(forward)
    mean = case.table.mean(0).expand_as(case.embeds)
    rng = numpy.random.default_rng(7)
    file = torch.from_numpy(rng.standard_normal(case.embeds.shape[1:]).astype(numpy.float32)).double()[None]
    out = {"file": file[0].tolist()}
    for name, baseline in {"zero": torch.zeros_like(case.embeds), "mean": mean, "file": file}.items():
        for rule, method in {"gauss-legendre": "gausslegendre", "midpoint": "riemann_middle"}.items():
            scores, delta = captum.attribute(case.embeds, baselines=baseline, n_steps=12, method=method,
                                             return_convergence_delta=True)
            out[f"{name} {rule} 12"] = {"scores": scores[0].sum(-1).tolist(), "gap": delta.item()}
    at = torch.linspace(0, 1, 11, dtype=torch.float64)
    points = (at[:, None, None] * case.embeds).requires_grad_(True)
    forward(points).sum().backward()
    mean_gradient = numpy.trapezoid(points.grad.numpy(), dx=0.1, axis=0)
    out["zero trapezoid 10"] = {"scores": (case.embeds[0].numpy() * mean_gradient).sum(-1).tolist()}
    out["layer"] = layer(case, of)
    return out


def layer(case, of):
    """Of what enters the last block, from zero token vectors: captum on the rest of the model."""
    base = case.model.base_model
    block = (base.h if case.gpt2 else base.encoder.layer)[-1]
    kept = {}

    def entering(embeds):
        handle = block.register_forward_pre_hook(lambda _m, args: kept.__setitem__("x", args[0].detach()))
        with torch.no_grad():
            case.logits(embeds)
        handle.remove()
        return kept["x"]

    def forward(x):
        handle = block.register_forward_pre_hook(lambda _m, args: (x, *args[1:]))
        try:
            return of(case.logits(case.embeds.expand(x.shape[0], -1, -1)))
        finally:
            handle.remove()

    here, there = entering(case.embeds), entering(torch.zeros_like(case.embeds))
    scores, delta = IntegratedGradients(forward).attribute(
        here, baselines=there, n_steps=12, method="gausslegendre", return_convergence_delta=True)
    return {"scores": scores[0].sum(-1).tolist(), "gap": delta.item()}


def occlusion(case, text, spec):
    of, replacement = case.target(text), 1
    with torch.no_grad():
        whole = of(case.logits(case.embeds)).item()
        scores = []
        for t in range(len(spec["ids"])):
            ids = list(spec["ids"])
            ids[t] = replacement
            scores.append(whole - of(case.logits(case.example(ids))).item())
    return {"replacement": replacement, "scores": scores}


def removal(case, spec, token):
    """Of the last position of a causal model: its row moves with the text."""
    with torch.no_grad():
        last = lambda ids: case.logits(case.example(ids))["logits"][0, -1, token].item()
        ids = list(spec["ids"])
        return [last(ids) - last(ids[:t] + ids[t + 1:]) for t in range(len(ids))]


def rollout(case, row):
    with torch.no_grad():
        attentions = case.logits(case.embeds).attentions
    mixed = numpy.eye(attentions[0].shape[-1])
    for a in attentions:
        mixed = (a[0].mean(0).numpy() + numpy.eye(len(mixed))) / 2 @ mixed
    return mixed[row].tolist()


# ---- relevance ----

def identity(function):
    """Relevance passes as it is: the value times a factor that is held fixed."""
    return lambda x: x * (function(x) / x).detach()


class Rules(reference.Forward):
    """AttnLRP: what divides, and half of every product of two values, is held fixed."""

    def tap(self, site, x):
        if site in ("embed", "pos_embed", "type_embed"):
            x = x.detach().clone().requires_grad_(True)
        elif site.endswith(".scale"):
            x = x.detach()
        return super().tap(site, x)

    def plain_norm(self, x, name, eps):
        scale = torch.sqrt(x.var(-1, unbiased=False, keepdim=True) + eps).detach()
        return (x - x.mean(-1, keepdim=True)) / scale * self.w[name + ".weight"] + self.w[name + ".bias"]

    def attention(self, n, q, k, v, scale, w_o, b_o):
        split = lambda x: x.view(*x.shape[:-1], self.heads, -1)
        product = lambda form, a, b: (torch.einsum(form, a.detach(), b) + torch.einsum(form, a, b.detach())) / 2
        q, k, v = split(q), split(k), split(v)
        scores = product("bihk,bjhk->bhij", q, k) * scale
        pattern = torch.softmax(scores.masked_fill(~self.allowed[:, None], -math.inf), -1)
        z = product("bhij,bjhk->bihk", pattern, v)
        return z.flatten(2) @ w_o + b_o


def relevance(case, text):
    kept, tanh = dict(reference.ACTIVATIONS), torch.tanh
    try:
        reference.ACTIVATIONS.update({name: identity(f) for name, f in kept.items()})
        run = Rules(case.config | {"head": True}, case.weights, case.ids, torch.ones_like(case.ids), case.types)
        if "pooled" in run.values:  # made with a plain tanh
            torch.tanh = identity(tanh)
            reference.ACTIVATIONS.update({name: lambda x, f=f: with_tanh(f, x, tanh) for name, f in kept.items()})
            run = Rules(case.config | {"head": True}, case.weights, case.ids, torch.ones_like(case.ids), case.types)
    finally:
        torch.tanh = tanh
        reference.ACTIVATIONS.update(kept)
    value = reference.loss(text, run)
    value.backward()
    share = lambda site: (run.values[site] * run.values[site].grad)[0].sum(-1)
    out = {"value": value.item(), "scores": share("embed").tolist(), "positions": share("pos_embed").sum().item()}
    if "type_embed" in run.values:
        out["segments"] = share("type_embed").sum().item()
    return out


def with_tanh(function, x, tanh):
    """The identity rule around a function that may use the plain tanh inside."""
    ruled, torch.tanh = torch.tanh, tanh
    try:
        return identity(function)(x)
    finally:
        torch.tanh = ruled


# ---- lens ----

def lens(case, watched):
    run = reference.Forward(case.config | {"head": True}, case.weights, case.ids, torch.ones_like(case.ids), case.types)
    norm = torch.nn.functional.layer_norm
    w, c = case.weights, case.config

    def logits(x):
        if case.gpt2:
            x = norm(x, x.shape[-1:], w["ln_f.weight"], w["ln_f.bias"], c["layer_norm_epsilon"])
            return x @ w["wte.weight"].T
        t = "cls.predictions.transform."
        x = reference.ACTIVATIONS[c["hidden_act"]](x @ w[t + "dense.weight"].T + w[t + "dense.bias"])
        x = norm(x, x.shape[-1:], w[t + "LayerNorm.weight"], w[t + "LayerNorm.bias"], c["layer_norm_eps"])
        return x @ w["embeddings.word_embeddings.weight"].T + w["cls.predictions.bias"]

    last = torch.log_softmax(run.values["logits"][0], -1)
    chosen = last.argmax(-1)
    layers = c["n_layer"] if case.gpt2 else c["num_hidden_layers"]
    depths = {}
    for n in range(layers):
        for place in ("resid_pre", "resid_mid", "resid_post"):
            site = f"blocks.{n}.{place}"
            here = torch.log_softmax(logits(run.values[site])[0], -1)
            rank = lambda ids: (here > here.gather(1, ids[:, None])).sum(-1) + 1
            depths[site] = {
                "rank": rank(chosen).tolist(),
                "prob": here.gather(1, chosen[:, None])[:, 0].exp().tolist(),
                "entropy": (-(here.exp() * here).sum(-1)).tolist(),
                "kl": (last.exp() * (last - here)).sum(-1).tolist(),
                "top": here.argsort(-1, descending=True)[:, :3].tolist(),
                "watched": rank(torch.full_like(chosen, watched)).tolist(),
            }
    return {"chosen": chosen.tolist(), "watched": watched, "depths": depths}


# ---- factors ----

def matrices():
    rng = numpy.random.default_rng(11)
    low = rng.random((24, 5)) @ rng.random((5, 40))
    sparse = rng.random((30, 60)) * (rng.random((30, 60)) < 0.2)
    normal = rng.standard_normal((20, 80))
    gelu = normal * 0.5 * (1 + numpy.vectorize(math.erf)(normal / math.sqrt(2)))
    return {"low rank": (low, 5), "low rank and noise": (low + 0.3 * rng.random(low.shape), 4),
            "sparse": (sparse, 6), "tall": (rng.random((90, 12)), 3), "activations": (numpy.maximum(gelu, 0), 4),
            "zero rows": (numpy.vstack([low[:6], numpy.zeros((3, 40))]), 2)}


def factors():
    out = []
    for name, (x, k) in matrices().items():
        x = x.astype(numpy.float32)
        errors = {}
        for label, kwargs in {"default": {}, "nndsvd": {"init": "nndsvd"},
                              "long": {"init": "nndsvda", "max_iter": 5000, "tol": 1e-8},
                              "multiplicative": {"init": "nndsvda", "solver": "mu", "max_iter": 2000, "tol": 1e-8}}.items():
            model = NMF(n_components=k, **{"max_iter": 200, **kwargs})
            model.fit(x.astype(numpy.float64))
            errors[label] = model.reconstruction_err_
        out.append({"name": name, "factors": k, "rows": x.tolist(), "errors": errors})
    return out


def main(golden, out):
    golden, out = pathlib.Path(golden), pathlib.Path(out)
    out.mkdir(parents=True, exist_ok=True)
    for name, spec in MODELS.items():
        case = Case(golden, name, spec)
        targets = {}
        for text in spec["targets"]:
            row = int(text.split(":")[1].split(",")[0]) if not text.startswith("class") else (-1 if case.gpt2 else 0)
            targets[text] = gradients(case, text) | {
                "occlusion": occlusion(case, text, spec), "rollout": rollout(case, row),
                "relevance": relevance(case, text)}
        first = spec["targets"][0]
        targets[first]["integrated"] = integrated(case, first)
        if name == "gpt2-lm":
            targets[first]["removal"] = removal(case, spec, 7)
        document = spec | {"targets": targets}
        if "lm" in name or name == "bert-pretraining":
            document["lens"] = lens(case, 11)
        (out / f"{name}.json").write_text(json.dumps(document, separators=(",", ":")) + "\n")
    (out / "nmf.json").write_text(json.dumps(factors(), separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
