"""Makes the golden fixtures: tiny random-weight Hugging Face directories and what must come out of them.

    python golden.py OUT          (with exactly the versions of requirements.txt)

Every expected value is computed in float64 on the weights as stored, by `reference.py`, after it has been found equal
(1e-10) to transformers with eager attention, module by module through forward hooks, and edit by edit where an edit
falls on the output of a module. The same versions give the same bytes.

A directory OUT/<case> holds config.json, the weights, `expected.safetensors` (F32; NaN where nothing is promised) and
`case.json`: runs with inputs, edits, losses, and the names of the expected tensors (`<run>/<site>`).
"""

import json
import pathlib
import shutil
import sys
import zlib

import numpy
import torch
import transformers
from safetensors.torch import save_file

import cases
from reference import Edit, Forward, losses, weight_sites

torch.set_num_threads(1)
transformers.logging.set_verbosity_error()
DTYPES = {"F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16, "F64": torch.float64}
WIDEST = {"agreement": 0.0, "runs": 0, "hooked edits": 0, "labelled losses": 0}


def agree(what, ours, theirs, tolerance=1e-10):
    error = (ours - theirs).abs().max().item() if ours.numel() else 0.0
    assert ours.shape == theirs.shape and error <= tolerance, (what, ours.shape, theirs.shape, error)
    if tolerance <= 1e-10:
        WIDEST["agreement"] = max(WIDEST["agreement"], error)


# ---- weights ----

def draw(case):
    """Random weights by the names a bare model has, in the stored dtype: loud enough that attention is not flat."""
    c, rng = case["config"], numpy.random.default_rng(zlib.crc32(case["name"].encode()))
    w = {}

    def put(name, *shape, std):
        values = torch.from_numpy(rng.standard_normal(shape) * std)
        if name.endswith(("ln_1.weight", "ln_2.weight", "ln_f.weight", "LayerNorm.weight")):
            values += 1
        w[name] = values.to(DTYPES[case.get("dtype", "F32")])

    def dense(name, i, o, gain=1.0, conv=False):
        put(name + ".weight", *((i, o) if conv else (o, i)), std=gain / i**0.5)
        put(name + ".bias", o, std=0.2)

    def norm(name, d):
        put(name + ".weight", d, std=0.2)
        put(name + ".bias", d, std=0.1)

    if c["model_type"] == "gpt2":
        d, v = c["n_embd"], c["vocab_size"]
        put("wte.weight", v, d, std=0.6)
        put("wpe.weight", c["n_positions"], d, std=0.4)
        for n in range(c["n_layer"]):
            inner = c["n_inner"] or 4 * d
            norm(f"h.{n}.ln_1", d)
            dense(f"h.{n}.attn.c_attn", d, 3 * d, 1.3, conv=True)
            dense(f"h.{n}.attn.c_proj", d, d, conv=True)
            norm(f"h.{n}.ln_2", d)
            dense(f"h.{n}.mlp.c_fc", d, inner, 1.3, conv=True)
            dense(f"h.{n}.mlp.c_proj", inner, d, conv=True)
        norm("ln_f", d)
        if "Sequence" in case["hf"]:
            put("score.weight", len(c["id2label"]), d, std=0.5)
        if case.get("head"):
            put("lm_head.weight", v, d, std=0.5)
        return w
    d, v, kind = c["hidden_size"], c["vocab_size"], case["hf"]
    put("embeddings.word_embeddings.weight", v, d, std=0.6)
    put("embeddings.position_embeddings.weight", c["max_position_embeddings"], d, std=0.4)
    put("embeddings.token_type_embeddings.weight", c["type_vocab_size"], d, std=0.4)
    norm("embeddings.LayerNorm", d)
    for n in range(c["num_hidden_layers"]):
        h = f"encoder.layer.{n}."
        for s in ("query", "key", "value"):
            dense(h + "attention.self." + s, d, d, 1.3)
        dense(h + "attention.output.dense", d, d)
        norm(h + "attention.output.LayerNorm", d)
        dense(h + "intermediate.dense", d, c["intermediate_size"], 1.3)
        dense(h + "output.dense", c["intermediate_size"], d)
        norm(h + "output.LayerNorm", d)
    if not case.get("no_pooler") and kind not in ("BertForMaskedLM", "BertForTokenClassification",
                                                  "BertForQuestionAnswering"):
        dense("pooler.dense", d, d)
    if kind in ("BertForMaskedLM", "BertForPreTraining"):
        dense("cls.predictions.transform.dense", d, d)
        norm("cls.predictions.transform.LayerNorm", d)
        put("cls.predictions.bias", v, std=0.2)
        if case.get("head"):
            put("cls.predictions.decoder.weight", v, d, std=0.5)
            put("cls.predictions.decoder.bias", v, std=0.2)
    if kind in ("BertForNextSentencePrediction", "BertForPreTraining"):
        dense("cls.seq_relationship", d, 2)
    if kind in ("BertForSequenceClassification", "BertForTokenClassification"):
        dense("classifier", d, len(c["id2label"]))
    if kind == "BertForQuestionAnswering":
        dense("qa_outputs", d, 2)
    return w


def stored(case, weights):
    """The tensors as the file spells them, with what else real files carry."""
    gpt = case["config"]["model_type"] == "gpt2"
    heads = ("lm_head.", "score.", "cls.", "classifier.", "qa_outputs.")
    prefix = ("transformer." if gpt else "bert.") if case.get("prefix") else ""
    out = {}
    for name, tensor in weights.items():
        if case.get("gamma"):
            name = name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta")
        out[name if name.startswith(heads) else prefix + name] = tensor
    if case.get("buffers"):
        p = case["config"]["n_positions"]
        for n in range(case["config"]["n_layer"]):
            out[f"{prefix}h.{n}.attn.bias"] = torch.tril(torch.ones(p, p, dtype=torch.uint8)).view(1, 1, p, p)
            out[f"{prefix}h.{n}.attn.masked_bias"] = torch.tensor(-10000.0)
    if case.get("stored_positions"):
        p = case["config"]["max_position_embeddings"]
        out[prefix + "embeddings.position_ids"] = torch.arange(p)[None]
    if case.get("extra"):
        out["training.steps"] = torch.tensor([3, 1, 4])
    return {k: v.contiguous() for k, v in out.items()}


def write_model(case, folder, tensors):
    c = {k: v for k, v in case["config"].items() if k not in case.get("drop", [])}
    (folder / "config.json").write_text(json.dumps(c, indent=1, sort_keys=True) + "\n")
    count = case.get("shards", 1)
    if count == 1:
        save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    else:
        names, index = sorted(tensors), {}
        for s in range(count):
            file = f"model-{s + 1:05}-of-{count:05}.safetensors"
            part = {n: tensors[n] for n in names[s::count]}
            save_file(part, folder / file, metadata={"format": "pt"})
            index.update(dict.fromkeys(part, file))
        total = sum(t.numel() * t.element_size() for t in tensors.values())
        (folder / "model.safetensors.index.json").write_text(
            json.dumps({"metadata": {"total_size": total}, "weight_map": index}, indent=1, sort_keys=True) + "\n")
    if case.get("tokenizer"):  # fewer tokens than the embedding has rows
        if c["model_type"] == "gpt2":
            words = list("abcdefghijklmnopqrstuvwxyz") + ["\u0120", "th", "the", "<|endoftext|>"]
            (folder / "vocab.json").write_text(json.dumps({t: i for i, t in enumerate(words)}) + "\n")
            (folder / "merges.txt").write_text("#version: 0.2\nt h\nth e\n")
        else:
            words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"] + list("abcdefghijklmnopqrstuvwxyz") + ["##s"]
            (folder / "vocab.txt").write_text("\n".join(words) + "\n")


# ---- transformers, the reference's reference ----

def peer(case, folder):
    cls = getattr(transformers, case["hf"])
    kwargs = {"add_pooling_layer": False} if case.get("no_pooler") else {}
    model, info = cls.from_pretrained(folder, dtype=torch.float64, attn_implementation="eager",
                                      output_loading_info=True, **kwargs)
    assert not info["missing_keys"], info
    # Upcasting makes float32 of float64 there; in exact arithmetic it changes nothing, so it is switched off.
    for block in getattr(model.base_model, "h", []):
        block.attn.reorder_and_upcast_attn = False
    return model.eval()


def module_outputs(case, model):
    """Site -> (module, what to make of its output): the sites that are a module's whole output."""
    base, same, out = model.base_model, lambda x: x, {}
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


def first(output):
    return output[0] if isinstance(output, tuple) else output


def run_peer(case, model, run, edits=(), labels=None):
    """transformers' values for the sites it exposes, under edits that fall on module outputs."""
    seen, handles = {}, []
    for site, module in module_outputs(case, model).items():
        def hook(_m, _i, output, site=site):
            x = first(output)
            y = x.view(x.shape[0], x.shape[1], run.heads, -1) if site.split(".")[-1] in "qkv" else x
            for edit in edits:
                if edit.site == site:
                    y = edit.apply(y, run.mask, run.allowed)
            seen[site] = y
            y = y.reshape(x.shape)
            return (y, *output[1:]) if isinstance(output, tuple) else y
        handles.append(module.register_forward_hook(hook))
    types = {} if run.types is None else {"token_type_ids": run.types}
    with torch.no_grad():
        out = model(run.ids, attention_mask=run.mask, output_hidden_states=True, output_attentions=True, **types)
    for h in handles:
        h.remove()
    for n, a in enumerate(out.attentions):
        seen[f"blocks.{n}.attn.pattern"] = a
    seen["last"] = out.hidden_states[-1]
    if "start_logits" in out:
        seen["logits.start"], seen["logits.end"] = out.start_logits, out.end_logits
    elif "prediction_logits" in out:
        seen["logits"], seen["logits.nsp"] = out.prediction_logits, out.seq_relationship_logits
    elif "logits" in out:
        seen["logits"] = out.logits
    return seen


def check(case, model, run, edits=()):
    seen = run_peer(case, model, run, edits)
    values = {**run.values, "last": run.last}
    # What a query with nothing to attend to yields is ours alone; everything else must agree.
    dead = ~run.allowed.any(-1)
    for site, theirs in seen.items():
        ours = values[site]
        if site.endswith("pattern"):
            alive = ~dead[:, None, :, None].expand(ours.shape)
        elif ours.dim() >= 2 and ours.shape[:2] == dead.shape:
            alive = ~dead.view(*dead.shape, *[1] * (ours.dim() - 2)).expand(ours.shape)
        else:
            alive = torch.ones(ours.shape, dtype=torch.bool)
        agree((case["name"], site), ours[alive], theirs[alive])
    WIDEST["runs"] += 1


def check_labels(case, model, run, labels):
    """The loss `labels` against transformers' own (whose causal one is computed in float32)."""
    config = case["config"]
    dtype = torch.float64 if len(config.get("id2label", "ab")) == 1 else torch.int64
    given = torch.tensor(labels, dtype=dtype)
    given = dict(zip(("start_positions", "end_positions"), given.T)) if "logits.start" in run.values \
        else {"labels": given}
    types = {} if run.types is None else {"token_type_ids": run.types}
    with torch.no_grad():
        loss = model(run.ids, attention_mask=run.mask, **given, **types).loss
    ours = torch.tensor(losses("labels", run, labels)[0], dtype=loss.dtype)
    agree((case["name"], "loss"), ours, loss, 1e-5)
    WIDEST["labelled losses"] += 1


# ---- fixtures ----

def batch(rows):
    length = max(len(r["ids"]) for r in rows)
    pad = lambda x: list(x) + [0] * (length - len(x))
    ids = torch.tensor([pad(r["ids"]) for r in rows])
    mask = torch.tensor([pad(r["mask"]) for r in rows])
    types = torch.tensor([pad(r["type_ids"]) for r in rows]) if "type_ids" in rows[0] else None
    return ids, mask, types


def blank_padding(site, x, mask):
    """NaN at padded positions (queries, for attention), where rows of unequal length promise nothing."""
    x, real = x.clone(), mask.bool()
    if site.endswith(("scores", "pattern")):
        x.transpose(1, 2)[~real] = torch.nan
    elif x.shape[:2] == real.shape:
        x[~real] = torch.nan
    return x


def select(run, reads):
    out = []
    for read in reads or run.values:
        head, star, tail = read.partition("*")
        out += [s for s in run.values if s == read or (star and s.startswith(head) and s.endswith(tail))]
    return out


def downstream(run, site):
    """A site behind an edited one."""
    order = list(run.values)
    later = [s for s in order[order.index(site) + 1:] if s.endswith(("resid_post", "attn.z"))]
    return later[:1]


def random_file(case, key, shape):
    rng = numpy.random.default_rng(zlib.crc32(f"{case['name']} {key}".encode()))
    return torch.from_numpy(rng.standard_normal(shape).astype("float32"))


def edited_runs(case, model, forward, out, runs):
    gpt = case["config"]["model_type"] == "gpt2"
    source = forward("one" if gpt else "types-right", extra_row=True)
    for number, (texts, files) in enumerate(case.get("edits", [])):
        name, inputs = f"edit{number:02}", "right" if gpt else "types-right"
        tensors = {}
        for key, shape in files.items():
            value = source.values[shape[4:]].float() if isinstance(shape, str) else random_file(case, name + key, shape)
            if isinstance(shape, str):
                shared = "from/" + shape[4:]
            else:
                shared = f"{name}/@{key}"
            out[shared] = value
            tensors[key] = (shared, value.double())
        edits = [Edit(t, {k: v for k, (_, v) in tensors.items()}) for t in texts]
        run = forward(inputs, edits)
        if all(e.site in module_outputs(case, model) for e in edits):
            check(case, model, run, edits)
            WIDEST["hooked edits"] += 1
        reads = ["logits", *dict.fromkeys(e.site for e in edits if e.site != "logits")]
        reads += [s for s in downstream(run, edits[-1].site) if s not in reads]
        reads += ["logits.nsp"] if "logits.nsp" in run.values and edits[0].site == "pooled" else []
        for site in reads:
            out[f"{name}/{site}"] = run.values[site].float()
        runs.append({"name": name, "inputs": cases.INPUTS[inputs], "edits": texts, "reads": reads,
                     "files": {k: n for k, (n, _) in tensors.items()}})


def generated(case, model):
    out = []
    for prompt, count in case.get("generate", []):
        ids = model.generate(torch.tensor([prompt]), max_new_tokens=count, do_sample=False, use_cache=True,
                             pad_token_id=0)[0].tolist()
        with torch.no_grad():
            top = model(torch.tensor([ids])).logits[0, len(prompt) - 1:-1].topk(2).values
        margin = (top[:, 0] - top[:, 1]).min().item()
        assert margin > 1e-3, (case["name"], prompt, margin)
        out.append({"prompt": prompt, "max_new": count, "new": ids[len(prompt):]})
    return out


def make(case, root):
    folder = root / case["name"]
    folder.mkdir()
    weights = draw(case)
    write_model(case, folder, stored(case, weights))
    w = {k: v.double() for k, v in weights.items()}
    config = {**case["config"], "head": "LMHead" in case["hf"]}
    model = peer(case, folder)

    def forward(inputs, edits=(), extra_row=False):
        rows = cases.INPUTS[inputs]
        if extra_row:  # another text of the shape of the edited runs' batch, for `from`
            rows = [{**r, "ids": [(3 * i + 7) % 37 for i in r["ids"]]}
                    for r in cases.INPUTS["right" if config["model_type"] == "gpt2" else inputs]]
        with torch.no_grad():
            return Forward(config, w, *batch(rows), edits)

    out, runs = {}, []
    for spec in case["runs"]:
        name, rows = spec["inputs"], cases.INPUTS[spec["inputs"]]
        run = forward(name)
        check(case, model, run)
        sites = select(run, spec.get("reads"))
        for site in sites:
            x = blank_padding(site, run.values[site], run.mask) if name == "ragged" else run.values[site]
            out[f"{name}/{site}"] = x.float()
        entry = {"name": name, "inputs": rows, "reads": sites}
        if "labels" in spec:
            entry["labels"] = spec["labels"]
            check_labels(case, model, run, spec["labels"])
        entry["losses"] = {t: losses(t, run, spec.get("labels")) for t in spec.get("loss", [])}
        runs.append(entry)
    if "edits" in case:
        edited_runs(case, model, forward, out, runs)
    if case.get("weights"):
        sites = weight_sites(case["config"], w)
        out |= {"weights/" + site: x.float() for site, x in sites.items()}
        runs.append({"name": "weights", "inputs": cases.INPUTS["single"], "reads": list(sites)})
    save_file({k: v.contiguous().clone() for k, v in out.items()}, folder / "expected.safetensors")
    text = {"runs": runs, "generate": generated(case, model)}
    (folder / "case.json").write_text(compact(text))


def compact(case):
    """One line a run, so that a diff can be read."""
    runs = ",\n".join("  " + json.dumps(r) for r in case["runs"])
    return f'{{"runs": [\n{runs}\n],\n"generate": {json.dumps(case["generate"])}}}\n'


def main(target):
    root = pathlib.Path(target)
    root.mkdir(parents=True, exist_ok=True)
    for old in root.iterdir():
        assert (old / "config.json").exists(), f"{old} is not ours"
        shutil.rmtree(old)
    for case in cases.CASES:
        make(case, root)
    for file in root.rglob("*.safetensors"):
        file.chmod(0o644)
    size = sum(f.stat().st_size for f in root.rglob("*") if f.is_file())
    print(f"{len(cases.CASES)} cases, {size} bytes; {WIDEST}")


if __name__ == "__main__":
    main(sys.argv[1])
