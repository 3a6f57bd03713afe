"""transformers, the reference's reference: its values and gradients at every place that a hook can reach."""

import contextlib

import torch
import transformers
from torch import nn

transformers.logging.set_verbosity_error()
transformers.logging.disable_progress_bar()

# The widest disagreement of each kind, and how much was compared.
WIDEST = {"agreement": 0.0, "runs": 0, "hooked edits": 0, "labelled losses": 0}


def agree(what, ours, theirs, tolerance=1e-10, key="agreement"):
    error = (ours - theirs).abs().max().item() if ours.numel() else 0.0
    assert ours.shape == theirs.shape and error <= tolerance, (what, ours.shape, theirs.shape, error)
    if tolerance <= 1e-9:
        WIDEST[key] = max(WIDEST.get(key, 0.0), error)


def load(case, folder):
    cls = getattr(transformers, case["hf"])
    kwargs = {"add_pooling_layer": False} if case.get("no_pooler") else {}
    model, info = cls.from_pretrained(folder, dtype=torch.float64, attn_implementation="eager",
                                      output_loading_info=True, **kwargs)
    assert not info["missing_keys"], info
    # Upcasting makes float32 of float64 there; in exact arithmetic it changes nothing, so it is switched off.
    for block in getattr(model.base_model, "h", []):
        block.attn.reorder_and_upcast_attn = False
    if case["hf"] == "GPT2LMHeadModel":
        model.loss_function = next_token_loss
    return model.eval()


def next_token_loss(logits, labels, **_):
    """transformers' ForCausalLMLoss but for its cast to float32."""
    return nn.functional.cross_entropy(logits[:, :-1].flatten(0, 1), labels[:, 1:].flatten(), ignore_index=-100)


def module_outputs(case, model):
    """Site -> the module whose whole output it is: where an edit can be hooked in."""
    base, out = model.base_model, {}
    if case["config"]["model_type"] == "gpt2":
        out["embed"] = base.wte
        for n, block in enumerate(base.h):
            b = f"blocks.{n}."
            out |= {b + "attn_out": block.attn.c_proj, b + "mlp.pre": block.mlp.c_fc, b + "mlp.post": block.mlp.act,
                    b + "mlp_out": block.mlp.c_proj, b + "resid_post": block}
    else:
        e = base.embeddings
        out |= {"embed": e.word_embeddings, "type_embed": e.token_type_embeddings, "embed_out": e.LayerNorm}
        for n, layer in enumerate(base.encoder.layer):
            b, a = f"blocks.{n}.", layer.attention
            for s, m in zip("qkv", (a.self.query, a.self.key, a.self.value)):
                out[b + "attn." + s] = m
            out |= {b + "attn_out": a.output.dense, b + "resid_mid": a.output.LayerNorm,
                    b + "mlp.pre": layer.intermediate.dense, b + "mlp.post": layer.intermediate.intermediate_act_fn,
                    b + "mlp_out": layer.output.dense, b + "resid_post": layer}
        if base.pooler is not None:
            out["pooled"] = base.pooler
    return out


def module_inputs(case, model):
    """Site -> a module whose whole input it is."""
    base, out = model.base_model, {}
    if case["config"]["model_type"] == "gpt2":
        out["embed_out"] = base.h[0]
        for n, block in enumerate(base.h):
            b = f"blocks.{n}."
            out |= {b + "resid_pre": block, b + "attn.z": block.attn.c_proj, b + "resid_mid": block.ln_2}
    else:
        for n, layer in enumerate(base.encoder.layer):
            b, a = f"blocks.{n}.", layer.attention
            out |= {b + "resid_pre": layer, b + "attn.z": a.output.dense, b + "resid_mid_raw": a.output.LayerNorm,
                    b + "resid_post_raw": layer.output.LayerNorm}
    return out


def norms(case, model):
    """Norm -> the LayerNorm; between its ends lie `scale` and `normalized`, which no hook can reach."""
    base = model.base_model
    if case["config"]["model_type"] == "gpt2":
        out = {"ln_final": base.ln_f}
        for n, block in enumerate(base.h):
            out |= {f"blocks.{n}.ln1": block.ln_1, f"blocks.{n}.ln2": block.ln_2}
        return out
    return {f"blocks.{n}.{ln}": part.output.LayerNorm for n, layer in enumerate(base.encoder.layer)
            for ln, part in (("ln1", layer.attention), ("ln2", layer))}


def first(output):
    return output[0] if isinstance(output, tuple) else output


