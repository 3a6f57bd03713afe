"""What the golden fixtures hold: one entry a model directory, each with its runs.

An `inputs` is a name in INPUTS; a run reads every site unless `reads` says which. Files named `@x` in an edit are entries
of `files`: a shape (drawn at random) or `run:SITE` (what another run of the case has there).
"""

ACTS = ["gelu", "gelu_fast", "gelu_pytorch_tanh", "quick_gelu", "relu", "silu", "tanh", "gelu_new"]


def row(*ids, pad=0, left=0, types=None, mask=None):
    """A row of ids with `pad` padded positions after and `left` before, or holes where `mask` says 0."""
    ids = [0] * left + list(ids) + [0] * pad
    given = mask or [0] * left + [1] * (len(ids) - left - pad) + [0] * pad
    return {"ids": ids, "mask": given, **({"type_ids": types} if types else {})}


INPUTS = {
    "one": [row(5, 17, 3, 29, 11, 8, 17)],
    "single": [row(9)],
    "right": [row(5, 17, 3, 29, 11, 8), row(7, 7, 21, pad=3), row(33, 2, 19, 4, pad=2)],
    "left": [row(5, 17, 3, 29, 11, 8), row(7, 7, 21, left=3)],
    "middle": [row(5, 17, 3, 29, 11, 8, mask=[1, 1, 0, 1, 0, 1]), row(31, 2, 12, 6, 25, 13)],
    # The engine pads these itself: rows differ in length, and nothing is compared at padding.
    "ragged": [row(5, 17, 3, 29, 11, 8), row(6), row(33, 2, 19, 4)],
    "small": [row(5, 17, 3, 12, 11), row(7, 9, 21, pad=2)],
    "five": [row(30, 2, 12, 6, 25), row(1, 36, 14, 9, 30), row(6, 6, 20, pad=2)],
    "pair": [row(19, 2, 30, 7), row(13, 24, pad=2)],
    "types": [row(5, 17, 3, 29, 11, 8, 1, types=[0, 0, 0, 1, 1, 1, 1])],
    "types-right": [row(5, 17, 3, 29, 11, 8, types=[0, 0, 0, 1, 1, 1]),
                    row(7, 7, 21, pad=3, types=[0, 1, 1, 0, 0, 0])],
    # The id that BERT pads with, as a token that counts: PyTorch gives its look-ups no gradient.
    "pad-id": [row(5, 0, 3, 12, 0), row(0, 9, 21, pad=2)],
    "trailing-pad-id": [row(5, 17, 3, 0, 0, mask=[1, 1, 1, 1, 1])],
}

D = 24  # width of the two main models; K = 8, M = 96 (GPT-2) or 40 (BERT)


