"""Expected values for vitrine.interp.heads, circuits and attribution, on models of the golden fixtures.

Usage: python heads_fixtures.py tests/src/test/resources/golden OUT_DIR       (versions: requirements-heads.txt)

Writes OUT_DIR/heads.json. Everything in float64, on the weights as stored:
  importance    dL/dxi, xi a mask on each head's z, by autograd through a hook on the output projection's input of
                transformers' own modules; each example run alone.
  composition   TransformerLens' all_composition_scores, of weights with folded LayerNorm and centred writing weights.
  logits        GPT-2: TransformerLens' decomposition of the residual stream, cached run, final LayerNorm applied to the
                stack, times the unembedding; checked here to add up to the logit. BERT: each part of the stream is pushed
                forward through every LayerNorm above it, whose scale is the run's.
  circuits      of one head of TransformerLens' folded weights: QK and OV whole, vocabulary by vocabulary, tokens going in
                normalised; their singular values and those of W_Q W_K^T / sqrt(K) and W_V W_O; whether OV copies.
"""

import json
import pathlib
import sys

import torch
import transformers
from transformer_lens import HookedTransformer, HookedTransformerConfig
from transformer_lens.pretrained.weight_conversions import convert_gpt2_weights

torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)
RAGGED = [[5, 17, 3, 29, 11, 8], [7, 7, 21], [33, 2, 19, 4], [30, 1, 30, 1, 30]]


def load(golden, name):
    folder = golden / name
    cls = getattr(transformers, json.loads((folder / "config.json").read_text())["architectures"][0])
    return cls.from_pretrained(folder, dtype=torch.float64, attn_implementation="eager").eval()


# ---- importance ----

def projections(model):
    """What takes the heads' z, a layer each."""
    if hasattr(model, "transformer"):
        return [block.attn.c_proj for block in model.transformer.h]
    return [layer.attention.output.dense for layer in model.bert.encoder.layer]


def slopes(model, run):
    heads = model.config.num_attention_heads
    layers = projections(model)
    xi = torch.ones(len(layers), heads, requires_grad=True)

    def masked(layer):
        def hook(module, args):
            z = args[0]
            return (z.view(*z.shape[:2], heads, -1) * xi[layer][None, None, :, None]).reshape(z.shape),
        return hook

    handles = [projection.register_forward_pre_hook(masked(l)) for l, projection in enumerate(layers)]
    loss = run(model)
    gradient, = torch.autograd.grad(loss, xi)
    for handle in handles:
        handle.remove()
    return gradient.tolist()


def importance(golden):
    found = {}

    def put(name, loss, examples, run):
        model = load(golden, name)
        found[name] = {"loss": loss, "examples": examples,
                       "slopes": [slopes(model, lambda m, e=e: run(m, e)) for e in examples]}

    def ids(e):
        return torch.tensor([e["ids"]])

    put("gpt2-lm", "next", [{"ids": e} for e in RAGGED], lambda m, e: m(input_ids=ids(e), labels=ids(e)).loss)
    put("gpt2-inverse-layer", "next", [{"ids": [i % 40 for i in e]} for e in RAGGED],
        lambda m, e: m(input_ids=ids(e), labels=ids(e)).loss)
    put("bert-mlm", "labels", [{"ids": [5, 17, 3, 12, 11], "labels": [5, -100, 3, 2, 11]},
                               {"ids": [7, 9, 21], "labels": [-100, 9, 21]}],
        lambda m, e: m(input_ids=ids(e), labels=torch.tensor([e["labels"]])).loss)
    put("bert-sequence", "labels", [{"ids": r, "labels": c} for r, c in zip(RAGGED, [2, 0, 1, 2])],
        lambda m, e: torch.nn.functional.cross_entropy(m(input_ids=ids(e)).logits, torch.tensor([e["labels"]])))
    return found


# ---- TransformerLens ----

def lens(golden, name):
    """The fixture as TransformerLens has it: LayerNorm folded, writing weights centred; logits stay what they are."""
    hf = load(golden, name)
    c = hf.config
    cfg = HookedTransformerConfig(
        n_layers=c.n_layer, d_model=c.n_embd, n_ctx=c.n_positions, d_head=c.n_embd // c.n_head, n_heads=c.n_head,
        d_mlp=c.n_inner or 4 * c.n_embd, d_vocab=c.vocab_size, act_fn="gelu_new", normalization_type="LN",
        eps=c.layer_norm_epsilon, dtype=torch.float64, original_architecture="GPT2LMHeadModel", device="cpu")
    model = HookedTransformer(cfg, move_to_device=False)
    model.load_and_process_state_dict(convert_gpt2_weights(hf, cfg), fold_ln=True, center_writing_weights=True,
                                      center_unembed=False, fold_value_biases=False)
    return hf, model.to(torch.float64)


def composition(golden):
    _, model = lens(golden, "gpt2-lm")
    # Pairs that do not compose (the reader not above the writer) are 0 there, and null here.
    found = {}
    for mode in "QKV":
        scores = model.all_composition_scores(mode).tolist()
        found[mode.lower()] = [[[[s if l1 < l2 else None for s in row] for l2, row in enumerate(head)] for head in layer]
                               for l1, layer in enumerate(scores)]
    return {"gpt2-lm": found}


