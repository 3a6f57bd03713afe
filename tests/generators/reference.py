"""A float64 forward pass of GPT-2 and BERT with every site of the design open for reading and editing.

It shares no code with transformers; `golden.py` asserts that both agree to 1e-10 before it writes anything. One
difference is on purpose: a query that may attend to nothing gets a pattern of zeros (transformers spreads it evenly over
every key, the masked ones too), so such rows are compared with nothing.
"""

import math
import re

import torch

SQRT_2_PI = math.sqrt(2 / math.pi)


def gelu_tanh(x):
    return 0.5 * x * (1 + torch.tanh(SQRT_2_PI * (x + 0.044715 * x**3)))


ACTIVATIONS = {
    "gelu": lambda x: 0.5 * x * (1 + torch.erf(x / math.sqrt(2))),
    "gelu_new": gelu_tanh,
    "gelu_fast": gelu_tanh,
    "gelu_pytorch_tanh": gelu_tanh,
    "quick_gelu": lambda x: x * torch.sigmoid(1.702 * x),
    "relu": lambda x: torch.clamp(x, min=0),
    "silu": lambda x: x * torch.sigmoid(x),
    "tanh": torch.tanh,
}

# The names of a site's axes after the batch; a letter that no slice may name is "-".
AXES = {
    "q": ["pos", "head", "-"], "k": ["pos", "head", "-"], "v": ["pos", "head", "-"], "z": ["pos", "head", "-"],
    "result": ["pos", "head", "-"], "scores": ["head", "query", "key"], "pattern": ["head", "query", "key"],
    "pre": ["pos", "neuron"], "post": ["pos", "neuron"], "pooled": ["-"],
}


class Edit:
    """One `SITE[slice]=KIND`, with the tensors of the files it names."""

    def __init__(self, text, files):
        left, self.kind = text.split("]=" if "]=" in text else "=", 1)
        self.site, _, inside = left.rstrip("]").partition("[")
        # Commas separate axes, except within braces.
        self.slices = dict(part.split("=") for part in re.findall(r"\w+=(?:\{[^}]*\}|[^,]+)", inside))
        self.files = files

    def indices(self, shape):
        names = AXES.get(self.site.rsplit(".", 1)[-1], ["pos", "-"])
        out = [list(range(shape[0]))]
        for name, length in zip(names, shape[1:]):
            text = self.slices.get(name)
            if text is None:
                out.append(list(range(length)))
            elif ".." in text:
                begin, end = text.split("..")
                out.append(list(range(length))[int(begin or 0): int(end) if end else length])
            else:
                out.append([int(i) % length for i in text.strip("{}").split(",")])
        assert set(self.slices) <= set(names), (self.site, self.slices)
        return torch.meshgrid(*[torch.tensor(i) for i in out], indexing="ij")

    def apply(self, x, mask, allowed):
        at = self.indices(x.shape)
        old = x[at]
        kind, _, operand = self.kind.partition(":")
        if kind in ("mean", "set", "add", "from") and operand.startswith("@"):
            value = self.files[operand[1:]]
            new = value[at] if kind == "from" else value.expand_as(old)
            new = old + value if kind == "add" else new
        else:
            new = {
                "zero": lambda: torch.zeros_like(old),
                "set": lambda: torch.full_like(old, float(operand)),
                "scale": lambda: old * float(operand),
                "uniform": lambda: uniform(allowed, x.shape)[at],
                "mean": lambda: position_mean(x, mask, self.site)[at],
            }[kind]()
        x = x.clone()
        x[at] = new
        return x


def uniform(allowed, shape):
    n = allowed.sum(-1, keepdim=True).clamp(min=1)
    return (allowed.double() / n)[:, None].expand(shape).contiguous()


