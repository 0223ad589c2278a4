"""Metrics of rankings and of probabilities, and how sure they are."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

SAMPLES = 1000


def hits(ranked: np.ndarray, truth: sp.csr_matrix, rows: np.ndarray) -> np.ndarray:
    """Whether what is at each rank is in the truth: (rows, k) of 0 and 1."""
    wide = np.repeat(rows, ranked.shape[1])
    flat = ranked.ravel()
    found = np.asarray(truth[wide, np.maximum(flat, 0)]).ravel() > 0
    return (found & (flat >= 0)).reshape(ranked.shape).astype(np.float64)


def ranking(
    ranked: np.ndarray, truth: sp.csr_matrix, rows: np.ndarray, size: np.ndarray | None = None, ideal_at_k: bool = True
) -> dict[str, np.ndarray]:
    """recall = hits / |truth|, nDCG, and whether anything was hit, for each row.

    The ideal is over min(|truth|, k), or with `ideal_at_k` false over the whole truth. `size` is
    |truth| where the matrix does not hold all of it.
    """
    k = ranked.shape[1]
    hit = hits(ranked, truth, rows)
    size = np.diff(truth.indptr)[rows] if size is None else size
    gain = 1 / np.log2(np.arange(max(k, size.max())) + 2)
    ideal = np.cumsum(gain)[(np.minimum(size, k) if ideal_at_k else size) - 1]
    return {"recall": hit.sum(1) / size, "ndcg": hit @ gain[:k] / ideal, "hit": (hit.sum(1) > 0) * 1.0}


def place(ranked: np.ndarray, target: np.ndarray) -> dict[str, np.ndarray]:
    """Whether the target is among the ranked, and one over its rank."""
    hit = ranked == target[:, None]
    return {"hit": hit.any(1) * 1.0, "mrr": (hit / (np.arange(ranked.shape[1]) + 1)).sum(1)}


def interval(values: np.ndarray, groups: np.ndarray | None = None, seed: int = 0) -> dict[str, float]:
    """The mean with a 95 % interval: bootstrap over rows, or over groups of rows (customers)."""
    rng = np.random.default_rng(seed)
    if groups is None:
        sums, counts = values, np.ones(len(values))
    else:
        _, index = np.unique(groups, return_inverse=True)
        sums, counts = np.bincount(index, weights=values), np.bincount(index)
    means = np.empty(SAMPLES)
    for at in range(SAMPLES):
        drawn = rng.integers(len(sums), size=len(sums))
        means[at] = sums[drawn].sum() / counts[drawn].sum()
    low, high = np.percentile(means, [2.5, 97.5])
    return {"mean": float(values.mean()), "low": float(low), "high": float(high)}


def summary(values: dict[str, np.ndarray], groups: np.ndarray | None = None) -> dict[str, object]:
    out: dict[str, object] = {name: interval(column, groups) for name, column in values.items()}
    out["n"] = len(next(iter(values.values())))
    return out


def log_loss(probability: np.ndarray, label: np.ndarray) -> np.ndarray:
    """For each row, in nats."""
    p = np.clip(probability.astype(np.float64), 1e-12, 1 - 1e-12)
    return -np.where(label, np.log(p), np.log1p(-p))


def auc(score: np.ndarray, label: np.ndarray) -> float:
    """The probability that a positive is scored above a negative; ties count half."""
    _, rank, count = np.unique(score, return_inverse=True, return_counts=True)
    mean_rank = np.cumsum(count) - (count - 1) / 2
    positives = int(label.sum())
    above = mean_rank[rank][label].sum() - positives * (positives + 1) / 2
    return float(above / (positives * (len(label) - positives)))


def ece(probability: np.ndarray, label: np.ndarray, bins: int = 20) -> float:
    """Expected calibration error: mean |predicted - observed| over bins of equally many rows."""
    order = np.argsort(probability, kind="stable")
    parts = np.array_split(order, bins)
    return float(sum(abs(probability[p].sum() - label[p].sum()) for p in parts if len(p)) / len(label))


def reliability(probability: np.ndarray, label: np.ndarray, bins: int = 10) -> list[dict[str, float]]:
    """Predicted beside observed, over bins of equally many rows."""
    parts = np.array_split(np.argsort(probability, kind="stable"), bins)
    return [{"predicted": float(probability[p].mean()), "observed": float(label[p].mean()), "n": len(p)} for p in parts]


def probabilities(probability: np.ndarray, label: np.ndarray, customers: np.ndarray) -> dict[str, object]:
    return {
        "log_loss": interval(log_loss(probability, label), customers),
        "auc": auc(probability, label),
        "ece": ece(probability, label),
        "base_rate": float(label.mean()),
        "n": len(label),
    }
