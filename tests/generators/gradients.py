"""The gradients of a golden case: `gradients.json` and `gradients.safetensors` (F32) beside its other files.

A run is a batch, perhaps edits, and one loss; `<run>/<site>` is the gradient of the loss with respect to the value that
stands at the site after its edits, `<run>/parameters/<name>` that of a parameter under its name in the file and in the
file's layout. Tied weights have one entry, the sum of both uses, under the input embedding's name. A parameter that no
output of the model depends on has none; one that this loss does not depend on has zeros.

Before anything is written, every gradient that PyTorch can take through transformers itself (eager attention, float64)
is found equal to 1e-9: all parameters by name, and the sites that a hook reaches, for every run whose edits fall on the
outputs of modules. And every gradient that is written, edited runs' too, agrees with a central difference along a
random direction.
"""

import json
import zlib

import numpy
import torch
from safetensors.torch import save_file

import cases
import gradient_cases
import peer
from peer import WIDEST
from reference import Edit, loss

# Other names of what stands at another site; nothing can be edited there.
ALIASES = ("logits.mlm", "logits.start", "logits.end")
# Below this part of the largest is rounding: zero in exact arithmetic, and not the same on every processor.
ROUNDING = 1e-12


class Nudge:
    """An edit that comes last and adds a direction."""

    def __init__(self, site, direction, step):
        self.site, self.delta = site, direction * step

    def apply(self, x, _mask, _allowed):
        return x + self.delta


