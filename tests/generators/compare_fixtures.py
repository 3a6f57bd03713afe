"""Expected values of the measures in vitrine.interp.compare.measures, by numpy in float64.

Usage: python compare_fixtures.py interp/src/test/resources/vitrine/interp/compare/measures

Writes measures.json. Every formula is written down from its paper, in the form that the paper has it: kernels as n x n
matrices with H, HSIC from its sums over examples, canonical directions as vectors of n numbers. Nothing is shared with
the engine but the matrices, which are rounded to what JSON keeps.

With a second argument, ../shared/data/cca-reference, it prints what these formulas say of the two files there, and what
google/svcca's compute_pwcca would (its directions are not whitened).
"""
import json
import sys
from pathlib import Path

import numpy as np

TOLERANCE = 1e-6


def centred(x):
    x = x - x.mean(0)
    x[:, np.ptp(x, 0) < 1e-13] = 0
    return x


def basis(x):
    """Left singular vectors and singular values above the tolerance."""
    u, s, vt = np.linalg.svd(centred(x), full_matrices=False)
    r = int((s > TOLERANCE * s[0]).sum())
    return u[:, :r], s[:r], vt[:r]


def cca(x, y):
    return np.clip(np.linalg.svd(basis(x)[0].T @ basis(y)[0], compute_uv=False), 0, 1)


def principal(x, share):
    u, s, vt = basis(x)
    k = int(np.searchsorted(np.cumsum(s ** 2) / np.sum(np.linalg.svd(centred(x), compute_uv=False) ** 2), share)) + 1
    return (u * s)[:, :k]


def svcca(x, y, share=0.99):
    return cca(principal(x, share), principal(y, share))


def pwcca(x, y):
    """Morcos et al. 2018: h_i of n numbers, alpha_i = sum_j |<h_i, x_j>|."""
    ux, _, _ = basis(x)
    uy, _, _ = basis(y)
    a, rho, _ = np.linalg.svd(ux.T @ uy, full_matrices=False)
    h = ux @ a
    alpha = np.abs(h.T @ centred(x)).sum(1)
    return float((alpha * np.clip(rho, 0, 1)).sum() / alpha.sum())


def hsic(k, l):
    n = len(k)
    h = np.eye(n) - 1 / n
    return np.trace(k @ h @ l @ h) / (n - 1) ** 2


def hsic_unbiased(k, l):
    """Song et al. 2012, equation 5."""
    n = len(k)
    k = k - np.diag(np.diag(k))
    l = l - np.diag(np.diag(l))
    one = np.ones(n)
    return (np.trace(k @ l) + (one @ k @ one) * (one @ l @ one) / ((n - 1) * (n - 2)) - 2 / (n - 2) * (one @ k @ l @ one)) / (
        n * (n - 3))


def cka(x, y, kernel, estimator):
    k, l = kernel(x), kernel(y)
    return float(estimator(k, l) / np.sqrt(estimator(k, k) * estimator(l, l)))


def linear(x):
    x = centred(x)  # HSIC does that too, but of large means only the digits behind them would be left
    return x @ x.T


def distances(x):
    return ((x[:, None, :] - x[None, :, :]) ** 2).sum(-1)


def rbf(x, f=0.5):
    d = distances(x)
    return np.exp(-d / (2 * f ** 2 * np.median(d)))


def ranks(v):
    """Of equal dissimilarities rounding makes several: twelve digits of the largest count."""
    v = np.round(v / np.abs(v).max(), 12)
    order = np.argsort(v, kind="stable")
    out = np.empty(len(v))
    out[order] = np.arange(1, len(v) + 1)
    for value in np.unique(v):
        out[v == value] = out[v == value].mean()
    return out


def dissimilarity(x, kind):
    if kind == "pearson":
        d = 1 - np.corrcoef(x)
    elif kind == "cosine":
        u = x / np.linalg.norm(x, axis=1, keepdims=True)
        d = 1 - u @ u.T
    else:
        d = np.sqrt(distances(x))
    return d[np.triu_indices(len(x), 1)]


def rsa(x, y, kind="pearson", agreement="spearman"):
    a, b = dissimilarity(x, kind), dissimilarity(y, kind)
    if agreement == "spearman":
        a, b = ranks(a), ranks(b)
    return float(np.corrcoef(a, b)[0, 1])


def procrustes(x, y):
    x, y = centred(x), centred(y)
    return float(np.linalg.svd(x.T @ y / np.linalg.norm(x) / np.linalg.norm(y), compute_uv=False).sum())


def neighbours(x, y, k):
    def nearest(m):
        u = m / np.linalg.norm(m, axis=1, keepdims=True)
        c = np.round(u @ u.T, 12)
        np.fill_diagonal(c, -np.inf)
        return np.argsort(-c, axis=1, kind="stable")[:, :k]

    a, b = nearest(x), nearest(y)
    return float(np.mean([len(set(p) & set(q)) / k for p, q in zip(a, b)]))


def best_correlations(x, y):
    x, y = centred(x), centred(y)
    x, y = x[:, np.ptp(x, 0) > 0], y[:, np.ptp(y, 0) > 0]
    c = (x / np.linalg.norm(x, axis=0)).T @ (y / np.linalg.norm(y, axis=0))
    return np.abs(c).max(1)


def max_correlation(x, y):
    return float(best_correlations(x, y).mean())


def min_correlation(x, others):
    """Bau et al. 2019: of each unit its best correlate in every other model, and of these the worst."""
    return float(np.min([best_correlations(x, y) for y in others], axis=0).mean())