def gpt2_logits(golden, name, ids, position, token, minus, neurons):
    hf, model = lens(golden, name)
    logits, cache = model.run_with_cache(torch.tensor([ids]))
    reference = hf(torch.tensor([ids])).logits
    assert (logits - reference).abs().max() < 1e-5  # TransformerLens computes some of it in float32

    def direction(t):
        return model.W_U[:, t]

    d = direction(token) - (0 if minus is None else direction(minus))
    bias = model.b_U[token] - (0 if minus is None else model.b_U[minus])
    stack, labels = cache.get_full_resid_decomposition(
        layer=-1, mlp_input=False, expand_neurons=False, apply_ln=True, pos_slice=position, return_labels=True)
    parts = {label: (part[0] @ d).item() for label, part in zip(labels, stack)}
    parts["unembed_bias"] = bias.item()  # with the final LayerNorm's bias folded into it
    logit = reference[0, position, token] - (0 if minus is None else reference[0, position, minus])
    assert abs(sum(parts.values()) - logit.item()) < 1e-5, (parts, logit)
    post = cache["post", neurons][0, position]
    scale = cache["ln_final.hook_scale"][0, position]
    of_neurons = post * (model.W_out[neurons] @ d) / scale
    return {"ids": ids, "position": position, "token": token, "minus": minus, "logit": logit.item(), "parts": parts,
            "neuron_layer": neurons, "neurons": of_neurons.tolist()}


# ---- BERT, by pushing each part forward ----

def pushed(norm, parts, name):
    """What a LayerNorm makes of each part, its scale being that of their sum."""
    x = sum(parts.values())
    scale = (x.var(unbiased=False) + norm.eps).sqrt()
    after = {key: (v - v.mean()) / scale * norm.weight for key, v in parts.items()}
    after[name] = norm.bias
    return after


def bert_logits(golden, name, ids, position, label, target=None):
    """`label` is a class of a token classifier, or 0 for the start and 1 for the end of an answer."""
    model = load(golden, name)
    head = model.qa_outputs if hasattr(model, "qa_outputs") else model.classifier
    heads = model.config.num_attention_heads
    kept = {}

    def keep(key, module, at):
        module.register_forward_hook(lambda m, args, out: kept.__setitem__(key, (args[0] if at == "in" else out)[0]))

    e = model.bert.embeddings
    keep("embed", e.word_embeddings, "out")
    keep("type_embed", e.token_type_embeddings, "out")
    for l, layer in enumerate(model.bert.encoder.layer):
        keep(("z", l), layer.attention.output.dense, "in")
        keep(("mlp", l), layer.output.dense, "out")
    with torch.no_grad():
        out = model(input_ids=torch.tensor([ids]))
        logits = torch.stack([out.start_logits, out.end_logits], -1) if "start_logits" in out else out.logits
        parts = {"embed": kept["embed"][position], "pos_embed": e.position_embeddings.weight[position],
                 "type_embed": kept["type_embed"][position]}
        parts = pushed(e.LayerNorm, parts, "embed_ln_bias")
        for l, layer in enumerate(model.bert.encoder.layer):
            dense = layer.attention.output.dense
            z = kept[("z", l)][position].view(heads, -1)
            w = dense.weight.T.view(heads, z.shape[1], -1)
            for h in range(heads):
                parts[f"L{l}H{h}"] = z[h] @ w[h]
            parts[f"L{l}_attn_bias"] = dense.bias
            parts = pushed(layer.attention.output.LayerNorm, parts, f"L{l}_ln1_bias")
            parts[f"{l}_mlp_out"] = kept[("mlp", l)][position]
            parts = pushed(layer.output.LayerNorm, parts, f"L{l}_ln2_bias")
        found = {key: (v @ head.weight[label]).item() for key, v in parts.items()}
        found["head_bias"] = head.bias[label].item()
        logit = logits[0, position, label].item()
        assert abs(sum(found.values()) - logit) < 1e-9
        return {"ids": ids, "position": position, "token": label, "minus": None, "target": target, "logit": logit,
                "parts": found}


# ---- circuits ----

def circuits(golden, layer, head):
    _, model = lens(golden, "gpt2-lm")
    with torch.no_grad():
        e = model.W_E - model.W_E.mean(-1, keepdim=True)
        e = e / e.std(-1, unbiased=False, keepdim=True)
        w_qk = model.W_Q[layer, head] @ model.W_K[layer, head].T / model.cfg.d_head ** 0.5
        w_ov = model.W_V[layer, head] @ model.W_O[layer, head]
        qk, ov = e @ w_qk @ e.T, e @ w_ov @ model.W_U
        eigen = torch.linalg.eigvals(ov)
        rank = model.cfg.d_head

        def values(m):
            return torch.linalg.svdvals(m)[:rank].tolist()

        return {"layer": layer, "head": head, "qk": qk.tolist(), "ov": ov.tolist(),
                "singular": {"qk": values(w_qk), "ov": values(w_ov)},
                "singular_of_tokens": {"qk": values(qk), "ov": values(ov)},
                "copying": (eigen.real.sum() / eigen.abs().sum()).item()}


def main():
    golden, out = map(pathlib.Path, sys.argv[1:])
    out.mkdir(parents=True, exist_ok=True)
    document = {
        "importance": importance(golden),
        "composition": composition(golden),
        "logits": {
            "gpt2-lm": [gpt2_logits(golden, "gpt2-lm", RAGGED[0], 5, 7, None, 1),
                        gpt2_logits(golden, "gpt2-lm", RAGGED[3], 2, 30, 1, 2)],
            "bert-tokens": [bert_logits(golden, "bert-tokens", [5, 17, 3, 12, 11], 2, 4)],
            "bert-qa": [bert_logits(golden, "bert-qa", [5, 17, 3, 12, 11], 2, 0, "startlogit:2"),
                        bert_logits(golden, "bert-qa", [7, 9, 21, 30], 0, 1, "endlogit:0")],
        },
        "circuits": circuits(golden, 1, 2),
    }
    (out / "heads.json").write_text(json.dumps(document))


main()