class Runner:
    """One case's model, here and in transformers."""

    def __init__(self, case, model, weights, forward):
        self.case, self.model, self.forward = case, model, forward
        self.weights = {k: v.clone().requires_grad_() for k, v in weights.items()}

    def gradients(self, rows, text, labels, edits):
        """The run, its loss, and the gradients of all its sites and parameters."""
        ours = self.forward(self.weights, rows, edits)
        value = loss(text, ours, labels)
        sites = torch.autograd.grad(value, list(ours.values.values()), retain_graph=True, allow_unused=True,
                                    materialize_grads=True)
        names = self.used(ours)
        grads = torch.autograd.grad(value, [self.weights[n] for n in names], allow_unused=True, materialize_grads=True)
        return ours, value, dict(zip(ours.values, sites)), dict(zip(names, grads))

    def used(self, ours):
        """The parameters that the run computes anything with."""
        total = sum(torch.where(x.isneginf(), 0.0, x).sum() for x in ours.values.values())
        found = torch.autograd.grad(total, list(self.weights.values()), retain_graph=True, allow_unused=True)
        return [n for n, g in zip(self.weights, found) if g is not None]

    def prove(self, ours, text, labels, edits, sites, parameters):
        """Against autograd through transformers."""
        self.model.zero_grad(set_to_none=True)
        value, seen = peer.loss(self.case, self.model, ours, text, labels, edits)
        WIDEST["own losses"] = WIDEST.get("own losses", 0) + (value is not None)
        for x in seen.values():
            x.retain_grad()
        if value is None:
            theirs = type("Outputs", (), {"values": seen, "mask": ours.mask, "ids": ours.ids, "c": ours.c, "w": ours.w})
            value = loss(text, theirs, labels)
        what = (self.case["name"], text, [e.site for e in edits])
        peer.agree((*what, "loss"), loss(text, ours, labels).detach(), value.detach(), 1e-9, "gradient losses")
        value.backward()
        self.prove_parameters(what, parameters)
        for site, x in seen.items():
            if "/" not in site and site in sites:
                mine = sites[site]
                grad = (torch.zeros_like(x) if x.grad is None else x.grad).view(mine.shape)
                if site.endswith(".pattern"):  # made of the values at each key, which are ours alone at dead rows
                    alive = ours.allowed.any(-1)[:, None, None, :].expand(mine.shape)
                    mine, grad = mine[alive], grad[alive]
                peer.agree((*what, site), mine, grad, 1e-9, "gradients of sites")
        self.prove_parts(what, ours, seen, what[2], sites)
        WIDEST["gradient runs through transformers"] = WIDEST.get("gradient runs through transformers", 0) + 1

    def prove_parameters(self, what, parameters):
        theirs = {}
        for name, p in self.model.named_parameters():
            name = name.removeprefix("transformer.").removeprefix("bert.")
            theirs[name] = torch.zeros_like(p) if p.grad is None else p.grad
        # Its name for the masked-word head's bias is that of the other of two tensors when a file has both.
        bias, inner = "cls.predictions.bias", "cls.predictions.decoder.bias"
        if inner in parameters:
            theirs[inner] = theirs.pop(inner, theirs.pop(bias, None))
        assert set(parameters) == set(theirs), (*what, set(parameters) ^ set(theirs))
        for name, g in parameters.items():
            peer.agree((*what, name), g, theirs[name], 1e-9, "gradients of parameters")
        WIDEST["parameters compared"] = WIDEST.get("parameters compared", 0) + len(parameters)

    def prove_parts(self, what, ours, seen, edited, sites):
        """Sites between what hooks reach: within a LayerNorm, within GPT-2's joined q, k and v, and `result`."""
        grad_of = lambda x: torch.zeros_like(x) if x.grad is None else x.grad
        for name, norm in peer.norms(self.case, self.model).items():
            d_normalized = grad_of(seen[name + "/out"]) * norm.weight.detach()
            normalized, scale = (ours.values[name + s].detach() for s in (".normalized", ".scale"))
            d_scale = -(d_normalized * normalized).sum(-1, keepdim=True) / scale
            peer.agree((*what, name), sites[name + ".normalized"], d_normalized, 1e-9, "gradients of sites")
            peer.agree((*what, name), sites[name + ".scale"], d_scale, 1e-9, "gradients of sites")
        for name, x in seen.items():
            if name.endswith("/qkv"):
                joined = torch.cat([sites[f"{name[:-4]}.{s}"].flatten(2) for s in "qkv"], -1)
                peer.agree((*what, name), joined, grad_of(x), 1e-9, "gradients of sites")
        for name in [n for n in sites if n.endswith(".result")]:
            after = name.replace(".attn.result", ".attn_out")
            if after in edited:
                continue
            d_out = grad_of(seen[after])
            peer.agree((*what, name), sites[name], d_out[:, :, None].expand(sites[name].shape), 1e-9,
                       "gradients of sites")

    def differ(self, rows, text, labels, edits, ours, sites, parameters):
        """Central differences along one random direction of each; relative to the gradient's length."""
        what = (self.case["name"], text, [e.site for e in edits])
        value = lambda w, nudges: loss(text, self.forward(w, rows, [*edits, *nudges]), labels).item()
        for site, grad in sites.items():
            if site not in ALIASES and (site != "logits.nsp" or ours.values[site] is not ours.values["logits"]):
                direction = drawn((*what, site), grad.shape)
                central((*what, site), grad, direction,
                        lambda step: value(self.weights, [Nudge(site, direction, step)]))
        for name, grad in parameters.items():
            direction = drawn((*what, name), grad.shape)
            still = self.untrained(name, ours, direction)
            moved = lambda step: {**self.weights, name: self.weights[name] + step * direction}
            central((*what, name), grad, direction, lambda step: loss(
                text, self.forward(moved(step), rows, [*(Nudge("embed", d, step) for d in still), *edits]), labels).item())

    def untrained(self, name, ours, direction):
        """What takes a direction back out of the look-ups that have no gradient: those of BERT's padding row."""
        pad = self.case["config"].get("pad_token_id", 0)
        if name != "embeddings.word_embeddings.weight" or pad is None:
            return []
        return [-direction[pad] * (ours.ids == pad)[..., None]]


def drawn(what, shape):
    return torch.from_numpy(numpy.random.default_rng(zlib.crc32(str(what).encode())).standard_normal(tuple(shape)))


