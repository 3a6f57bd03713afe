"""Writes the fixtures of engine/src/test/resources/vitrine/engine/text.

Pinned: transformers 5.23.0, tokenizers 0.23.3. Run from the repository's root:

    python tests/generators/text_fixtures.py

NAME/: a directory with a small tokenizer's files, trained here on the sentences below.
expected.json: for each directory what transformers (or, where there is a tokenizer.json, the
tokenizers library) makes of each text. Offsets are in UTF-16 units; tokens in the vocabulary's
spelling.
"""

import json
import pathlib
import shutil

import tokenizers
import transformers
from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers
from tokenizers import pre_tokenizers, processors, trainers

assert transformers.__version__ == "5.23.0", transformers.__version__
assert tokenizers.__version__ == "0.23.3", tokenizers.__version__

OUT = pathlib.Path("engine/src/test/resources/vitrine/engine/text")
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
END = "<|endoftext|>"
SENTENCES = [
    "The glass case stands in the middle of the room, and the light falls on it from above.",
    "She didn't say what they'd found there; we'll never know, I'm afraid, but it's what we've got.",
    "Heads and neurons, layers and tokens: each one can be read, edited and switched off.",
    "Où est le café? À côté de l'hôtel, près de la forêt. Ça va très bien, merci!",
    "Die Straße ist naß, die Tür grün, und der Bär schläft über dem Fluß.",
    "In 1969 three of 42 tests failed, 3.14 percent of them twice, at 10:30.",
    "机器学习 是 一门 学科。 东京 の 夜。 한국어 문장",
    "Every reader of this text is reading the reading of a reader who reads the text.",
]
TEXTS = [
    "",
    " ",
    "the glass case",
    "The readers' reading, isn't it?",
    "  two  spaces \t and\ttabs\n\nand lines \u00a0 there ",
    "Où est l'hôtel? CAFÉ e\u0301te\u0301",
    "İstanbul, Straße, ΑΣΣΑΣ \u01c5 \u0130\u0307",
    "机器学习是一门学科。東京の夜",
    "한국어 문장 ᄒ\u1161\u11ab",
    "a🙂b 👩\u200d👩\u200d👧 🇩🇪x",
    "\u0000\u200b\ufeff\ufffd\u00ad\u0085x\u0007y",
    "a\u0323\u0301 \u0344\u0323 q\u0307\u0323 \u1e69",
    "x" * 100 + " " + "x" * 101,
    "The [MASK] of the room [SEP] [mask] [CLS]x",
    f"one{END}two {END} three{END}{END}",
    "the <m> case <m>  , <r>  x<w> <w> <w>y _<w> <N> <n>",
    "#hash ##tag un##known",
    "zzzqqq \u2603 the \u16a0",
    "it's we'll they've I'm she'd 'S 'LL ' s ''ve",
    "1234567890 3.14 ½ ² Ⅷ x1y2",
]
PAIRS = [
    ("the glass case", "stands in the middle of the room"),
    ("stands in the middle of the room, and the light", "falls"),
    ("", "only the second"),
    ("only the first", ""),
]
LENGTHS = [3, 4, 5, 6, 7, 8, 9, 12]


def units(text, at):
    """The number of UTF-16 units of the first code points."""
    return len(text[:at].encode("utf-16-le")) // 2


def spelling(tokenizer, index):
    """The vocabulary's; this version's id_to_token says what an added token is normalised to."""
    added = tokenizer.get_added_tokens_decoder().get(index)
    return added.content if added else tokenizer.id_to_token(index)


