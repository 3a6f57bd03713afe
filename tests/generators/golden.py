"""Makes the golden fixtures: tiny random-weight Hugging Face directories and what must come out of them.

    python golden.py OUT          (with exactly the versions of requirements.txt)

Every expected value is computed in float64 on the weights as stored, by `reference.py`, after it has been found equal
(1e-10) to transformers with eager attention, module by module through forward hooks, and edit by edit where an edit
falls on the output of a module. The same versions give the same bytes.

A directory OUT/<case> holds config.json, the weights, `expected.safetensors` (F32; NaN where nothing is promised) and
`case.json`: runs with inputs, edits, losses, and the names of the expected tensors (`<run>/<site>`); gradients and ten
steps of training stand beside them, see `gradients.py` and `adamw.py`.
"""

import json
import pathlib
import shutil
import sys
import zlib

import numpy
import torch
from safetensors.torch import save_file

import adamw
import cases
import gradients
import peer
from peer import WIDEST
from reference import Edit, Forward, batch, loss_terms, weight_sites

torch.set_num_threads(1)
DTYPES = {"F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16, "F64": torch.float64}


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


def prefix_of(case):
    return {"gpt2": "transformer.", "bert": "bert."}[case["config"]["model_type"]] if case.get("prefix") else ""


def file_name(case, name):
    """What the file calls the weight that a bare model calls `name`."""
    if case.get("gamma"):
        name = name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta")
    heads = ("lm_head.", "score.", "cls.", "classifier.", "qa_outputs.")
    return name if name.startswith(heads) else prefix_of(case) + name


def stored(case, weights):
    """The tensors as the file spells them, with what else real files carry."""
    prefix, out = prefix_of(case), {file_name(case, name): tensor for name, tensor in weights.items()}
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


# ---- fixtures ----

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
        if all(e.site in peer.module_outputs(case, model) for e in edits):
            peer.check(case, model, run, edits)
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
    model = peer.load(case, folder)

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
        peer.check(case, model, run)
        sites = select(run, spec.get("reads"))
        for site in sites:
            x = blank_padding(site, run.values[site], run.mask) if name == "ragged" else run.values[site]
            out[f"{name}/{site}"] = x.float()
        entry = {"name": name, "inputs": rows, "reads": sites}
        if "labels" in spec:
            entry["labels"] = spec["labels"]
            peer.check_labels(case, model, run, spec["labels"], loss_terms("labels", run, spec["labels"])[0].item())
        entry["losses"] = {t: [rounded(x) for x in loss_terms(t, run, spec.get("labels")).tolist()]
                           for t in spec.get("loss", [])}
        runs.append(entry)
    if "edits" in case:
        edited_runs(case, model, forward, out, runs)
    if case.get("weights"):
        sites = weight_sites(case["config"], w)
        out |= {"weights/" + site: x.float() for site, x in sites.items()}
        runs.append({"name": "weights", "inputs": cases.INPUTS["single"], "reads": list(sites)})
    save_file({k: v.contiguous().clone() for k, v in out.items()}, folder / "expected.safetensors")
    runner = gradients.Runner(case, model, w, lambda weights, rows, edits: Forward(config, weights, *batch(rows), edits))
    edited = [(r, {k: out[n].double() for k, n in r["files"].items()}) for r in runs if "edits" in r]
    gradients.make(case, folder, runner, edited, lambda name: file_name(case, name))
    adamw.make(case, folder, model)
    text = {"runs": runs, "generate": generated(case, model)}
    (folder / "case.json").write_text(compact(text))


def rounded(x):
    """To twelve digits: the rest depends on the order in which a processor's library adds."""
    return float(f"{x:.12g}")


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
