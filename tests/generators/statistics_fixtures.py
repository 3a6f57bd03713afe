"""Expected values of the statistics in vitrine.interp.stats, by scipy and numpy.

Usage: python statistics_fixtures.py interp/src/test/resources/vitrine/interp/stats

Writes statistics.json. The bootstrap's resamples are those of the engine's own generator, written down here a second
time and handed to scipy.stats.bootstrap in place of its random numbers, so that intervals agree to rounding.
Versions: requirements.txt.
"""

import json
import pathlib
import sys

import numpy as np
from scipy import stats

MASK = (1 << 64) - 1
STEP = 0x9E3779B97F4A7C15
RESAMPLING = 6
SIGNS = 7


def split_mix(state):
    z = (state + STEP) & MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


def draw(key, counter):
    return split_mix((key + STEP * counter) & MASK)


def key(seed, use, counter):
    return draw(draw(split_mix(seed & MASK), use), counter)


def resamples(seed, count, units):
    """(count, units) indices of the units drawn."""
    table = np.empty((count, units), dtype=np.int64)
    for r in range(count):
        k = key(seed, RESAMPLING, r)
        table[r] = [(draw(k, i) * units) >> 64 for i in range(units)]
    return table


class Drawn(np.random.Generator):
    """Gives a table of indices where scipy asks for random ones."""

    def __init__(self, table):
        super().__init__(np.random.PCG64(0))
        self.table, self.given = table, 0

    def integers(self, low, high=None, size=None, **_):
        assert size[-2] <= len(self.table) - self.given and size[-1] == self.table.shape[1]
        rows = self.table[self.given:self.given + size[-2]]
        self.given += size[-2]
        return rows


def numbers(kind, n, rng):
    match kind:
        case "normal":
            return rng.normal(3, 2, n)
        case "skewed":
            return rng.lognormal(0, 1.5, n)
        case "ties":
            return rng.integers(0, 5, n).astype(float)
        case "small":
            return 1e9 + rng.normal(0, 1e-3, n)



def samples(rng):
    found = []
    for kind, n in [("normal", 7), ("skewed", 40), ("ties", 25), ("small", 31), ("normal", 2)]:
        x = numbers(kind, n, rng)
        exact = x.astype(np.longdouble)
        found.append({"values": x.tolist(), "mean": float(exact.mean()), "sd": float(exact.std(ddof=1)),
                      "quantiles": [[q, float(np.quantile(x, q))] for q in (0, 0.025, 0.1, 0.5, 0.77, 1)]})
    return found


def bootstraps(rng):
    found = []
    for kind, n, level, seed, count in [("normal", 12, 0.95, 1, 500), ("skewed", 30, 0.9, -7, 700),
                                        ("ties", 20, 0.95, 12345678901, 400)]:
        x = numbers(kind, n, rng)
        table = resamples(seed, count, n)
        # Among few integers many resamples have the same deviation on paper, which rounding would break for numpy.
        deviation = {} if kind == "ties" else {"sd": lambda v, axis: np.std(v, axis=axis, ddof=1)}
        for method in ("percentile", "bca"):
            for name, statistic in {"mean": np.mean, **deviation}.items():
                got = stats.bootstrap((x,), statistic, n_resamples=count, confidence_level=level, method=method,
                                      rng=Drawn(table), vectorized=True).confidence_interval
                found.append({"values": x.tolist(), "level": level, "seed": seed, "resamples": count,
                              "method": method.upper(), "statistic": name, "estimate": float(statistic(x, axis=0)),
                              "low": float(got.low), "high": float(got.high)})
    return found


def tokens(rng):
    """A mean over tokens, sentences resampled: the ratio of sums, by plain numpy."""
    sentences = [rng.normal(i % 3, 1, rng.integers(1, 9)) for i in range(15)]
    table = resamples(5, 300, len(sentences))
    means = [np.concatenate([sentences[i] for i in row]).mean() for row in table]
    low, high = np.quantile(means, [0.025, 0.975])
    return {"sentences": [s.tolist() for s in sentences], "seed": 5, "resamples": 300,
            "estimate": float(np.concatenate(sentences).mean()), "low": float(low), "high": float(high)}