def common_edits(family):
    m = 96 if family == "gpt2" else 40
    scores = "blocks.1.attn.scores"
    edits = [
        (["embed=zero"], {}),
        (["embed[pos=2]=set:0.5"], {}),
        (["pos_embed[pos=1..4]=zero"], {}),
        (["embed_out=scale:-0.5"], {}),
        (["embed_out[pos={0,3}]=add:@a"], {"a": [D]}),
        (["blocks.0.resid_pre=mean"], {}),
        (["blocks.1.ln1.scale=scale:2"], {}),
        (["blocks.0.ln1.normalized[pos=-1]=zero"], {}),
        (["blocks.2.ln2.scale=set:1.5"], {}),
        (["blocks.1.ln2.normalized=mean"], {}),
        (["blocks.0.attn.q[head=1]=zero"], {}),
        (["blocks.1.attn.k[head=0..2,pos=1]=set:-0.25"], {}),
        (["blocks.0.attn.v[head={0,2}]=mean"], {}),
        (["blocks.0.attn.v=from:@run"], {"run": "run:blocks.0.attn.v"}),
        ([scores + "[head=2]=scale:0.5"], {}),
        ([scores + "[query=2,key=0]=set:3"], {}),
        ([scores + "[head=0]=mean"], {}),
        ([scores + "[key=1]=add:@s"], {"s": [1]}),
        (["blocks.0.attn.pattern[head=1]=zero"], {}),
        (["blocks.0.attn.pattern=uniform"], {}),
        (["blocks.2.attn.pattern[head=-1]=uniform"], {}),
        (["blocks.1.attn.pattern=mean"], {}),
        (["blocks.1.attn.pattern[head=0,query=3]=set:@p"], {"p": [6]}),
        (["blocks.1.attn.pattern[head=1]=from:@run"], {"run": "run:blocks.1.attn.pattern"}),
        (["blocks.0.attn.z[head=2]=zero"], {}),
        (["blocks.1.attn.z[head=0]=mean"], {}),
        (["blocks.2.attn.z[head=1]=mean:@k"], {"k": [8]}),
        (["blocks.2.attn.z[head=1]=set:@tk"], {"tk": [6, 1, 8]}),
        (["blocks.1.attn.z[head=1,pos=2]=from:@run"], {"run": "run:blocks.1.attn.z"}),
        (["blocks.1.attn.result[head=0]=zero"], {}),
        (["blocks.0.attn.result[head=2]=add:@d"], {"d": [D]}),
        (["blocks.1.attn_out=mean"], {}),
        (["blocks.0.attn_out[pos=1]=zero"], {}),
        (["blocks.0.resid_mid=scale:1.25"], {}),
        (["blocks.0.mlp.pre[neuron=17]=set:2"], {}),
        (["blocks.1.mlp.post[neuron={3,-1}]=zero"], {}),
        (["blocks.1.mlp.post[neuron=0..20]=mean"], {}),
        (["blocks.2.mlp.post=scale:0"], {}),
        (["blocks.0.mlp.post[pos=2]=set:@m"], {"m": [m]}),
        (["blocks.2.mlp_out=zero"], {}),
        (["blocks.0.mlp_out=mean:@d"], {"d": [D]}),
        (["blocks.1.resid_post=from:@run"], {"run": "run:blocks.1.resid_post"}),
        (["blocks.2.resid_post[pos=0]=set:@d"], {"d": [D]}),
        (["logits[pos=1]=scale:0.5"], {}),
        # In plan order: the second sees what the first left.
        (["blocks.0.attn.z[head=0]=set:1", "blocks.0.attn.z[head=0..2]=scale:3", "blocks.2.mlp_out=mean"], {}),
        (["blocks.0.mlp_out=zero", "blocks.0.attn_out=zero"], {}),
    ]
    if family == "gpt2":
        edits += [
            (["ln_final.scale=set:2"], {}),
            (["ln_final.normalized[pos=1..3]=mean"], {}),
        ]
    else:
        edits += [
            (["type_embed=zero"], {}),
            (["blocks.0.resid_mid_raw[pos=2]=zero"], {}),
            (["blocks.1.resid_mid_raw=mean"], {}),
            (["blocks.2.resid_post_raw=scale:0.5"], {}),
            (["blocks.0.resid_post_raw=add:@d"], {"d": [D]}),
            (["pooled=set:0.25"], {}),
        ]
    return edits


def gpt2(name, runs=None, **more):
    config = {"model_type": "gpt2", "architectures": ["GPT2LMHeadModel"], "vocab_size": 40, "n_positions": 12,
              "n_embd": 12, "n_layer": 2, "n_head": 3, "n_inner": 20, "activation_function": "gelu_new",
              "layer_norm_epsilon": 1e-5, "bos_token_id": 39, "eos_token_id": 39}
    config.update(more.pop("config", {}))
    return {"name": "gpt2-" + name, "config": config, "hf": config["architectures"][0],
            "runs": runs or [{"inputs": "small", "loss": ["next"]}], **more}


def bert(name, runs=None, **more):
    config = {"model_type": "bert", "architectures": ["BertForMaskedLM"], "vocab_size": 40,
              "max_position_embeddings": 12, "hidden_size": 12, "num_hidden_layers": 2, "num_attention_heads": 3,
              "intermediate_size": 20, "hidden_act": "gelu", "layer_norm_eps": 1e-12, "type_vocab_size": 2}
    config.update(more.pop("config", {}))
    return {"name": "bert-" + name, "config": config, "hf": config["architectures"][0],
            "runs": runs or [{"inputs": "small"}], **more}


def labels3(c):
    return {"id2label": {str(i): f"L{i}" for i in range(c)}, "label2id": {f"L{i}": i for i in range(c)}}