def case(tokenizer, text, pair=None, length=None):
    if length is None:
        tokenizer.no_truncation()
    else:
        tokenizer.enable_truncation(length)
    tokenizer.no_padding()
    got = tokenizer.encode(text, pair)
    offsets = []
    for (start, end), which in zip(got.offsets, got.sequence_ids):
        source = pair if which == 1 else text
        offsets.append([units(source, start), units(source, end)] if which is not None else [0, 0])
    tokenizer.no_truncation()
    odd = any(spelling(tokenizer, i) != tokenizer.id_to_token(i) for i in got.ids)
    return {
        "text": text,
        "pair": pair,
        "length": length,
        "tokens": [spelling(tokenizer, i) for i in got.ids],
        "ids": got.ids,
        "offsets": offsets,
        "type_ids": got.type_ids,
        "decoded": None if odd else tokenizer.decode(got.ids, skip_special_tokens=False),
    }


def batch(tokenizer, pad_id, pad_token, direction, fixed, multiple):
    tokenizer.no_truncation()
    tokenizer.enable_padding(
        direction=direction,
        pad_id=pad_id,
        pad_token=pad_token,
        length=fixed,
        pad_to_multiple_of=multiple,
    )
    texts = ["the room", "the glass case stands in the middle", "light"]
    got = tokenizer.encode_batch(texts)
    tokenizer.no_padding()
    return {
        "texts": texts,
        "direction": direction,
        "fixed": fixed,
        "multiple": multiple,
        "pad_id": pad_id,
        "pad_token": pad_token,
        "ids": [e.ids for e in got],
        "mask": [e.attention_mask for e in got],
        "type_ids": [e.type_ids for e in got],
        "tokens": [e.tokens for e in got],
    }


def expectations(tokenizer, pad):
    cases = [case(tokenizer, text) for text in TEXTS]
    cases += [case(tokenizer, a, b) for a, b in PAIRS]
    cases += [case(tokenizer, TEXTS[3], None, n) for n in LENGTHS]
    cases += [case(tokenizer, a, b, n) for a, b in PAIRS[:2] for n in LENGTHS]
    # Where not even the special tokens fit the reference does not cut; here that is an error.
    cases = [c for c in cases if c["length"] is None or len(c["ids"]) <= c["length"]]
    pad_id = tokenizer.token_to_id(pad)
    batches = [
        batch(tokenizer, pad_id, pad, direction, fixed, multiple)
        for direction, fixed, multiple in [
            ("right", None, None),
            ("left", None, None),
            ("right", 12, None),
            ("left", None, 8),
        ]
    ]
    return {"cases": cases, "batches": batches}


def write(folder, **files):
    folder.mkdir(parents=True)
    for name, content in files.items():
        text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
        (folder / name.replace("__", ".")).write_text(text + "\n", encoding="utf-8", newline="\n")


def train_byte_pairs():
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = trainers.BpeTrainer(
        vocab_size=420,
        special_tokens=[END],
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    tokenizer.train_from_iterator(SENTENCES, trainer)
    model = json.loads(tokenizer.to_str())["model"]
    merges = [" ".join(pair) for pair in model["merges"]]
    return model["vocab"], merges


def train_pieces(lower):
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=lower)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    trainer = trainers.WordPieceTrainer(vocab_size=300, special_tokens=SPECIAL, show_progress=False)
    tokenizer.train_from_iterator(SENTENCES, trainer)
    vocab = tokenizer.get_vocab()
    return sorted(vocab, key=vocab.get)


def token(content, **flags):
    names = ["lstrip", "rstrip", "single_word", "normalized", "special"]
    return {"content": content, **{name: flags.get(name, False) for name in names}}


def odd_tokens(first):
    """Added tokens with every flag."""
    return [
        (first, token("<m>", lstrip=True, special=True)),
        (first + 1, token("<r>", rstrip=True)),
        (first + 2, token("<w>", single_word=True)),
        (first + 3, token("<N>", normalized=True)),
    ]


