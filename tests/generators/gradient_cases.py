"""Which gradients the golden fixtures hold: for each case, runs of one loss with the sites and parameters asked for.

A case that stands in no table gets one run of its family's own loss. Every edited run of `cases.py` gets
gradients too: at the edited sites, right below and above them, and at the embedding.
"""

import cases

FEW = ["embed", "blocks.*.resid_post", "pooled", "logits", "logits.*"]
ATTENTION = FEW + ["blocks.*.attn.q", "blocks.*.attn.k", "blocks.*.attn.v", "blocks.*.attn.scores",
                   "blocks.*.attn.pattern", "blocks.*.attn.z", "blocks.*.ln1.scale"]
MIDDLE = ["embed", "blocks.*.attn.scores", "blocks.*.mlp.pre", "blocks.*.mlp.post", "blocks.*.ln2.scale", "logits"]
EVERY = ["*"]


def run(inputs, loss, sites=FEW, labels=None, parameters=False, note="", edits=()):
    return {"name": f"{inputs} {loss}{note}", "inputs": inputs, "loss": loss, "sites": sites, "labels": labels,
            "parameters": parameters, "edits": list(edits)}


def some(inputs, *losses, **more):
    return [run(inputs, loss, **more) for loss in losses]


SEVERAL = {"labels": [[1, 0, 1], [0, 0, 1]], "note": " of several classes"}
TOKEN_IDS = [[5, -100, 3, 2, 11, -100], [-100, 9, 21, -100, -100, -100], [-100, 1, 2, 3, -100, -100]]

# What a parameter's gradient is made of stands on both sides of an edit: what came in as edited, what came back blocked.
THROUGH_EDITS = [
    ["embed[pos=2]=zero", "pos_embed[pos=1]=scale:2", "blocks.1.attn.q[head=0]=scale:-1", "blocks.1.mlp_out=scale:0.5"],
    ["embed_out[pos=0]=scale:2", "blocks.0.ln1.normalized[pos=1]=set:0.5", "blocks.1.ln2.scale=scale:2"],
    ["blocks.0.ln2.scale=mean", "blocks.1.ln1.normalized[pos=0..2]=scale:0.5", "blocks.0.attn_out[pos=1]=zero"],
    ["blocks.0.attn.k=mean", "blocks.0.attn.v[head=2]=zero", "blocks.1.mlp.post[neuron=0..5]=zero"],
    ["blocks.0.attn.pattern[head=0]=uniform", "blocks.1.attn.scores[head=1]=scale:0.5", "blocks.0.mlp.pre=scale:0.5"],
    ["blocks.1.attn.z[head=1]=scale:2", "blocks.0.attn.result[head=0]=mean", "blocks.0.resid_mid[pos=1]=mean",
     "blocks.1.resid_post=scale:0.5", "logits[pos=1]=scale:2"],
]


def through_edits(inputs, loss, labels=None):
    return [run(inputs, loss, ["embed"], labels, parameters=True, note=f" edited {i}", edits=e)
            for i, e in enumerate(THROUGH_EDITS)]


RUNS = {
    "gpt2-lm": [
        run("right", "next", EVERY, parameters=True),
        run("one", "next"),
        *some("one", "logit:2,7", "logprob:6,39", "diff:4,3,1"),
        *some("right", "logit:1,7", "logprob:2,0", "diff:0,3,1"),
        run("right", "labels", labels=TOKEN_IDS),
        run("single", "logit:0,3", ATTENTION),
        run("left", "next", ATTENTION),
        run("middle", "next", ATTENTION),
        run("ragged", "next", ATTENTION),
    ],
    "gpt2-sequence": [
        run("right", "labels", MIDDLE, [2, 0, 1], parameters=True),
        run("right", "labels", labels=[2, -100, 1], note=" with an ignored one"),
        run("small", "labels", parameters=True, **SEVERAL),
        run("left", "label:2", ATTENTION, parameters=True),
        *some("right", "label:2", "class:1"),
        *some("ragged", "label:1"),
        *some("trailing-pad-id", "label:0"),
    ],
    "gpt2-regression": [
        run("one", "labels", MIDDLE, [-1.5], parameters=True),
        *some("one", "value:0.75", "class:0"),
    ],
    "gpt2-eps": [
        run("small", "next", MIDDLE, parameters=True),
        *through_edits("small", "next"),
    ],
    "gpt2-untied": [
        run("small", "labels", MIDDLE, cases.IDS, parameters=True),
        run("small", "next"),
    ],
    "bert-pretraining": [
        run("types-right", "mlm:2=11", EVERY, parameters=True),
        run("types-right", "label:1", parameters=True),
        run("types-right", "labels", labels=TOKEN_IDS[:2]),
        *some("types-right", "logprob:1,3", "class:0"),
        *some("one", "mlm:1=5,4=30", "logit:2,7", "logprob:6,39", "diff:4,3,1"),
        run("single", "logprob:0,3", ATTENTION),
        run("left", "mlm:4=11", ATTENTION),
        run("middle", "mlm:3=11", ATTENTION),
        run("ragged", "mlm:0=9", ATTENTION),
    ],
    "bert-mlm": [
        run("small", "labels", MIDDLE, cases.IDS, parameters=True),
        run("pad-id", "labels", ["embed"], [[5, 0, 3, 2, 11], [7, 9, 21, -100, -100]], parameters=True),
        *some("small", "mlm:0=3,2=22", "diff:1,4,5", "logit:1,8"),
        *through_edits("small", "labels", cases.IDS),
    ],
    "bert-nsp": [
        run("types-right", "labels", MIDDLE, [1, 0], parameters=True),
        *some("types-right", "label:1", "class:0"),
    ],
    "bert-sequence": [
        run("right", "labels", MIDDLE, [2, 0, 1], parameters=True),
        run("right", "labels", labels=[2, -100, 1], note=" with an ignored one"),
        run("small", "labels", parameters=True, **SEVERAL),
        *some("right", "label:2", "class:1", "classdiff:2,0"),
    ],
    "bert-regression": [
        run("small", "labels", MIDDLE, [-1.5, 2.25], parameters=True),
        *some("small", "value:0.75", "class:0"),
    ],
    "bert-tokens": [
        run("small", "labels", MIDDLE, [[0, 4, -100, 2, 2], [-100, 1, 3, -100, -100]], parameters=True),
        *some("small", "logit:1,4", "logprob:0,2", "diff:2,0,1"),
    ],
    "bert-qa": [
        run("types-right", "labels", MIDDLE, [[1, 4], [0, 2]], parameters=True),
        *some("types-right", "start:1", "end:2", "startlogit:1", "endlogit:2"),
    ],
}


def runs(case):
    if case["hf"] in ("GPT2Model", "BertModel") or case.get("dtype") in ("BF16", "F64") or case.get("tokenizer"):
        return []  # no loss without a head; nothing that other cases do not show
    loss = "next" if case["config"]["model_type"] == "gpt2" else "mlm:1=7,2=30"
    sites = ["embed"] if case["runs"] is cases.LIGHT and "-act-" not in case["name"] else MIDDLE
    return RUNS.get(case["name"], [run("small", loss, sites, parameters=True)])


def edited_loss(case, edits):
    """The loss of an edited run: one that the edited site has a part in."""
    if case["config"]["model_type"] == "gpt2":
        return "next"
    return "label:1" if edits[0].startswith("pooled") else "mlm:1=11"
