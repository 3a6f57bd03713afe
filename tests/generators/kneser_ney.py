"""A 5-gram model with modified Kneser-Ney smoothing (Chen and Goodman 1998), over the tokens of a tokenizer: the baseline
that a bundled language model is measured beside.

    python kneser_ney.py --tokenizer DIR --train FILE... --test FILE [--order 5] [--block 256]

Files are UTF-8, plain or gzip, `<|endoftext|>` between books. Prints one JSON document: bits per character and perplexity
per token of the test text. With `--block N` the test text is cut as the neural model's is: a token sees only the tokens
before it in its block, and the first of a block, which the neural model does not predict, does not count, nor do the
characters that it spells. `--block 0` lets every token see the four before it. Closed vocabulary: every token of the
tokenizer has a chance of 1/V below the unigrams. Discounts by Chen and Goodman's formula, one set an order.
"""

import argparse
import gzip
import json
import math
import pathlib

import numpy as np
from tokenizers import Tokenizer

END = "<|endoftext|>"


def text_of(path):
    raw = pathlib.Path(path).read_bytes()
    return (gzip.decompress(raw) if path.endswith(".gz") else raw).decode("utf-8")


def ids_of(tokenizer, paths):
    """All tokens, END (as its id) between books."""
    end = tokenizer.token_to_id(END)
    parts = []
    for path in paths:
        for book in text_of(path).split(END):
            lines = book.splitlines(keepends=True)
            for first in range(0, len(lines), 2000):
                part = "".join(lines[first : first + 2000])
                parts.append(np.array(tokenizer.encode(part, add_special_tokens=False).ids, dtype=np.int64))
            parts.append(np.array([end], dtype=np.int64))
    return np.concatenate(parts)


class Order:
    """Counts of one order: n-grams as (number of the context among this order's contexts) * V + token."""

    def __init__(self, keys, counts, vocabulary):
        self.keys = keys  # sorted
        self.counts = counts
        n = [int((counts == i).sum()) for i in (1, 2, 3, 4)]
        y = n[0] / max(n[0] + 2 * n[1], 1)
        self.discounts = np.array([0, *(max(0.0, i - (i + 1) * y * n[i] / max(n[i - 1], 1)) for i in (1, 2, 3))])
        owner = keys // vocabulary
        contexts = int(owner.max()) + 1
        self.totals = np.bincount(owner, weights=counts, minlength=contexts)
        kept = self.discounts[np.minimum(counts, 3)]
        self.backoff = np.bincount(owner, weights=kept, minlength=contexts) / self.totals

    def probability(self, context, key, lower):
        """context -1: unseen."""
        seen = context >= 0
        at = np.clip(np.searchsorted(self.keys, key), 0, len(self.keys) - 1)
        count = np.where(seen & (self.keys[at] == key), self.counts[at], 0)
        own = np.maximum(count - self.discounts[np.minimum(count, 3)], 0)
        where = np.maximum(context, 0)
        return np.where(seen, own / self.totals[where] + self.backoff[where] * lower, lower)


def grams(ids, vocabulary, order):
    """For n = 1..order the sorted n-grams, and at each position the number of the n-gram that ends there (-1: too early)."""
    tables, ends = [], [ids]
    tables.append(np.unique(ids))
    number = np.searchsorted(tables[0], ids)
    ends = [number]
    for n in range(2, order + 1):
        key = np.full(len(ids), -1, dtype=np.int64)
        key[n - 1 :] = ends[-1][n - 2 : -1] * vocabulary + ids[n - 1 :]
        table = np.unique(key[n - 1 :])
        tables.append(table)
        number = np.full(len(ids), -1, dtype=np.int64)
        number[n - 1 :] = np.searchsorted(table, key[n - 1 :])
        ends.append(number)
    return tables, ends


def model(ids, vocabulary, order):
    tables, ends = grams(ids, vocabulary, order)
    orders = []
    for n in range(1, order + 1):
        size = len(tables[n - 1])
        if n == order:
            counts = np.bincount(ends[n - 1][n - 1 :], minlength=size)
        else:
            # Continuations: distinct tokens to the left, that is distinct (n+1)-grams that end in this n-gram.
            pairs = np.unique(ends[n][n:] * np.int64(size) + ends[n - 1][n:])
            counts = np.bincount(pairs % size, minlength=size)
            counts = np.maximum(counts, 1)  # of the very first n-gram of the text
        orders.append(Order(tables[n - 1], counts, vocabulary))
    return tables, orders


def find(table, key):
    at = np.clip(np.searchsorted(table, key), 0, len(table) - 1)
    return np.where(table[at] == key, at, -1)


def log2_probabilities(ids, tables, orders, vocabulary, block):
    """Of each token, given those before it in its block."""
    place = np.arange(len(ids)) if block == 0 else np.arange(len(ids)) % block
    result = np.full(len(ids), 1.0 / vocabulary)
    number = find(tables[0], ids)
    result = orders[0].probability(np.zeros(len(ids), dtype=np.int64), ids, result)
    for n in range(2, len(orders) + 1):
        context = np.full(len(ids), -1, dtype=np.int64)
        context[1:] = number[:-1]
        context[place < n - 1] = -1
        key = np.where(context >= 0, context * vocabulary + ids, -1)
        # A context that never had a successor in the training text backs off too.
        inside = context < len(orders[n - 1].totals)
        context = np.where(inside, context, -1)
        counted = np.where(context >= 0, orders[n - 1].totals[np.maximum(context, 0)], 0) > 0
        context = np.where(counted, context, -1)
        result = orders[n - 1].probability(context, key, result)
        number = np.where(key >= 0, find(tables[n - 1], key), -1)
    return np.log2(result)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tokenizer", required=True)
    parser.add_argument("--train", nargs="+", required=True)
    parser.add_argument("--test", required=True)
    parser.add_argument("--order", type=int, default=5)
    parser.add_argument("--block", type=int, default=0)
    options = parser.parse_args()
    tokenizer = Tokenizer.from_file(str(pathlib.Path(options.tokenizer) / "tokenizer.json"))
    vocabulary = tokenizer.get_vocab_size()
    train = ids_of(tokenizer, options.train)
    test = ids_of(tokenizer, [options.test])
    tables, orders = model(train, vocabulary, options.order)
    bits = -log2_probabilities(test, tables, orders, vocabulary, options.block)
    assert np.isfinite(bits).all()
    if options.block == 0:
        characters = len(text_of(options.test).replace(END, ""))
    else:
        bits = bits[np.arange(len(test)) % options.block != 0]
        blocks = [test[i + 1 : i + options.block].tolist() for i in range(0, len(test), options.block)]
        characters = sum(len(tokenizer.decode(block, skip_special_tokens=True)) for block in blocks)
    print(
        json.dumps(
            {
                "order": options.order,
                "train_tokens": len(train),
                "test_tokens": len(bits),
                "test_characters": characters,
                "ngrams": [len(table) for table in tables],
                "discounts": [[round(float(d), 4) for d in order.discounts[1:]] for order in orders],
                "bits_per_token": float(bits.mean()),
                "perplexity": float(2 ** bits.mean()),
                "bits_per_character": float(bits.sum() / characters),
            },
            indent=2,
        )
    )


if __name__ == "__main__":
    main()