@contextlib.contextmanager
def hooks(case, model, run, edits, seen):
    """Puts the edits in, and what passes by into `seen`, by site; parts of a site's tensor under names with a slash."""
    handles = []
    for site, module in norms(case, model).items():  # first, so that they see what no edit has touched
        def normed(_m, _i, output, site=site):
            seen[site + "/out"] = output
        handles.append(module.register_forward_hook(normed))
    for site, module in module_outputs(case, model).items():
        def edited(_m, _i, output, site=site):
            x = first(output)
            y = x.view(x.shape[0], x.shape[1], run.heads, -1) if site.split(".")[-1] in "qkv" else x
            for edit in edits:
                if edit.site == site:
                    y = edit.apply(y, run.mask, run.allowed)
            seen[site] = y
            y = y.reshape(x.shape)
            return (y, *output[1:]) if isinstance(output, tuple) else y
        handles.append(module.register_forward_hook(edited))
    for site, module in module_inputs(case, model).items():
        def came_in(_m, args, site=site):
            seen[site] = args[0]
        handles.append(module.register_forward_pre_hook(came_in))
    if case["config"]["model_type"] == "gpt2":
        for n, block in enumerate(model.base_model.h):
            def joined(_m, _i, output, n=n):
                seen[f"blocks.{n}.attn/qkv"] = output
            handles.append(block.attn.c_attn.register_forward_hook(joined))
    softmax, layer = nn.functional.softmax, iter(range(100))

    def watched(x, *args, **kwargs):
        seen[f"blocks.{next(layer)}.attn.scores"] = x
        return softmax(x, *args, **kwargs)
    nn.functional.softmax = watched
    try:
        yield
    finally:
        nn.functional.softmax = softmax
        for h in handles:
            h.remove()


def run(case, model, ours, edits=(), **labels):
    """transformers' output, and its values for the sites it exposes, under edits that fall on module outputs."""
    seen = {}
    types = {} if ours.types is None else {"token_type_ids": ours.types}
    with hooks(case, model, ours, edits, seen):
        out = model(ours.ids, attention_mask=ours.mask, output_hidden_states=True, output_attentions=True, **types,
                    **labels)
    for n, a in enumerate(out.attentions):
        seen[f"blocks.{n}.attn.pattern"] = a
    seen["last"] = out.hidden_states[-1]
    if "start_logits" in out:
        seen["logits.start"], seen["logits.end"] = out.start_logits, out.end_logits
    elif "prediction_logits" in out:
        seen["logits"], seen["logits.nsp"] = out.prediction_logits, out.seq_relationship_logits
    elif "logits" in out:
        seen["logits"] = out.logits
    return out, seen


def check(case, model, ours, edits=()):
    with torch.no_grad():
        _, seen = run(case, model, ours, edits)
    values = {**ours.values, "last": ours.last}
    # What a query with nothing to attend to yields is ours alone; everything else must agree.
    dead = ~ours.allowed.any(-1)
    for site, theirs in seen.items():
        if "/" in site:
            continue
        mine = values[site]
        if site.endswith(".z"):
            theirs = theirs.view(mine.shape)
        if site.endswith(("pattern", "scores")):
            alive = ~dead[:, None, :, None].expand(mine.shape)
            # Masked scores are minus infinity here and the least finite number there.
            alive = alive & ours.allowed[:, None] if site.endswith("scores") else alive
        elif mine.dim() >= 2 and mine.shape[:2] == dead.shape:
            alive = ~dead.view(*dead.shape, *[1] * (mine.dim() - 2)).expand(mine.shape)
        else:
            alive = torch.ones(mine.shape, dtype=torch.bool)
        agree((case["name"], site), mine[alive], theirs[alive])
    WIDEST["runs"] += 1


def as_labels(case, ours, text, labels=None):
    """A loss as what transformers' own forward takes for it, if it does: keyword arguments, else None."""
    kind, _, operand = text.partition(":")
    single = lambda x: torch.tensor([x] * len(ours.ids))
    nsp = case["hf"] == "BertForPreTraining"
    if kind == "next":
        both = ours.mask.bool()[:, :-1] & ours.mask.bool()[:, 1:]
        given = ours.ids.clone()
        given[:, 0] = -100
        given[:, 1:][~both] = -100
        return {"labels": given}
    if kind == "label" and not nsp:
        return {"labels": single(int(operand))}
    if kind == "value":
        return {"labels": single(float(operand)).double()}
    if kind != "labels" or nsp:
        return None
    if "logits.start" in ours.values:
        return dict(zip(("start_positions", "end_positions"), torch.tensor(labels).T))
    floats = case["hf"].endswith("SequenceClassification") and \
        (isinstance(labels[0], list) or len(case["config"]["id2label"]) == 1)
    return {"labels": torch.tensor(labels, dtype=torch.float64 if floats else torch.int64)}


def loss(case, model, ours, text, labels=None, edits=()):
    """transformers' own loss and what it saw on the way; the loss is None where it has none of this kind."""
    model.config.problem_type = None  # told by the labels' type, and then remembered there
    given = as_labels(case, ours, text, labels)
    out, seen = run(case, model, ours, edits, **(given or {}))
    return (out.loss if given else None), seen


def check_labels(case, model, ours, labels, expected):
    with torch.no_grad():
        theirs, _ = loss(case, model, ours, "labels", labels)
    agree((case["name"], "loss"), torch.tensor(expected, dtype=theirs.dtype), theirs)
    WIDEST["labelled losses"] += 1