# Enough where a variant changes how weights are found or stored, and nothing of the arithmetic.
LIGHT = [{"inputs": "small", "reads": ["logits", "blocks.*.attn.pattern", "blocks.*.mlp.post", "blocks.*.resid_post"]}]
SITES = ["logits", "embed_out", "blocks.*.attn.scores", "blocks.*.attn.pattern", "blocks.*.attn.z", "blocks.*.resid_post",
         "pooled", "logits.nsp", "ln_final.scale"]
IDS = [[5, -100, 3, 2, 11], [-100, 9, 21, -100, -100]]

CASES = [
    gpt2("lm", prefix=True, config={"n_embd": D, "n_layer": 3, "n_inner": None, "n_positions": 32}, runs=[
        {"inputs": "one", "loss": ["next", "logit:2,7", "logprob:6,39", "diff:4,3,1"]},
        {"inputs": "single", "reads": ["logits", "blocks.*.attn.pattern"]},
        {"inputs": "right", "loss": ["next", "logit:1,7", "logprob:2,0", "diff:0,3,1"]},
        {"inputs": "left", "reads": SITES, "loss": ["next"]},
        {"inputs": "middle", "reads": SITES, "loss": ["next"]},
        {"inputs": "ragged", "reads": ["logits", "blocks.*.attn.pattern", "blocks.*.resid_post", "ln_final.scale"],
         "loss": ["next"]},
    ], edits=common_edits("gpt2"), generate=[([5, 17, 3], 20), ([9], 12), ([30, 1, 30, 1, 30], 15)]),
    gpt2("bare", config={"architectures": ["GPT2Model"]}, runs=[{"inputs": "small"}, {"inputs": "single"}]),
    gpt2("sequence", prefix=True, runs=[
        {"inputs": "right", "loss": ["label:2", "class:1", "labels"], "labels": [2, 0, 1]},
        {"inputs": "left", "reads": ["logits"]},
        {"inputs": "ragged", "reads": ["logits"]},
        {"inputs": "trailing-pad-id", "reads": ["logits"]},
    ], config={"architectures": ["GPT2ForSequenceClassification"], "pad_token_id": 0, **labels3(3)}),
    gpt2("regression", prefix=True, runs=[
        {"inputs": "one", "loss": ["value:0.75", "class:0", "labels"], "labels": [-1.5]},
    ], config={"architectures": ["GPT2ForSequenceClassification"], **labels3(1)}),
    gpt2("untied", prefix=True, head=True, config={"tie_word_embeddings": False}, generate=[([4, 4], 8)],
         runs=[{"inputs": "small", "loss": ["labels"], "labels": IDS}]),
    # The file has a head of its own and the config says "tied": what is in the file is what runs.
    gpt2("own-head-no-prefix", LIGHT, head=True),
    gpt2("buffers", LIGHT, prefix=True, buffers=True, extra=True),
    gpt2("default-config", LIGHT, prefix=True, drop=["n_inner", "activation_function", "layer_norm_epsilon", "architectures",
                                              "bos_token_id", "eos_token_id"],
         config={"n_inner": None, "bos_token_id": 50256, "eos_token_id": 50256}),
    gpt2("eps", prefix=True, config={"layer_norm_epsilon": 0.05}),
    gpt2("unscaled", prefix=True, config={"scale_attn_weights": False}),
    gpt2("inverse-layer", prefix=True, config={"scale_attn_by_inverse_layer_idx": True, "n_layer": 3}),
    gpt2("upcast", prefix=True, config={"scale_attn_by_inverse_layer_idx": True, "reorder_and_upcast_attn": True}),
    gpt2("odd", prefix=True, weights=True, config={"n_embd": 21, "vocab_size": 37, "n_inner": 13, "n_positions": 7}),
    gpt2("padded-vocabulary", LIGHT, prefix=True, tokenizer=True, generate=[([5, 3], 6)]),
    gpt2("f16", LIGHT, prefix=True, dtype="F16"),
    gpt2("bf16", LIGHT, prefix=True, dtype="BF16"),
    gpt2("f64", LIGHT, prefix=True, dtype="F64"),
    gpt2("sharded", LIGHT, prefix=True, shards=3),
    bert("pretraining", prefix=True, config={
        "architectures": ["BertForPreTraining"], "hidden_size": D, "num_hidden_layers": 3, "intermediate_size": 40,
        "max_position_embeddings": 32}, runs=[
        {"inputs": "one", "reads": SITES, "loss": ["mlm:1=5,4=30", "logit:2,7", "logprob:6,39", "diff:4,3,1"]},
        {"inputs": "types"},
        {"inputs": "single", "reads": ["logits", "blocks.*.attn.pattern", "pooled"]},
        {"inputs": "types-right", "loss": ["mlm:2=11", "logprob:1,3"]},
        {"inputs": "left", "reads": SITES},
        {"inputs": "middle", "reads": SITES},
        {"inputs": "ragged", "reads": ["logits", "blocks.*.attn.pattern", "blocks.*.resid_post", "pooled"]},
    ], edits=common_edits("bert")),
    bert("bare", stored_positions=True, config={"architectures": ["BertModel"]},
         runs=[{"inputs": "small"}, {"inputs": "single"}]),
    bert("bare-without-pooler", no_pooler=True, config={"architectures": ["BertModel"]}),
    bert("mlm", prefix=True, runs=[{"inputs": "small", "loss": ["labels", "mlm:0=3,2=22", "diff:1,4,5"],
                                    "labels": IDS}]),
    bert("nsp", prefix=True, config={"architectures": ["BertForNextSentencePrediction"]}, runs=[
        {"inputs": "types-right", "loss": ["label:1", "class:0", "labels"], "labels": [1, 0]}]),
    bert("sequence", prefix=True, config={"architectures": ["BertForSequenceClassification"], **labels3(3)}, runs=[
        {"inputs": "right", "loss": ["label:2", "class:1", "labels"], "labels": [2, 0, 1]}]),
    bert("regression", prefix=True, config={"architectures": ["BertForSequenceClassification"], **labels3(1)}, runs=[
        {"inputs": "small", "loss": ["value:0.75", "class:0", "labels"], "labels": [-1.5, 2.25]}]),
    bert("tokens", prefix=True, config={"architectures": ["BertForTokenClassification"], **labels3(5)}, runs=[
        {"inputs": "small", "loss": ["labels", "logit:1,4", "logprob:0,2", "diff:2,0,1"],
         "labels": [[0, 4, -100, 2, 2], [-100, 1, 3, -100, -100]]}]),
    bert("qa", prefix=True, config={"architectures": ["BertForQuestionAnswering"]}, runs=[
        {"inputs": "types-right", "loss": ["labels", "start:1", "end:2"], "labels": [[1, 4], [0, 2]]}]),
    bert("untied", LIGHT, prefix=True, head=True, config={"tie_word_embeddings": False}),
    # As the first BERT files were: gamma and beta, position_ids, the next-sentence head beside the masked-word head.
    bert("first-files", LIGHT, prefix=True, gamma=True, stored_positions=True, extra=True,
         config={"architectures": ["BertForPreTraining"]}),
    bert("no-prefix-mlm", LIGHT),
    bert("eps", prefix=True, config={"layer_norm_eps": 0.05}),
    bert("odd", prefix=True, weights=True, config={"hidden_size": 21, "vocab_size": 37, "intermediate_size": 13,
                                     "max_position_embeddings": 7, "type_vocab_size": 3}),
    bert("default-config", LIGHT, prefix=True, drop=["hidden_act", "layer_norm_eps", "type_vocab_size", "architectures"]),
    bert("padded-vocabulary", LIGHT, prefix=True, tokenizer=True),
    bert("f16", LIGHT, prefix=True, dtype="F16"),
    bert("bf16", LIGHT, prefix=True, dtype="BF16"),
    bert("f64", LIGHT, prefix=True, dtype="F64"),
    bert("sharded", LIGHT, prefix=True, shards=2),
]
CASES += [gpt2("act-" + a.replace("_", "-"), LIGHT, prefix=True, config={"activation_function": a, "n_layer": 1})
          for a in ACTS[:-1]]
CASES += [bert("act-" + a.replace("_", "-"), LIGHT, prefix=True, config={"hidden_act": a, "num_hidden_layers": 1})
          for a in ACTS[1:]]