def byte_pair_json(vocab, merges):
    tokenizer = Tokenizer(models.BPE(vocab, [tuple(m.split(" ")) for m in merges]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=True, add_prefix_space=True)
    tokenizer.add_special_tokens([END])
    for _, entry in odd_tokens(0):
        tokenizer.add_tokens([AddedToken(**entry)])
    tokenizer.enable_truncation(7)
    tokenizer.enable_padding(length=9, pad_id=0, pad_token=END)
    return tokenizer.to_str()


def roberta_json(vocab, merges):
    tokenizer = Tokenizer.from_str(byte_pair_json(vocab, merges))
    end = (END, vocab[END])
    tokenizer.post_processor = processors.RobertaProcessing(
        end, end, trim_offsets=True, add_prefix_space=False
    )
    return tokenizer.to_str()


def main():
    shutil.rmtree(OUT, ignore_errors=True)
    vocab, merges = train_byte_pairs()
    files = {"vocab__json": vocab, "merges__txt": "\n".join(["#version: 0.2", *merges])}
    write(OUT / "gpt2", **files)
    write(OUT / "gpt2-openai", encoder__json=vocab, vocab__bpe=files["merges__txt"])
    write(
        OUT / "gpt2-configured",
        **files,
        tokenizer_config__json={"add_prefix_space": True, "add_bos_token": True},
        special_tokens_map__json={"pad_token": "<pad>", "eos_token": token(END, special=True)},
        added_tokens__json={"<pad>": len(vocab), "plain": len(vocab) + 1},
    )
    write(OUT / "gpt2-json", tokenizer__json=byte_pair_json(vocab, merges))
    write(OUT / "roberta-json", tokenizer__json=roberta_json(vocab, merges))

    uncased, cased = train_pieces(True), train_pieces(False)
    write(OUT / "bert-uncased", vocab__txt="\n".join(uncased))
    write(
        OUT / "bert-cased",
        vocab__txt="\n".join(cased),
        tokenizer_config__json={
            "do_lower_case": False,
            "strip_accents": None,
            "mask_token": {"__type": "AddedToken", **token("[MASK]", special=True)},
            "added_tokens_decoder": {
                **{str(i): token(s, special=True) for i, s in enumerate(SPECIAL)},
                **{str(i): entry for i, entry in odd_tokens(len(cased))},
            },
        },
    )
    write(
        OUT / "bert-accents",
        vocab__txt="\n".join(uncased),
        tokenizer_config__json={
            "do_lower_case": True,
            "strip_accents": False,
            "tokenize_chinese_chars": False,
        },
    )
    made = Tokenizer(models.WordPiece({t: i for i, t in enumerate(uncased)}, unk_token="[UNK]"))
    made.normalizer = normalizers.BertNormalizer()
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    made.decoder = decoders.WordPiece(cleanup=False)
    made.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    made.add_special_tokens(SPECIAL)
    for _, entry in odd_tokens(0):
        made.add_tokens([AddedToken(**entry)])
    write(OUT / "bert-json", tokenizer__json=made.to_str())

    expected = {}
    for folder in sorted(path for path in OUT.iterdir() if path.is_dir()):
        if (folder / "tokenizer.json").exists():
            tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        else:
            kind = "BertTokenizer" if folder.name.startswith("bert") else "GPT2Tokenizer"
            directory = folder
            if folder.name == "gpt2-openai":
                directory = OUT / "gpt2"
            loaded = getattr(transformers, kind).from_pretrained(str(directory))
            tokenizer = loaded.backend_tokenizer
        pad = "[PAD]" if folder.name.startswith("bert") else END
        expected[folder.name] = expectations(tokenizer, pad)
    # A case a line.
    parts = []
    for name, kinds in expected.items():
        lists = [
            f'"{kind}":[\n' + ",\n".join(map(json.dumps, entries)) + "]"
            for kind, entries in kinds.items()
        ]
        parts.append(f'"{name}":{{' + ",\n".join(lists) + "}")
    text = "{" + ",\n".join(parts) + "}\n"
    json.loads(text)
    (OUT / "expected.json").write_text(text, encoding="utf-8")


main()