def paired(rng):
    found = []
    for kind, n in [("normal", 6), ("normal", 11), ("ties", 12), ("skewed", 16), ("normal", 60), ("ties", 80)]:
        a = numbers(kind, n, rng)
        b = numbers(kind, n, rng) - (0.5 if kind == "normal" else 0)
        d = a - b
        moved = d[d != 0]
        tied = len(np.unique(np.abs(moved))) < len(moved)
        case = {"first": a.tolist(), "second": b.tolist(), "difference": float(np.mean(d))}
        if n <= 16:
            flips = stats.permutation_test((d,), np.sum, permutation_type="samples", n_resamples=np.inf)
            case["sign_flips"] = float(flips.pvalue)
        if len(moved) > 50:
            rank = stats.wilcoxon(moved, zero_method="wilcox", correction=False, method="asymptotic")
        elif tied:
            # Its own exact table knows no ties: every assignment of signs instead.
            rank = stats.wilcoxon(moved, method=stats.PermutationMethod(n_resamples=1 << 17))
        else:
            rank = stats.wilcoxon(moved, method="exact")
        case["signed_rank"] = float(rank.pvalue)
        found.append(case)
    return found


def sampled_flips(rng):
    """The sampled sign-flip test with the engine's own signs."""
    d = rng.normal(0.3, 1, 100)
    bar = abs(d.sum()) - 1e-12 * np.abs(d).sum()
    extremes = 0
    for i in range(999):
        k = key(3, SIGNS, i)
        signs = np.array([-1.0 if draw(k, j // 64) >> (j % 64) & 1 else 1.0 for j in range(len(d))])
        extremes += abs((signs * d).sum()) >= bar
    return {"differences": d.tolist(), "seed": 3, "draws": 999, "p": (int(extremes) + 1) / 1000}


def correlations(rng):
    found = []
    for kind, n in [("normal", 10), ("ties", 30), ("skewed", 17), ("small", 12), ("normal", 2)]:
        x = numbers(kind, n, rng)
        y = 0.4 * x + numbers(kind, n, rng)
        exact = np.corrcoef(x, y)[0, 1] if kind == "small" else stats.pearsonr(x, y).statistic
        found.append({"x": x.tolist(), "y": y.tolist(), "pearson": float(exact),
                      "spearman": float(stats.spearmanr(x, y).statistic)})
    return found


def wilsons():
    found = []
    for k, n, level in [(0, 5, 0.95), (5, 5, 0.95), (3, 10, 0.95), (481, 872, 0.99), (1, 100000, 0.9)]:
        got = stats.binomtest(k, n).proportion_ci(level, method="wilson")
        found.append({"successes": k, "trials": n, "level": level, "low": float(got.low), "high": float(got.high)})
    return found


def normals():
    points = [-37.0, -12.5, -8.0, -3.01, -3.0, -2.99, -1.5, -1e-9, 0.0, 0.3, 1.96, 2.999, 3.001, 6.0, 9.0]
    shares = [1e-300, 1e-20, 1e-6, 0.001, 0.025, 0.2, 0.5, 0.7, 0.975, 0.999999]
    return {"below": [[x, float(stats.norm.cdf(x))] for x in points],
            "quantile": [[q, float(stats.norm.ppf(q))] for q in shares]}


def holm(p):
    """As the paper has it: the j-th smallest times m - j + 1, made to rise, at most 1."""
    order = np.argsort(p, kind="stable")
    raised = np.maximum.accumulate(np.minimum(1, (len(p) - np.arange(len(p))) * np.asarray(p)[order]))
    adjusted = np.empty(len(p))
    adjusted[order] = raised
    return adjusted


def main(directory):
    rng = np.random.default_rng(20261121)
    ps = [[0.01, 0.04, 0.03, 0.005], [0.5, 0.5, 0.9], [0.0, 1.0, 0.2, 0.2], list(rng.uniform(0, 0.05, 144))]
    document = {
        "versions": {"numpy": np.__version__, "scipy": __import__("scipy").__version__},
        "samples": samples(rng), "bootstraps": bootstraps(rng), "tokens": tokens(rng), "paired": paired(rng),
        "sampled_flips": sampled_flips(rng), "correlations": correlations(rng), "wilson": wilsons(),
        "normal": normals(), "holm": [{"p": [float(x) for x in p], "adjusted": holm(p).tolist()} for p in ps],
    }
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "statistics.json").write_text(json.dumps(document, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