def central(what, grad, direction, value):
    told, error = (direction * grad).sum().item(), numpy.inf
    for step in (1e-5, 1e-6, 1e-7, 1e-11):  # the last where a LayerNorm sees zeros, which bend within its epsilon
        with torch.no_grad():
            found = (value(step) - value(-step)) / (2 * step)
        error = min(error, abs(found - told) / max(1.0, grad.norm().item()))
        if error < 1e-8:
            break
    assert error < 1e-7, (what, found, told)
    WIDEST["central differences"] = max(WIDEST.get("central differences", 0.0), error)
    WIDEST["differenced"] = WIDEST.get("differenced", 0) + 1


def select(values, reads):
    """The sites that a list with wildcards names, in the order of the run."""
    out = []
    for site in values:
        for read in reads:
            head, star, tail = read.partition("*")
            if site == read or (star and site.startswith(head) and site.endswith(tail)):
                out.append(site)
                break
    return out


def around(order, edits):
    """The embedding; what stands right below the first edited site; the edited ones; the next stream or mix above."""
    edited = [e.site for e in edits]
    before = order[: min(order.index(s) for s in edited)]
    after = [s for s in order[max(order.index(s) for s in edited) + 1:] if s.endswith(("resid_post", "attn.z"))]
    return [s for s in order if s in ["embed", *before[-1:], *edited, *after[:1]]]


def blank(site, gradient, ours):
    """NaN where the engine's own padding shows: a pattern's gradient at padded keys is made of their values."""
    if not site.endswith(".pattern"):
        return gradient
    return gradient.masked_fill(~ours.mask.bool()[:, None, None, :], torch.nan)


def clean(tensors):
    """Zeros for tensors that are nothing beside the run's largest, and for numbers that are nothing beside their own's."""
    widest = {k: t.nan_to_num().abs().max().item() for k, t in tensors.items()}
    largest = max(widest.values())
    bounds = {k: torch.inf if w < ROUNDING * largest else ROUNDING * w for k, w in widest.items()}
    return {k: torch.where(t.abs() < bounds[k], 0.0, t) for k, t in tensors.items()}


def make(case, folder, runner, edited, file_name):
    """Writes both files; `edited` are the entries of case.json with edits, with their files' tensors."""
    specs = [(s, cases.INPUTS[s["inputs"]], [Edit(t, {}) for t in s["edits"]],
              {"edits": s["edits"], "files": {}} if s["edits"] else {}) for s in gradient_cases.runs(case)]
    for entry, files in edited:
        spec = {"name": entry["name"], "loss": gradient_cases.edited_loss(case, entry["edits"]), "sites": None,
                "labels": None, "parameters": False}
        edits = [Edit(t, files) for t in entry["edits"]]
        specs.append((spec, entry["inputs"], edits, {"edits": entry["edits"], "files": entry["files"]}))
    out, runs = {}, []
    for spec, rows, edits, more in specs:
        name, text, labels = spec["name"], spec["loss"], spec["labels"]
        ours, value, sites, parameters = runner.gradients(rows, text, labels, edits)
        if all(e.site in peer.module_outputs(case, runner.model) for e in edits):
            runner.prove(ours, text, labels, edits, sites, parameters)
        wanted = select(sites, spec["sites"]) if spec["sites"] else around(list(sites), edits)
        kept = {site: sites[site] for site in wanted}
        runner.differ(rows, text, labels, edits, ours, kept, parameters if spec["parameters"] else {})
        if spec.get("inputs") == "ragged":
            kept = {site: blank(site, g, ours) for site, g in kept.items()}
        if spec["parameters"]:
            kept |= {"parameters/" + file_name(n): g for n, g in parameters.items()}
        out |= {f"{name}/{key}": g.float() for key, g in clean(kept).items()}
        entry = {"name": name, "inputs": rows, "loss": text, "value": float(f"{value.item():.12g}"), "sites": wanted}
        entry |= {"labels": labels} if labels else {}
        entry |= {"parameters": [file_name(n) for n in parameters]} if spec["parameters"] else {}
        runs.append(entry | more)
    if runs:
        save_file({k: v.contiguous().clone() for k, v in out.items()}, folder / "gradients.safetensors")
        lines = ",\n".join("  " + json.dumps(r) for r in runs)
        (folder / "gradients.json").write_text(f'{{"runs": [\n{lines}\n]}}\n')
