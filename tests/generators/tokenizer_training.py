"""Writes the fixtures of engine/src/test/resources/vitrine/engine/tokenizer-training.

Pinned: transformers 5.23.0, tokenizers 0.23.3. Run from the repository's root:

    python tests/generators/tokenizer_training.py

text.txt: what is trained on, made of the words below by a seeded generator.
NAME/: what the tokenizers library learns from it, as the files of a model directory.
expected.json: the training's settings for each directory, and the ids that transformers'
AutoTokenizer, loaded from the directory, makes of each text.

The tokenizers library gives the "##" characters of a WordPiece vocabulary ids in the order of a
hash table, another in every run. To have a reference, the alphabet and they are listed here, in the
order of their code points, behind the special tokens: what is listed first gets the first ids.
"""

import collections
import json
import pathlib
import random
import shutil

import tokenizers
import transformers
from tokenizers import Tokenizer, decoders, models, normalizers
from tokenizers import pre_tokenizers, processors, trainers

assert transformers.__version__ == "5.23.0", transformers.__version__
assert tokenizers.__version__ == "0.23.3", tokenizers.__version__

OUT = pathlib.Path("engine/src/test/resources/vitrine/engine/tokenizer-training")
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
ROLES = ["pad_token", "unk_token", "cls_token", "sep_token", "mask_token"]
END = "<|endoftext|>"
STEMS = """read walk layer neuron token head light glass room table window morning evening paper
letter count measure answer question found open close under over inter un re mis able tion ing er
ness less ful ly s es ed est house garden river stone water winter summer train station street
der die das straße grün über été où forêt être naïve 学 机器 学习 東京 の 한국어 문장 привет мир
αβγ ΣΑΣ İz 🙂 👩🏽 e\u0301 1969 42 3.14 ½ Ⅷ""".split()
JOINTS = [" "] * 14 + ["  ", "\n", "\n\n", " \n ", ", ", ". ", "'s ", "'ll ", "-", "! ", "\t", END]
TEXTS = [
    "",
    " ",
    "The readers were reading unread letters; isn't it?",
    "  two  spaces \t and\ttabs\n\nand lines \u00a0 there ",
    "Straße ÉTÉ où forêt naïveness e\u0301te\u0301",
    "机器学习の東京 한국어 문장 привет мир",
    "a🙂b 👩🏽‍🔬 \u0000\u200b\ufeff\ufffd\u00ad\u0085x",
    f"one{END}two [MASK] three [SEP] [mask]",
    "1234567890 3.14 ½ ² Ⅷ x1y2",
    "it's we'll they've I'm she'd 'S ''ve",
    "streetlightness overmeasured Interstationing REREADING",
]


def text():
    chance = random.Random(1)
    words = []
    for _ in range(500):
        stems = [chance.choice(STEMS) for _ in range(chance.choice([1, 1, 2, 2, 3]))]
        word = "".join(stems)
        words.append(word.capitalize() if chance.random() < 0.15 else word)
    # Some words often, many seldom.
    weights = [1 / (1 + i) ** 0.7 for i in range(len(words))]
    picked = chance.choices(words, weights, k=6000)
    return "".join(word + chance.choice(JOINTS) for word in picked) + "\n"


def byte_pair(file, vocabulary, least):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        min_frequency=least,
        special_tokens=[END],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train([str(file)], trainer)
    config = {
        "add_prefix_space": False,
        "bos_token": END,
        "eos_token": END,
        "unk_token": END,
        "pad_token": None,
        "errors": "replace",
        "tokenizer_class": "GPT2Tokenizer",
    }
    return tokenizer, config


def untrained(lower):
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=lower)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    return tokenizer


def characters(content, lower, most):
    """The alphabet, and the characters of it that continue a word; each by code point."""
    tokenizer = untrained(lower)
    normal = tokenizer.normalizer.normalize_str(content)
    words = [word for word, _ in tokenizer.pre_tokenizer.pre_tokenize_str(normal)]
    counts = collections.Counter("".join(words))
    ranked = sorted(counts, key=lambda c: (-counts[c], c))
    kept = set(ranked[:most])
    if len(ranked) > most:
        # The library leaves open which of two equally frequent characters stays.
        assert counts[ranked[most - 1]] > counts[ranked[most]], ranked[most - 1 : most + 1]
    return sorted(kept), sorted({c for word in words for c in word[1:]} & kept)


def word_piece(file, vocabulary, least, lower, most):
    alphabet, continuing = characters(file.read_text(encoding="utf-8"), lower, most)
    pinned = SPECIAL + alphabet + ["##" + c for c in continuing]
    tokenizer = untrained(lower)
    trainer = trainers.WordPieceTrainer(
        vocab_size=vocabulary,
        min_frequency=least,
        limit_alphabet=most,
        special_tokens=pinned,
        show_progress=False,
    )
    tokenizer.train([str(file)], trainer)
    # Once more of the vocabulary alone, so that only what is special is special.
    whole = untrained(lower)
    whole.model = models.WordPiece(tokenizer.get_vocab(), unk_token="[UNK]")
    whole.add_special_tokens(SPECIAL)
    whole.post_processor = processors.TemplateProcessing(
        single="[CLS]:0 $A:0 [SEP]:0",
        pair="[CLS]:0 $A:0 [SEP]:0 $B:1 [SEP]:1",
        special_tokens=[("[CLS]", 2), ("[SEP]", 3)],
    )
    config = {
        "do_lower_case": lower,
        "strip_accents": None,
        "tokenize_chinese_chars": True,
        "tokenizer_class": "BertTokenizer",
        **dict(zip(ROLES, SPECIAL)),
    }
    return whole, config


def write(folder, tokenizer, config):
    folder.mkdir()
    tokenizer.model.save(str(folder))
    for name, document in {
        "tokenizer.json": json.loads(tokenizer.to_str()),
        "tokenizer_config.json": config,
    }.items():
        line = json.dumps(document, ensure_ascii=False) + "\n"
        (folder / name).write_text(line, encoding="utf-8", newline="\n")


def ids(folder):
    loaded = transformers.AutoTokenizer.from_pretrained(folder)
    return [loaded(text)["input_ids"] for text in TEXTS]


def main():
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    file = OUT / "text.txt"
    file.write_text(text(), encoding="utf-8", newline="")
    settings = {
        "bpe": {"vocabulary": 900, "least": 2},
        "bpe-frequent": {"vocabulary": 5000, "least": 30},
        "wordpiece-uncased": {"vocabulary": 700, "least": 2, "lower": True, "most": 1000},
        "wordpiece-cased": {"vocabulary": 900, "least": 1, "lower": False, "most": 1000},
        "wordpiece-alphabet": {"vocabulary": 400, "least": 2, "lower": True, "most": 21},
    }
    expected = {"texts": TEXTS, "directories": {}}
    for name, given in settings.items():
        train = byte_pair if name.startswith("bpe") else word_piece
        write(OUT / name, *train(file, **given))
        expected["directories"][name] = {**given, "ids": ids(OUT / name)}
    line = json.dumps(expected, ensure_ascii=False) + "\n"
    (OUT / "expected.json").write_text(line, encoding="utf-8", newline="\n")


main()