def third(x, y):
    """One more side of the same examples."""
    return np.c_[np.tanh(y / np.abs(y).max(0)), x[:, :1] ** 2]


def regression(x, y):
    uy, _, _ = basis(y)
    x = centred(x)
    x = x[:, np.ptp(x, 0) > 0]
    return float((((uy.T @ x) ** 2).sum(0) / (x ** 2).sum(0)).mean())


def describe(x, y):
    rho = cca(x, y)
    kept = svcca(x, y)
    return {
        "cca": float(rho.mean()), "coefficients": rho.tolist(), "r2": float((rho ** 2).mean()),
        "svcca": float(kept.mean()), "kept": [principal(x, 0.99).shape[1], principal(y, 0.99).shape[1]],
        "pwcca": pwcca(x, y), "pwcca_reverse": pwcca(y, x),
        "cka-linear": cka(x, y, linear, hsic), "cka-unbiased": cka(x, y, linear, hsic_unbiased),
        "cka-rbf": cka(x, y, rbf, hsic), "median": [float(np.median(distances(x))), float(np.median(distances(y)))],
        "rsa": rsa(x, y), "procrustes": procrustes(x, y),
        "rsa-cosine-pearson": rsa(x, y, "cosine", "pearson"), "rsa-euclidean-spearman": rsa(x, y, "euclidean"),
        "neighbours": neighbours(x, y, 5), "max-correlation": max_correlation(x, y),
        "min-correlation": min_correlation(x, [y, third(x, y)]), "regression": regression(x, y),
        "ranks": [len(basis(x)[1]), len(basis(y)[1])],
    }


def pair(rng, n, dx, dy, shared, noise=0.5):
    z = rng.normal(size=(n, shared))
    x = z @ rng.normal(size=(shared, dx)) + noise * rng.normal(size=(n, dx))
    y = z @ rng.normal(size=(shared, dy)) + noise * rng.normal(size=(n, dy))
    return x, y


def cases():
    rng = np.random.default_rng(20261121)
    x, y = pair(rng, 60, 7, 5, 3)
    yield "related", x, y
    yield "uncentred", x + 1000, y - rng.normal(size=5) * 300
    x, y = pair(rng, 40, 6, 6, 2)
    yield "constant, duplicate and dependent columns", np.c_[x, np.full(40, 0.1), x[:, 0], x[:, 1] + x[:, 2]], np.c_[y, y[:, 3]]
    x, y = pair(rng, 12, 20, 6, 3)
    yield "fewer examples than units", x, y
    x, y = pair(rng, 50, 8, 9, 4)
    x[:, 3] *= 500
    yield "outlier dimension", x, y
    yield "unrelated", rng.normal(size=(31, 4)), rng.normal(size=(31, 6))
    x, y = pair(rng, 33, 5, 4, 2)
    yield "single precision", x.astype(np.float32), y.astype(np.float32)
    x, y = pair(rng, 45, 10, 3, 3, 0.05)
    yield "scales of twelve powers", x * 10.0 ** np.linspace(-2, 2, 10), y
    x, y = pair(rng, 12, 5, 7, 3)
    again = rng.integers(0, 12, 41)
    yield "duplicate rows", x[again], y[again]
    x, y = pair(rng, 20, 5, 4, 2)
    yield "duplicate rows on one side", x[np.arange(20) // 2], y
    yield "zeros and ones", binary(rng, 36, 6), binary(rng, 36, 5)
    yield "two units", rng.normal(size=(25, 2)), rng.normal(size=(25, 2))
    x, y = pair(rng, 15, 4, 5, 2)
    yield "fewer examples than units, of low rank", x @ rng.normal(size=(4, 20)), y @ rng.normal(size=(5, 18))
    x = rng.integers(-3, 4, (80, 3)) @ rng.integers(-2, 3, (3, 30))
    yield "integers of rank three with columns of zeros", x * (np.arange(30) % 4 > 0), rng.integers(-3, 4, (80, 6))
    x, y = pair(rng, 30, 6, 6, 3)
    yield "rows nearly parallel", x * 0.1 + 1000 * np.arange(6), y


def binary(rng, n, d):
    """No row of all zeros or all ones: it would have no correlation."""
    x = rng.integers(0, 2, (n, d))
    x[:, 0], x[:, 1] = 1 - x[:, 2], x[:, 2]
    return x


def main():
    directory = Path(sys.argv[1])
    document = []
    for name, x, y in cases():
        x, y = x.astype(np.float64), y.astype(np.float64)
        document.append({
            "name": name, "x": x.tolist(), "y": y.tolist(), "also": third(x, y).tolist(), "expected": describe(x, y)})
    (directory / "measures.json").write_text(json.dumps(document, separators=(",", ":")) + "\n")
    if len(sys.argv) > 2:
        x, y = (np.load(Path(sys.argv[2]) / f"svcca_MNIST_model_{i}_lay04.npy").T.astype(np.float64) for i in (0, 1))
        print("cca", cca(x, y), cca(x, y).mean())
        top = [(basis(m)[0] * basis(m)[1])[:, :5] for m in (x, y)]
        print("svcca top 5", cca(*top).mean(), "pwcca", pwcca(x, y), "reverse", pwcca(y, x))
        k = np.linalg.norm(centred(x).T @ centred(y)) ** 2
        print("cka", k / np.linalg.norm(centred(x).T @ centred(x)) / np.linalg.norm(centred(y).T @ centred(y)))


main()
