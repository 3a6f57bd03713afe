"""Expected values of logistic regression and of the online code in vitrine.interp.probe, by scikit-learn.

Usage: python probe_fixtures.py interp/src/test/resources/vitrine/interp/probe

Writes logistic.json: for each case X (train, test; float32), classes, C, and what scikit-learn's LogisticRegression
comes to with a tolerance of 1e-12: the objective sum of -ln p + ||W||^2 / (2C) in float64 (of two classes one weight
vector), predictions, accuracies, and the bits of the online code (Voita and Titov 2020). Versions: requirements.txt.
"""

import json
import pathlib
import sys

import numpy as np
from sklearn.linear_model import LogisticRegression


def fit(x, y, c):
    model = LogisticRegression(C=c, tol=1e-12, max_iter=100000, solver="lbfgs")
    return model.fit(x.astype(np.float64), y)


def objective(model, x, y, c):
    log_p = model.predict_log_proba(x.astype(np.float64))
    own = np.searchsorted(model.classes_, y)
    return float(-log_p[np.arange(len(y)), own].sum() + (model.coef_**2).sum() / (2 * c))


def code(x, y, c, ends):
    classes = len(np.unique(y))
    bits = [ends[0] * np.log2(classes)]
    for first, last in zip(ends, ends[1:]):
        model = fit(x[:first], y[:first], c)
        assert len(model.classes_) == classes
        log_p = model.predict_log_proba(x[first:last].astype(np.float64))
        own = np.searchsorted(model.classes_, y[first:last])
        bits.append(float(-log_p[np.arange(last - first), own].sum() / np.log(2)))
    return bits


def case(name, rng, train, test, width, classes, c, ends, noise, correlated=False, labels=None):
    centres = rng.normal(size=(classes, width))
    y = rng.integers(0, classes, train + test)
    y[:classes] = np.arange(classes)
    x = centres[y] + noise * rng.normal(size=(train + test, width))
    if correlated:  # columns of very different sizes, one of them twice, one constant
        x = x * np.logspace(-2, 2, width)
        x[:, 1] = x[:, 0]
        x[:, 2] = 3
    x = x.astype(np.float32)
    y = np.array(labels)[y] if labels else y
    a, b = x[:train], x[train:]
    model = fit(a, y[:train], c)
    return {
        "name": name,
        "c": c,
        "width": width,
        "train_x": [float(str(v)) for v in a.ravel()],
        "train_y": y[:train].tolist(),
        "test_x": [float(str(v)) for v in b.ravel()],
        "test_y": y[train:].tolist(),
        "objective": objective(model, a, y[:train], c),
        "predicted": model.predict(b.astype(np.float64)).tolist(),
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
    ]
    out = pathlib.Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    rounded = json.dumps(cases, separators=(",", ":"))
    (out / "logistic.json").write_text(rounded + "\n")
    for each in cases:
        print(each["name"], each["objective"], each["test_accuracy"], sum(each["bits"]))


if __name__ == "__main__":
    main()
