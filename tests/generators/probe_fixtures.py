"""Expected values of logistic regression and of the online code in vitrine.interp.probe, by scikit-learn.

Usage: python probe_fixtures.py interp/src/test/resources/vitrine/interp/probe

Writes logistic.json: for each case X (train, test), classes, C, and what scikit-learn's LogisticRegression comes to
by Newton's method with a tolerance of 1e-14, on X less its column means (which no optimum depends on): the objective sum of -ln p + ||W||^2 / (2C) in float64 (of two classes one weight
vector), predictions, accuracies, and the bits of the online code (Voita and Titov 2020). Versions: requirements.txt.
"""

import json
import pathlib
import sys

import numpy as np
from scipy.special import log_softmax
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import NearestCentroid


def fit(x, y, c):
    model = LogisticRegression(C=c, tol=1e-14, max_iter=10000, solver="newton-cholesky")
    return model.fit(x, y)


def log_probabilities(model, x):
    """Of the decision function: predict_log_proba takes the logarithm of p, which near 1 has no digits left."""
    scores = model.decision_function(x)
    if scores.ndim == 1:
        scores = np.stack([np.zeros_like(scores), scores], axis=1)
    return log_softmax(scores, axis=1)


def objective(model, x, y, c):
    log_p = log_probabilities(model, x)
    own = np.searchsorted(model.classes_, y)
    return float(-log_p[np.arange(len(y)), own].sum() + (model.coef_**2).sum() / (2 * c))


def code(x, y, c, ends):
    classes = len(np.unique(y))
    bits = [ends[0] * np.log2(classes)]
    for first, last in zip(ends, ends[1:]):
        model = fit(x[:first], y[:first], c)
        assert len(model.classes_) == classes
        log_p = log_probabilities(model, x[first:last])
        own = np.searchsorted(model.classes_, y[first:last])
        bits.append(float(-log_p[np.arange(last - first), own].sum() / np.log(2)))
    return bits


def case(name, rng, train, test, width, classes, c, ends, noise, correlated=False, labels=None, scale=1, offset=0,
         dtype=np.float32):
    centres = rng.normal(size=(classes, width))
    y = rng.integers(0, classes, train + test)
    y[:classes] = np.arange(classes)
    x = centres[y] + noise * rng.normal(size=(train + test, width))
    if correlated:  # columns of very different sizes, one of them twice, one constant
        x = x * np.logspace(-2, 2, width)
        x[:, 1] = x[:, 0]
        x[:, 2] = 3
    x = (x * scale + offset).astype(dtype)
    y = np.array(labels)[y] if labels else y
    spelled = [float(str(v)) for v in x.ravel()]
    x = np.array(spelled).reshape(x.shape)
    x = x - x[:train].mean(axis=0)
    a, b = x[:train], x[train:]
    model = fit(a, y[:train], c)
    return {
        "name": name,
        "c": c,
        "width": width,
        "train_x": spelled[: train * width],
        "train_y": y[:train].tolist(),
        "test_x": spelled[train * width :],
        "test_y": y[train:].tolist(),
        "objective": objective(model, a, y[:train], c),
        "nearest": NearestCentroid().fit(a, y[:train]).predict(b).tolist(),
        "predicted": model.predict(b).tolist(),
        "train_accuracy": float(model.score(a, y[:train])),
        "test_accuracy": float(model.score(b, y[train:])),
        "ends": ends,
        "bits": code(a, y[:train], c, ends),
    }


def main():
    rng = np.random.default_rng(7)
    cases = [
        case("binary", rng, 120, 60, 7, 2, 1.0, [15, 30, 60, 120], 2.0),
        case("labels", rng, 150, 60, 9, 4, 0.5, [40, 80, 150], 1.5, labels=[-3, 5, 6, 1000]),
        case("free", rng, 200, 50, 6, 3, 1e4, [50, 100, 200], 2.5),
        case("strong", rng, 160, 60, 12, 5, 1e-3, [60, 160], 1.0),
        case("sizes", rng, 180, 60, 10, 3, 1.0, [60, 180], 1.5, correlated=True),
        case("wide", rng, 40, 30, 60, 3, 1.0, [20, 40], 1.0),
        case("offset", rng, 140, 50, 6, 3, 1.0, [50, 140], 1.5, offset=1e3),
        case("large", rng, 140, 50, 6, 3, 1.0, [50, 140], 1.5, scale=1e3),
        case("small", rng, 140, 50, 6, 4, 1.0, [50, 140], 1.5, scale=1e-4),
        case("separable", rng, 100, 40, 5, 2, 1e6, [40, 100], 0.1),
        case("separable of three", rng, 100, 40, 5, 3, 1e6, [40, 100], 0.1),
        case("double", rng, 140, 50, 6, 3, 1.0, [50, 140], 1.5, offset=1e6, dtype=np.float64),
        case("two labels", rng, 90, 40, 4, 2, 2.0, [30, 90], 1.5, labels=[7, -1]),
    ]
    out = pathlib.Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    rounded = json.dumps(cases, separators=(",", ":"))
    (out / "logistic.json").write_text(rounded + "\n")
    for each in cases:
        print(each["name"], each["objective"], each["test_accuracy"], sum(each["bits"]))


if __name__ == "__main__":
    main()