def position_mean(x, mask, site):
    """Per example, over its real positions; elements of minus infinity are left out and stay."""
    axis = 2 if site.endswith((".scores", ".pattern")) else 1
    shape = [1] * x.dim()
    shape[0], shape[axis] = mask.shape
    counts = mask.bool().view(shape) & ~x.isneginf()
    mean = torch.where(counts, x, 0.0).sum(axis, keepdim=True) / counts.sum(axis, keepdim=True).clamp(min=1)
    return torch.where(x.isneginf(), x, mean.expand_as(x))


def batch(rows):
    length = max(len(r["ids"]) for r in rows)
    pad = lambda x: list(x) + [0] * (length - len(x))
    ids = torch.tensor([pad(r["ids"]) for r in rows])
    mask = torch.tensor([pad(r["mask"]) for r in rows])
    types = torch.tensor([pad(r["type_ids"]) for r in rows]) if "type_ids" in rows[0] else None
    return ids, mask, types


class Forward:
    """One run: `values` holds every site, after its edits."""

    def __init__(self, config, weights, ids, mask, types=None, edits=()):
        self.c, self.w, self.ids, self.mask, self.types = config, weights, ids, mask, types
        self.edits, self.values = edits, {}
        self.applied = 0
        length = ids.shape[1]
        allowed = mask.bool()[:, None, :].expand(-1, length, -1)
        if config["model_type"] == "gpt2":
            allowed = allowed & torch.tril(torch.ones(length, length, dtype=torch.bool))
        self.allowed = allowed  # (B,T,T)
        (self.gpt2 if config["model_type"] == "gpt2" else self.bert)()
        assert self.applied == len(edits), [e.site for e in edits]

    def tap(self, site, x):
        for edit in self.edits:
            if edit.site == site:
                x = edit.apply(x, self.mask, self.allowed)
                self.applied += 1
        self.values[site] = x
        return x

    def norm(self, site, x, name, eps):
        scale = self.tap(site + ".scale", torch.sqrt(x.var(-1, unbiased=False, keepdim=True) + eps))
        normalized = self.tap(site + ".normalized", (x - x.mean(-1, keepdim=True)) / scale)
        return normalized * self.w[name + ".weight"] + self.w[name + ".bias"]

    def plain_norm(self, x, name, eps):
        scale = torch.sqrt(x.var(-1, unbiased=False, keepdim=True) + eps)
        return (x - x.mean(-1, keepdim=True)) / scale * self.w[name + ".weight"] + self.w[name + ".bias"]

    def attention(self, n, q, k, v, scale, w_o, b_o):
        """q, k, v (B,T,D) before they are tapped; w_o (D,D) as [in, out]; returns attn_out (B,T,D)."""
        at, heads = f"blocks.{n}.attn.", self.heads
        split = lambda x: x.view(*x.shape[:-1], heads, -1)
        q, k, v = (self.tap(at + s, split(x)) for s, x in zip("qkv", (q, k, v)))
        scores = torch.einsum("bihk,bjhk->bhij", q, k) * scale
        scores = self.tap(at + "scores", scores.masked_fill(~self.allowed[:, None], -math.inf))
        dead = scores.isneginf().all(-1, keepdim=True)
        pattern = torch.softmax(scores.masked_fill(dead, 0.0), -1).masked_fill(dead, 0.0)
        pattern = self.tap(at + "pattern", pattern)
        z = self.tap(at + "z", torch.einsum("bhij,bjhk->bihk", pattern, v))
        by_head = w_o.view(heads, -1, w_o.shape[1])
        result = self.tap(at + "result", torch.einsum("bihk,hkd->bihd", z, by_head))
        return self.tap(f"blocks.{n}.attn_out", result.sum(2) + b_o)

    def mlp(self, n, x, w_in, b_in, w_out, b_out, act):
        pre = self.tap(f"blocks.{n}.mlp.pre", x @ w_in + b_in)
        post = self.tap(f"blocks.{n}.mlp.post", ACTIVATIONS[act](pre))
        return self.tap(f"blocks.{n}.mlp_out", post @ w_out + b_out)

    def gpt2(self):
        c, w, tap = self.c, self.w, self.tap
        self.heads = c["n_head"]
        eps = c.get("layer_norm_epsilon", 1e-5)
        act = c.get("activation_function", "gelu_new")
        embed = tap("embed", w["wte.weight"][self.ids])
        batch, length = self.ids.shape
        x = tap("embed_out", embed + tap("pos_embed", w["wpe.weight"][:length].expand(batch, -1, -1)))
        for n in range(c["n_layer"]):
            h = f"h.{n}."
            x = tap(f"blocks.{n}.resid_pre", x)
            q, k, v = (self.norm(f"blocks.{n}.ln1", x, h + "ln_1", eps) @ w[h + "attn.c_attn.weight"]
                       + w[h + "attn.c_attn.bias"]).chunk(3, -1)
            scale = (c["n_embd"] // c["n_head"]) ** -0.5 if c.get("scale_attn_weights", True) else 1.0
            if c.get("scale_attn_by_inverse_layer_idx"):
                scale /= n + 1
            out = self.attention(n, q, k, v, scale, w[h + "attn.c_proj.weight"], w[h + "attn.c_proj.bias"])
            x = tap(f"blocks.{n}.resid_mid", x + out)
            out = self.mlp(n, self.norm(f"blocks.{n}.ln2", x, h + "ln_2", eps), w[h + "mlp.c_fc.weight"],
                           w[h + "mlp.c_fc.bias"], w[h + "mlp.c_proj.weight"], w[h + "mlp.c_proj.bias"], act)
            x = tap(f"blocks.{n}.resid_post", x + out)
        x = self.norm("ln_final", x, "ln_f", eps)
        self.last = x
        if "score.weight" in w:
            rows = torch.full((batch,), length - 1)
            if c.get("pad_token_id") is not None:
                rows = ((self.ids != c["pad_token_id"]) * torch.arange(length)).argmax(-1)
            tap("logits", (x @ w["score.weight"].T)[torch.arange(batch), rows])
        elif c.get("head", True):
            tap("logits", x @ w.get("lm_head.weight", w["wte.weight"]).T)

    def bert(self):
        c, w, tap = self.c, self.w, self.tap
        self.heads = c["num_attention_heads"]
        eps = c.get("layer_norm_eps", 1e-12)
        act = c.get("hidden_act", "gelu")
        linear = lambda x, name: x @ w[name + ".weight"].T + w[name + ".bias"]
        batch, length = self.ids.shape
        e = "embeddings."
        types = torch.zeros_like(self.ids) if self.types is None else self.types
        embed = tap("embed", torch.nn.functional.embedding(self.ids, w[e + "word_embeddings.weight"],
                                                           padding_idx=c.get("pad_token_id", 0)))
        pos = tap("pos_embed", w[e + "position_embeddings.weight"][:length].expand(batch, -1, -1))
        segment = tap("type_embed", w[e + "token_type_embeddings.weight"][types])
        x = tap("embed_out", self.plain_norm(embed + pos + segment, e + "LayerNorm", eps))
        for n in range(c["num_hidden_layers"]):
            h, b = f"encoder.layer.{n}.", f"blocks.{n}."
            x = tap(b + "resid_pre", x)
            q, k, v = (linear(x, h + "attention.self." + s) for s in ("query", "key", "value"))
            scale = (c["hidden_size"] // self.heads) ** -0.5
            out = self.attention(n, q, k, v, scale, w[h + "attention.output.dense.weight"].T.contiguous(),
                                 w[h + "attention.output.dense.bias"])
            raw = tap(b + "resid_mid_raw", x + out)
            x = tap(b + "resid_mid", self.norm(b + "ln1", raw, h + "attention.output.LayerNorm", eps))
            out = self.mlp(n, x, w[h + "intermediate.dense.weight"].T, w[h + "intermediate.dense.bias"],
                           w[h + "output.dense.weight"].T, w[h + "output.dense.bias"], act)
            raw = tap(b + "resid_post_raw", x + out)
            x = tap(b + "resid_post", self.norm(b + "ln2", raw, h + "output.LayerNorm", eps))
        self.last = x
        if "pooler.dense.weight" in w:
            pooled = tap("pooled", torch.tanh(linear(x[:, 0], "pooler.dense")))
        if "cls.predictions.bias" in w:
            t = ACTIVATIONS[act](linear(x, "cls.predictions.transform.dense"))
            t = self.plain_norm(t, "cls.predictions.transform.LayerNorm", eps)
            decoder = w.get("cls.predictions.decoder.weight", w[e + "word_embeddings.weight"])
            bias = w.get("cls.predictions.decoder.bias", w["cls.predictions.bias"])
            self.values["logits.mlm"] = tap("logits", t @ decoder.T + bias)
            if "cls.seq_relationship.weight" in w:
                tap("logits.nsp", linear(pooled, "cls.seq_relationship"))
        elif "cls.seq_relationship.weight" in w:
            self.values["logits.nsp"] = tap("logits", linear(pooled, "cls.seq_relationship"))
        elif "classifier.weight" in w:
            tap("logits", linear(pooled if "pooler.dense.weight" in w else x, "classifier"))
        elif "qa_outputs.weight" in w:
            logits = tap("logits", linear(x, "qa_outputs"))
            self.values["logits.start"], self.values["logits.end"] = logits.unbind(-1)


def weight_sites(c, w):
    """The weights under the design's names and in its layout: (H,D,K), (H,K,D), (D,M), (M,D), (D,V)."""
    gpt = c["model_type"] == "gpt2"
    layers, heads = (c["n_layer"], c["n_head"]) if gpt else (c["num_hidden_layers"], c["num_attention_heads"])
    split_in = lambda m: m.view(m.shape[0], heads, -1).transpose(0, 1)  # [D, H*K] -> (H,D,K)
    out = {}

    def layer_norm(site, name):
        out[site + ".w"], out[site + ".b"] = w[name + ".weight"], w[name + ".bias"]

    def block(n, qkv, qkv_bias, o, o_bias, w_in, b_in, w_out, b_out):
        b = f"blocks.{n}."
        for s, m, bias in zip("QKV", qkv, qkv_bias):
            out[b + "attn.W_" + s], out[b + "attn.b_" + s] = split_in(m), bias.view(heads, -1)
        out.update({b + "attn.W_O": o.reshape(heads, -1, o.shape[1]), b + "attn.b_O": o_bias, b + "mlp.W_in": w_in,
                    b + "mlp.b_in": b_in, b + "mlp.W_out": w_out, b + "mlp.b_out": b_out})

    if gpt:
        out |= {"embed.W_E": w["wte.weight"], "pos_embed.W_pos": w["wpe.weight"], "unembed.W_U": w["wte.weight"].T}
        layer_norm("ln_final", "ln_f")
    else:
        e = "embeddings."
        out |= {"embed.W_E": w[e + "word_embeddings.weight"], "pos_embed.W_pos": w[e + "position_embeddings.weight"],
                "type_embed.W_type": w[e + "token_type_embeddings.weight"],
                "unembed.W_U": w[e + "word_embeddings.weight"].T, "unembed.b_U": w["cls.predictions.bias"]}
        layer_norm("embed_ln", e + "LayerNorm")
    for n in range(layers):
        if gpt:
            h = f"h.{n}."
            layer_norm(f"blocks.{n}.ln1", h + "ln_1")
            layer_norm(f"blocks.{n}.ln2", h + "ln_2")
            at, fc, proj = h + "attn.c_", h + "mlp.c_fc.", h + "mlp.c_proj."
            block(n, w[at + "attn.weight"].chunk(3, 1), w[at + "attn.bias"].chunk(3), w[at + "proj.weight"],
                  w[at + "proj.bias"], w[fc + "weight"], w[fc + "bias"], w[proj + "weight"], w[proj + "bias"])
        else:
            h = f"encoder.layer.{n}."
            layer_norm(f"blocks.{n}.ln1", h + "attention.output.LayerNorm")
            layer_norm(f"blocks.{n}.ln2", h + "output.LayerNorm")
            qkv = [h + "attention.self." + s for s in ("query", "key", "value")]
            o, i, p = h + "attention.output.dense.", h + "intermediate.dense.", h + "output.dense."
            block(n, [w[s + ".weight"].T for s in qkv], [w[s + ".bias"] for s in qkv], w[o + "weight"].T,
                  w[o + "bias"], w[i + "weight"].T, w[i + "bias"], w[p + "weight"].T, w[p + "bias"])
    return out


QUANTITIES = ("logit", "logprob", "diff", "class", "classdiff", "startlogit", "endlogit")


def loss_terms(text, run, labels=None):
    """What a `--loss` is made of: one number an example where it is a quantity or an error of each, else one number."""
    v, mask, ids = run.values, run.mask.bool(), run.ids
    logits = v.get("logits")
    log_p = lambda x: torch.log_softmax(x, -1)
    kind, _, operand = text.partition(":")
    if kind == "next":
        both = mask[:, :-1] & mask[:, 1:]
        picked = log_p(logits[:, :-1]).gather(-1, ids[:, 1:, None])[..., 0]
        return -(picked[both].mean())[None]
    if kind == "mlm":
        pairs = [tuple(map(int, p.split("="))) for p in operand.split(",")]
        return -torch.stack([log_p(logits)[:, p, i] for p, i in pairs]).mean(0)
    if kind in ("logit", "logprob", "diff"):
        p, *i = map(int, operand.split(","))
        row = (log_p(logits) if kind == "logprob" else logits)[:, p]
        return row[:, i[0]] - row[:, i[1]] if kind == "diff" else row[:, i[0]]
    if kind == "class":
        return v.get("logits.nsp", logits)[:, int(operand)]
    if kind == "classdiff":
        first, second = map(int, operand.split(","))
        classes = v.get("logits.nsp", logits)
        return classes[:, first] - classes[:, second]
    if kind in ("startlogit", "endlogit"):
        return v["logits." + kind.removesuffix("logit")][:, int(operand)]
    if kind == "label":
        return -log_p(v.get("logits.nsp", logits))[:, int(operand)]
    if kind == "value":
        return (logits[:, 0] - float(operand)) ** 2
    if kind in ("start", "end"):
        return -log_p(v["logits." + kind])[:, int(operand)]
    assert kind == "labels"
    return labelled(run, logits, labels)[None]


def labelled(run, logits, labels):
    v, log_p = run.values, lambda x: torch.log_softmax(x, -1)
    if "logits.start" in v:
        s, e = torch.tensor(labels).unbind(-1)
        rows = torch.arange(len(labels))
        return -(log_p(v["logits.start"])[rows, s].mean() + log_p(v["logits.end"])[rows, e].mean()) / 2
    if logits.dim() == 2:
        if isinstance(labels[0], list):  # several classes at once
            y = torch.tensor(labels, dtype=torch.float64)
            return -(y * torch.log(torch.sigmoid(logits)) + (1 - y) * torch.log(torch.sigmoid(-logits))).mean()
        if logits.shape[1] == 1:
            return ((logits[:, 0] - torch.tensor(labels, dtype=torch.float64)) ** 2).mean()
    target = torch.tensor(labels)
    if run.c["model_type"] == "gpt2" and "score.weight" not in run.w:
        logits, target = logits[:, :-1], target[:, 1:]
    keep = target != -100
    return -log_p(logits)[keep].gather(-1, target[keep][:, None]).mean()


def loss(text, run, labels=None):
    """The one number that gradients are of: sums of quantities, means of everything else."""
    terms = loss_terms(text, run, labels)
    return terms.sum() if text.partition(":")[0] in QUANTITIES else terms.mean()
