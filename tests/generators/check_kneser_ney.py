"""Checks kneser_ney.py on a small random text: its probabilities against the textbook recursion, and their sum.

    python check_kneser_ney.py
"""

from collections import Counter

import numpy as np

import kneser_ney

VOCABULARY, ORDER = 7, 3
random = np.random.default_rng(1)
ids = random.integers(0, 5, 400)
ids[:200] = np.tile([0, 1, 2, 3], 50)
text = [int(i) for i in ids]


def counts(n):
    """Of n-grams; below the highest order, of the different tokens to their left."""
    grams = [tuple(text[i : i + n]) for i in range(len(text) - n + 1)]
    if n == ORDER:
        return Counter(grams)
    longer = {tuple(text[i : i + n + 1]) for i in range(len(text) - n)}
    count = Counter(gram[1:] for gram in longer)
    for gram in set(grams):
        count[gram] = max(count[gram], 1)
    return count


def discounts(count):
    n = [sum(1 for c in count.values() if c == i) for i in (1, 2, 3, 4)]
    y = n[0] / max(n[0] + 2 * n[1], 1)
    return [0] + [max(0.0, i - (i + 1) * y * n[i] / max(n[i - 1], 1)) for i in (1, 2, 3)]


def probability(n, context, token):
    if n == 0:
        return 1 / VOCABULARY
    count = counts(n)
    discount = discounts(count)
    lower = probability(n - 1, context[1:], token)
    total = sum(c for gram, c in count.items() if gram[:-1] == context)
    if total == 0:
        return lower
    own = count.get((*context, token), 0)
    left = sum(discount[min(c, 3)] for gram, c in count.items() if gram[:-1] == context) / total
    return max(own - discount[min(own, 3)], 0) / total + left * lower


def main():
    tables, orders = kneser_ney.model(ids, VOCABULARY, ORDER)
    test = random.integers(0, 6, 60)
    test[:10] = [0, 1, 2, 3, 0, 1, 2, 3, 0, 1]
    found = 2 ** kneser_ney.log2_probabilities(test, tables, orders, VOCABULARY, 0)
    for i in range(ORDER - 1, len(test)):
        expected = probability(ORDER, (int(test[i - 2]), int(test[i - 1])), int(test[i]))
        assert abs(found[i] - expected) < 1e-12, (i, found[i], expected)
    assert abs(sum(probability(ORDER, (0, 1), w) for w in range(VOCABULARY)) - 1) < 1e-12
    print("equal at", len(test) - ORDER + 1, "places; chances sum to 1")


if __name__ == "__main__":
    main()
