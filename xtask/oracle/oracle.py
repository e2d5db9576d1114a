"""Makes golden files: the same numbers as modelgate's, computed by scikit-learn, fairlearn and scipy, and by formulas
written out here where no library of these has them.

A number that is undefined is null: a share of no rows, a ratio over zero, a comparison of fewer than two groups. Where
scikit-learn or fairlearn has a number there all the same, it stands under "differs". A missing level is an empty text in
rows and null in a slice's name; such rows are a slice, and no group that others are compared with. Numbers are written
so that they read back exactly.
"""

import argparse
import hashlib
import itertools
import json
import math
import platform
import statistics
import sys
import warnings
from pathlib import Path

import drift
import fairlearn
import fairlearn.metrics as fm
import numpy as np
import pandas as pd
import scipy
import scipy.stats
import sklearn
import sklearn.metrics as sm
from sklearn.calibration import calibration_curve
from sklearn.linear_model import LogisticRegression

import data_sets

FORMAT = 1


def versions():
    return {
        "python": platform.python_version(),
        "scikit-learn": sklearn.__version__,
        "fairlearn": fairlearn.__version__,
        "numpy": np.__version__,
        "pandas": pd.__version__,
        "scipy": scipy.__version__,
    }


def number(value):
    """A float for JSON; NaN is null. JSON has no infinity, and no metric here is infinite."""
    value = float(value)
    if math.isinf(value):
        raise ValueError("infinite metric")
    return None if math.isnan(value) else value


def counts(rows):
    """The weights of true positives, false positives, false negatives and true negatives."""
    y, p, w = (rows[name].to_numpy() for name in ("label", "prediction", "weight"))
    return tuple(float(w[(y == label) & (p == said)].sum()) for label, said in ((1, 1), (0, 1), (1, 0), (0, 0)))


def confusion_metrics(rows):
    """Every metric of labels and predictions; NaN where ours is undefined, and the numbers that scikit-learn gives
    there all the same."""
    y, p, w = rows["label"].to_numpy(), rows["prediction"].to_numpy(), rows["weight"].to_numpy()
    classes, predicted = set(y), set(p)
    nan = float("nan")
    either = 1 in classes or 1 in predicted
    both, both_predicted = classes == {0, 1}, predicted == {0, 1}
    tp, fp, fn, tn = counts(rows)
    quiet = {"sample_weight": w, "zero_division": np.nan}

    def averaged(score, average, defined):
        return score(y, p, average=average, sample_weight=w, zero_division=0.0) if defined else nan

    values = {
        "count": len(rows),
        "accuracy": sm.accuracy_score(y, p, sample_weight=w),
        "balanced_accuracy": sm.balanced_accuracy_score(y, p, sample_weight=w) if both else nan,
        "precision": sm.precision_score(y, p, **quiet),
        "recall": sm.recall_score(y, p, **quiet),
        "f1": sm.f1_score(y, p, sample_weight=w, zero_division=0.0) if either else nan,
        "selection_rate": fm.selection_rate(y, p, pos_label=1, sample_weight=w),
        "true_positive_rate": fm.true_positive_rate(y, p, pos_label=1, sample_weight=w) if 1 in classes else nan,
        "false_positive_rate": fm.false_positive_rate(y, p, pos_label=1, sample_weight=w) if 0 in classes else nan,
        "false_negative_rate": fm.false_negative_rate(y, p, pos_label=1, sample_weight=w) if 1 in classes else nan,
        "true_negative_rate": fm.true_negative_rate(y, p, pos_label=1, sample_weight=w) if 0 in classes else nan,
        "negative_predictive_value": sm.precision_score(y, p, pos_label=0, **quiet),
        "false_discovery_rate": 1 - sm.precision_score(y, p, **quiet),
        "false_omission_rate": 1 - sm.precision_score(y, p, pos_label=0, **quiet),
        "error_rate": sm.zero_one_loss(y, p, sample_weight=w),
        "prevalence": np.average(y, weights=w),
        "jaccard": sm.jaccard_score(y, p, sample_weight=w, zero_division=0.0) if either else nan,
        "f2": sm.fbeta_score(y, p, beta=2, sample_weight=w, zero_division=0.0) if either else nan,
        "f0_5": sm.fbeta_score(y, p, beta=0.5, sample_weight=w, zero_division=0.0) if either else nan,
        "f1_macro": averaged(sm.f1_score, "macro", classes | predicted == {0, 1}),
        "f1_micro": averaged(sm.f1_score, "micro", True),
        "f1_weighted": averaged(sm.f1_score, "weighted", True),
        "precision_macro": averaged(sm.precision_score, "macro", both_predicted),
        "precision_micro": averaged(sm.precision_score, "micro", True),
        "precision_weighted": averaged(sm.precision_score, "weighted", classes <= predicted),
        "recall_macro": averaged(sm.recall_score, "macro", both),
        "recall_micro": averaged(sm.recall_score, "micro", True),
        "recall_weighted": averaged(sm.recall_score, "weighted", True),
        "matthews_corrcoef": sm.matthews_corrcoef(y, p, sample_weight=w) if both and both_predicted else nan,
        "cohen_kappa": sm.cohen_kappa_score(y, p, labels=[0, 1], sample_weight=w) if len(classes | predicted) > 1 else nan,
        "informedness": sm.balanced_accuracy_score(y, p, sample_weight=w, adjusted=True) if both else nan,
        "markedness": sm.precision_score(y, p, **quiet) + sm.precision_score(y, p, pos_label=0, **quiet) - 1,
        "treatment_equality": fn / fp if fp > 0 else nan,
    }
    more = likelihood_ratios(y, p, w) if both else (nan, nan)
    values["positive_likelihood_ratio"] = more[0] if fp > 0 else nan
    values["negative_likelihood_ratio"] = more[1] if tn > 0 else nan
    values["diagnostic_odds_ratio"] = (tp / fn) * (tn / fp) if fn > 0 and fp > 0 else nan
    differs = {
        "matthews_corrcoef": sm.matthews_corrcoef(y, p, sample_weight=w),
        "precision": sm.precision_score(y, p, sample_weight=w, zero_division=0.0),
        "recall": sm.recall_score(y, p, sample_weight=w, zero_division=0.0),
        "f1": sm.f1_score(y, p, sample_weight=w, zero_division=0.0),
        "f1_macro": sm.f1_score(y, p, average="macro", sample_weight=w, zero_division=0.0),
        "precision_macro": sm.precision_score(y, p, average="macro", sample_weight=w, zero_division=0.0),
        "balanced_accuracy": sm.balanced_accuracy_score(y, p, sample_weight=w),
        "true_positive_rate": fm.true_positive_rate(y, p, pos_label=1, sample_weight=w),
        "false_positive_rate": fm.false_positive_rate(y, p, pos_label=1, sample_weight=w),
    }
    if "baseline_prediction" in rows:
        values |= flips(y, rows["baseline_prediction"].to_numpy(), p, w)
    return values | entropy_metrics(y, p, w) | cost_metrics(rows), differs



def flips(y, before, now, w):
    """The rows that another model's predictions get right and ours wrong, the other way round, and either."""
    return {
        "negative_flip_rate": np.average((before == y) & (now != y), weights=w),
        "positive_flip_rate": np.average((before != y) & (now == y), weights=w),
        "churn": sm.zero_one_loss(before, now, sample_weight=w),
    }


# What the configuration of the edge cases declares; tests/it/oracle.rs writes the same.
COSTS = {(1, 1): -0.5, (0, 1): 1.0, (1, 0): 5.0, (0, 0): 0.25}
REFERENCES = {"sex": "M", "region": "north"}
CONTROL = "region"


def cost_metrics(rows):
    costs = [COSTS[pair] for pair in zip(rows["label"], rows["prediction"], strict=True)]
    return {"expected_cost": np.average(costs, weights=rows["weight"])}


def likelihood_ratios(y, p, w):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return sm.class_likelihood_ratios(y, p, labels=[0, 1], sample_weight=w)


def generalized_entropy(benefits, w):
    """AIF360's generalized_entropy_index for alpha 2 and 1 (Theil)."""
    mean = np.average(benefits, weights=w)
    if mean == 0:
        return float("nan"), float("nan")
    ratio = benefits / mean
    logarithms = np.log(ratio, out=np.zeros_like(ratio), where=ratio > 0)
    return np.average(ratio**2 - 1, weights=w) / 2, np.average(ratio * logarithms, weights=w)


def entropy_metrics(y, p, w):
    index, theil = generalized_entropy(1.0 + p - y, w)
    # The square root makes a rounding error of 1e-17 one of 3e-9; equal benefits have none.
    index = 0.0 if len(set(p - y)) == 1 and not math.isnan(index) else index
    benefits = 1.0 + p - y
    deviation = np.average(-np.log(benefits / np.average(benefits, weights=w)), weights=w) if (benefits > 0).all() else math.nan
    return {
        "generalized_entropy_index": index,
        "theil_index": theil,
        "coefficient_of_variation": math.sqrt(2 * index),
        "mean_log_deviation": max(deviation, 0.0),
    }


def score_metrics(rows):
    """Every metric of the scores; NaN where ours is undefined."""
    y, s, w = rows["label"].to_numpy(), rows["score"].to_numpy(), rows["weight"].to_numpy()
    classes = set(y)
    nan = float("nan")
    both = classes == {0, 1}
    q = np.average(y, weights=w)
    brier = sm.brier_score_loss(y, s, sample_weight=w, pos_label=1, labels=[0, 1])
    auc = sm.roc_auc_score(y, s, sample_weight=w) if both else nan
    top = precision_at_top(y, s, w)
    ece, debiased = calibration_errors(y, s, w)
    intercept, slope = recalibrate(y, s, w)
    tilt = 1 - 2 * s
    variance = math.fsum(w * w * tilt**2 * s * (1 - s))
    return {
        "roc_auc": auc,
        "subgroup_auc": auc,
        "brier_score": brier,
        "log_loss": sm.log_loss(y, s, sample_weight=w, labels=[0, 1]),
        "gini": 2 * auc - 1,
        "partial_roc_auc": sm.roc_auc_score(y, s, sample_weight=w, max_fpr=0.1) if both else nan,
        "average_precision": sm.average_precision_score(y, s, sample_weight=w) if 1 in classes else nan,
        "ks_statistic": ks(y, s, w) if both else nan,
        "precision_at_10_percent": top,
        "lift_at_10_percent": top / q if q > 0 else nan,
        "mean_prediction": fm.mean_prediction(y, s, sample_weight=w),
        "balance_positive_class": np.average(s[y == 1], weights=w[y == 1]) if 1 in classes else nan,
        "balance_negative_class": np.average(s[y == 0], weights=w[y == 0]) if 0 in classes else nan,
        "brier_skill_score": 1 - brier / (q * (1 - q)) if both else nan,
        "expected_calibration_error": ece,
        "corrected_calibration_error": debiased,
        "calibration_slope": slope,
        "calibration_intercept": intercept,
        "spiegelhalter_z": math.fsum(w * (y - s) * tilt) / math.sqrt(variance) if variance > 0 else nan,
    }


def ks(y, s, w):
    fpr, tpr, _ = sm.roc_curve(y, s, sample_weight=w, drop_intermediate=False)
    value = np.abs(tpr - fpr).max()
    if len(set(w)) == 1 and abs(value - scipy.stats.ks_2samp(s[y == 1], s[y == 0]).statistic) > 1e-12:
        raise ValueError("scipy has another Kolmogorov-Smirnov statistic")
    return value


def precision_at_top(y, s, w, share=0.1):
    """Rows that tie at the cut count in part."""
    wanted = share * w.sum()
    taken = hits = 0.0
    for score in sorted(set(s), reverse=True):
        tied = s == score
        part = min(w[tied].sum(), wanted - taken)
        if part <= 0:
            break
        hits += part * np.average(y[tied], weights=w[tied])
        taken += part
    return hits / wanted


def calibration_errors(y, s, w, bins=15):
    """The expected calibration error, and the root of its squared form without its bias (Kumar et al. 2019)."""
    place = np.searchsorted(np.arange(1, bins) / bins, s, side="left")
    plain, squared = [], []
    for k in sorted(set(place)):
        inside = place == k
        weight, hits, said = w[inside].sum(), (w * y)[inside].sum(), (w * s)[inside].sum()
        plain.append(abs(hits - said))
        n = weight**2 / (w[inside] ** 2).sum()
        if n > 1:
            q = hits / weight
            squared.append(weight * (((hits - said) / weight) ** 2 - q * (1 - q) / (n - 1)))
    if len(set(w)) == 1 and len(s) > 1000 and len(set(s)) > 2:
        true, said = calibration_curve(y, s, n_bins=bins)
        shares = np.bincount(place, minlength=bins)
        told = (np.abs(true - said) * shares[shares > 0]).sum() / len(s)
        if abs(told - sum(plain) / w.sum()) > 1e-12:
            raise ValueError("scikit-learn's calibration curve has another error")
    return sum(plain) / w.sum(), math.sqrt(max(0.0, math.fsum(squared) / w.sum()))


def recalibrate(y, s, w):
    """Intercept and slope of the logistic fit on the scores' logits, in extended precision by Newton's method; where it
    is well-conditioned, scikit-learn's own fit stands beside it."""
    nan = float("nan")
    if set(y) != {0, 1} or s[y == 0].max() <= s[y == 1].min() or s[y == 1].max() <= s[y == 0].min():
        return nan, nan
    eps = np.finfo(float).eps
    clipped = np.clip(s, eps, 1 - eps)
    x = np.longdouble(np.log(clipped) - np.log1p(-clipped))
    middle = (w * x).sum() / w.sum()
    design = np.stack([np.ones_like(x), x - middle])
    fit, loss = np.zeros(2, dtype=np.longdouble), None

    def loss_of(fit):
        t = fit @ design
        return (w * (np.logaddexp(0, t) - y * t)).sum()

    loss = loss_of(fit)
    for _ in range(100):
        p = 1 / (1 + np.exp(-(fit @ design)))
        pull = design @ (w * (y - p))
        (a, b), (_, d) = (design * (w * p * (1 - p))) @ design.T
        step = np.array([d * pull[0] - b * pull[1], a * pull[1] - b * pull[0]]) / (a * d - b * b)
        size = 1.0
        while loss_of(fit + size * step) > loss * (1 + 1e-15) and size > 1e-9:
            size /= 2
        fit = fit + size * step
        loss = loss_of(fit)
        if np.abs(step).max() < 1e-17:
            break
    if len(s) > 1000:
        told = LogisticRegression(penalty=None, tol=1e-10, max_iter=1000, solver="newton-cholesky")
        told.fit(np.float64(x - middle).reshape(-1, 1), y, sample_weight=w)
        if abs(told.coef_[0, 0] - fit[1]) > 1e-6:
            raise ValueError("scikit-learn fits another slope")
    return fit[0] - fit[1] * middle, fit[1]


def metrics(rows):
    """Every metric of one slice, and what scikit-learn says where ours is undefined. `rows` has label, prediction,
    weight, and score where the model gives scores."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        values, differs = confusion_metrics(rows)
        if "score" in rows:
            values |= score_metrics(rows)
            differs["average_precision"] = sm.average_precision_score(
                rows["label"], rows["score"], sample_weight=rows["weight"]
            )
    values = {name: value if name == "count" else number(value) for name, value in values.items()}
    told = {name: number(value) for name, value in differs.items() if values[name] is None}
    return values, {name: value for name, value in told.items() if value is not None}


def slices(rows, axes, depth, declared=False):
    """Overall, then the slices of each axis and of each pair of axes, in the order of their names."""
    parts = [((), (), rows)]
    for size in range(1, depth + 1):
        for chosen in itertools.combinations(sorted(axes), size):
            parts += [(chosen, levels, part) for levels, part in rows.groupby(list(chosen), sort=True)]
    highest = highest_rates(rows, axes, depth)
    result = []
    for chosen, levels, part in parts:
        values, differs = metrics(part)
        if "score" in rows:
            values["scoring_rate"] = number(favored(part, rows)["scoring_rate_ratio"])
        if chosen:
            values |= ratios_to_highest(part, rows, highest[chosen])
            values |= against_all(part, rows, highest[chosen])
            if declared and "" not in levels:
                values |= against_reference(part, rows, chosen, dict(zip(chosen, levels)))
                values |= conditional_disparity(rows, axes, chosen, levels)
        if not declared:
            del values["expected_cost"]
        entry = {"slice": {axis: str(level) or None for axis, level in zip(chosen, levels)}, "metrics": values}
        result.append(entry | ({"differs": differs} if differs else {}))
    return result


def against_all(part, rows, highest):
    """A group's share of the selected, how many it lacks, and its areas against everybody else (Borkan et al. 2019)."""
    w, selected = part["weight"].sum(), (part["weight"] * part["prediction"]).sum()
    all_selected = (rows["weight"] * rows["prediction"]).sum()
    lacking = None if highest is None else max(0, math.ceil(highest["impact_ratio"] * w - selected - 1e-9))
    values = {"predicted_positive_share": selected / all_selected if all_selected > 0 else None, "selection_shortfall": lacking}
    if "score" in rows:
        others = rows.drop(part.index)
        for name, own in (("bpsn_auc", 0), ("bnsp_auc", 1)):
            crossed = pd.concat([part[part["label"] == own], others[others["label"] == 1 - own]])
            both = set(crossed["label"]) == {0, 1}
            values[name] = sm.roc_auc_score(crossed["label"], crossed["score"], sample_weight=crossed["weight"]) if both else None
    return {name: None if value is None else number(value) for name, value in values.items()}


# What a group's rates are held against its reference's by.
DISPARITIES = {
    "disparate_impact": "selection_rate",
    "true_positive_rate_disparity": "true_positive_rate",
    "false_positive_rate_disparity": "false_positive_rate",
    "false_negative_rate_disparity": "false_negative_rate",
    "true_negative_rate_disparity": "true_negative_rate",
    "precision_disparity": "precision",
    "negative_predictive_value_disparity": "negative_predictive_value",
    "false_discovery_rate_disparity": "false_discovery_rate",
    "false_omission_rate_disparity": "false_omission_rate",
    "error_rate_disparity": "error_rate",
}
DIFFERENCES = {
    "statistical_parity_difference": ["selection_rate"],
    "average_odds_difference": ["true_positive_rate", "false_positive_rate"],
    "predictive_value_difference": ["precision", "false_omission_rate"],
    "treatment_equality_difference": ["treatment_equality"],
}


def against_reference(part, rows, chosen, levels):
    """A group against the reference of its axes; the reference itself has none of these."""
    reference = {axis: REFERENCES[axis] for axis in chosen}
    if reference == levels:
        return {}
    inside = np.logical_and.reduce([rows[axis] == level for axis, level in reference.items()])
    group, other = metrics(part)[0], metrics(rows[inside])[0] if inside.any() else None
    values = {}
    for name, rate in DISPARITIES.items():
        known = other is not None and group[rate] is not None and other[rate]
        values[name] = group[rate] / other[rate] if known else None
    for name, rates in DIFFERENCES.items():
        known = other is not None and all(side[rate] is not None for side in (group, other) for rate in rates)
        values[name] = statistics.fmean(group[rate] - other[rate] for rate in rates) if known else None
    return values


def conditional_disparity(rows, axes, chosen, levels):
    """smclarify's CDDPL, undefined where it divides by zero rows; for single axes beside the control."""
    if CONTROL not in axes or len(chosen) != 1 or chosen[0] == CONTROL:
        return {}
    total = disparity = 0.0
    for _, stratum in rows.groupby(CONTROL):
        own, w, p = stratum[chosen[0]] == levels[0], stratum["weight"], stratum["prediction"]
        rejected, selected = w[p == 0].sum(), w[p == 1].sum()
        if rejected == 0 or selected == 0:
            return {"conditional_demographic_disparity": None}
        disparity += w.sum() * (w[own & (p == 0)].sum() / rejected - w[own & (p == 1)].sum() / selected)
        total += w.sum()
    return {"conditional_demographic_disparity": number(disparity / total)}


def favored(part, rows):
    """The selection rate, and the scoring rate of NYC Local Law 144: the share of scores above the median of all."""
    w = part["weight"]
    rates = {"impact_ratio": np.average(part["prediction"], weights=w)}
    if "score" in rows:
        rates["scoring_rate_ratio"] = np.average(part["score"] > median(rows), weights=w)
    return rates


def median(rows):
    if len(set(rows["weight"])) == 1:
        return float(np.median(rows["score"]))
    ordered = rows.sort_values("score")
    below, half = ordered["weight"].cumsum().to_numpy(), rows["weight"].sum() / 2
    scores = ordered["score"].to_numpy()
    first = int(np.searchsorted(below, half, side="left"))
    return float((scores[first] + scores[first + 1]) / 2 if below[first] == half else scores[first])


def named(rows, axes):
    """The rows whose levels are all known."""
    return rows[(rows[list(axes)] != "").all(axis=1)]


def highest_rates(rows, axes, depth):
    """The highest rates of any group of some axes, or nothing where there is one group only."""
    result = {}
    for size in range(1, depth + 1):
        for chosen in itertools.combinations(sorted(axes), size):
            rates = [favored(part, rows) for _, part in named(rows, chosen).groupby(list(chosen), sort=True)]
            result[chosen] = {name: max(rate[name] for rate in rates) for name in rates[0]} if len(rates) > 1 else None
    return result


def ratios_to_highest(part, rows, highest):
    """Rows without a level are no group that others are held against; where they have the highest rate, theirs is 1."""
    own = favored(part, rows)
    return {
        name: number(rate / max(rate, highest[name])) if highest is not None and max(rate, highest[name]) > 0 else None
        for name, rate in own.items()
    }


# The rates that groups are compared by, with fairlearn's or scikit-learn's function.
RATES = {
    "accuracy": sm.accuracy_score,
    "selection_rate": fm.selection_rate,
    "true_positive_rate": fm.true_positive_rate,
    "false_positive_rate": fm.false_positive_rate,
    "false_negative_rate": fm.false_negative_rate,
    "precision": sm.precision_score,
    "error_rate": sm.zero_one_loss,
    "true_negative_rate": fm.true_negative_rate,
    "false_discovery_rate": lambda y, p, **rest: 1 - sm.precision_score(y, p, **rest),
    "negative_predictive_value": lambda y, p, **rest: sm.precision_score(y, p, pos_label=0, **rest),
    "false_omission_rate": lambda y, p, **rest: 1 - sm.precision_score(y, p, pos_label=0, **rest),
}

# The rates whose smallest and largest value are metrics.
WITH_ENDS = list(RATES)[:6]


def across(rows, chosen, declared=False):
    """The gaps between the groups of some axes. Groups without a rate are left out; fairlearn's own functions count
    their rate as zero, so their numbers stand beside ours only where every group has the rates."""
    rows = named(rows, chosen)
    y, p, w, groups = rows["label"], rows["prediction"], rows["weight"], rows[list(chosen)]
    parts = [part for _, part in rows.groupby(list(chosen), sort=True)]
    frame = [metrics(part)[0] for part in parts]
    whole = metrics(rows)[0]

    def rates(name, frame=frame):
        return [group[name] for group in frame if group[name] is not None]

    def gap(name, frame=frame):
        known = rates(name, frame)
        return max(known) - min(known) if len(known) >= 2 else None

    def ratio(name, frame=frame):
        known = rates(name, frame)
        return min(known) / max(known) if len(known) >= 2 and max(known) > 0 else None

    def gap_to_overall(name, frame=frame, whole=whole):
        known = rates(name, frame)
        return max(abs(rate - whole[name]) for rate in known) if len(known) >= 2 else None

    def ratio_to_overall(name):
        if len(rates(name)) < 2 or whole[name] == 0:
            return None
        return min(min(rate / whole[name], whole[name] / rate if rate else math.inf) for rate in rates(name))

    def both(names, spread, combine, *to_overall):
        """Two rates are compared between the groups that have both, and held against these groups together."""
        having = [place for place, group in enumerate(frame) if all(group[name] is not None for name in names)]
        rest = [metrics(pd.concat([parts[place] for place in having]))[0]] if to_overall and having else []
        found = [spread(name, [frame[place] for place in having], *rest) for name in names]
        return None if None in found else combine(found)

    odds = ("true_positive_rate", "false_positive_rate")
    values = {
        "demographic_parity_difference": gap("selection_rate"),
        "demographic_parity_ratio": ratio("selection_rate"),
        "equal_opportunity_difference": gap(odds[0]),
        "equalized_odds_difference": both(odds, gap, max),
        "demographic_parity_difference_to_overall": gap_to_overall("selection_rate"),
        "demographic_parity_ratio_to_overall": ratio_to_overall("selection_rate"),
        "equal_opportunity_difference_to_overall": gap_to_overall(odds[0]),
        "equal_opportunity_ratio": ratio(odds[0]),
        "equalized_odds_difference_to_overall": both(odds, gap_to_overall, max, True),
        "equalized_odds_ratio": both(odds, ratio, min),
        "average_absolute_odds_difference": both(odds, gap, statistics.fmean),
        "average_predictive_value_difference": both(("precision", "false_omission_rate"), gap, statistics.fmean),
        "predictive_parity_difference": gap("precision"),
        "differential_fairness": differential_fairness(parts),
        "differential_fairness_amplification": bias_amplification(parts),
        "between_group_generalized_entropy": between_group_entropy(parts),
    }
    if declared:
        values["expected_cost_difference"] = gap("expected_cost")
    for name in RATES:
        values |= {f"{name}_difference": gap(name), f"{name}_ratio": ratio(name)}
        if name in WITH_ENDS:
            known = rates(name) if len(rates(name)) >= 2 else [None]
            ends = {f"{name}_group_min": min, f"{name}_group_max": max}
            values |= {end: pick(known) if known[0] is not None else None for end, pick in ends.items()}
    result = {"axes": sorted(chosen), "groups": len(frame), "metrics": values, "fairlearn": None}
    told = fairlearn_says(y, p, w, groups, frame, values)
    for name, value in told.items():
        if abs(value - values[name]) > 2e-15:
            raise ValueError(f"{name} of {chosen}: fairlearn says {value}, its own group rates say {values[name]}")
    if told:
        result["fairlearn"] = told
    differs = fairlearn_says_all_the_same(y, p, w, groups, values)
    return result | ({"differs": differs} if differs else {})


def fairlearn_says_all_the_same(y, p, w, groups, values):
    """Fairlearn's numbers where ours are undefined: of one group alone, or of groups without the rate, taken as zero."""
    together = {"sensitive_features": groups, "sample_weight": w}
    functions = {
        "demographic_parity_difference": fm.demographic_parity_difference,
        "demographic_parity_ratio": fm.demographic_parity_ratio,
        "equal_opportunity_difference": fm.equal_opportunity_difference,
        "equalized_odds_difference": fm.equalized_odds_difference,
        "equalized_odds_ratio": fm.equalized_odds_ratio,
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        told = {name: number(of(y, p, **together)) for name, of in functions.items() if values[name] is None}
    return {name: value for name, value in told.items() if value is not None}


def fairlearn_says(y, p, w, groups, frame, values):
    """Fairlearn's own numbers, where every group has the rates that they compare."""
    together = {"sensitive_features": groups, "sample_weight": w}
    to_overall = together | {"method": "to_overall"}
    odds = ("true_positive_rate", "false_positive_rate")
    functions = {
        "demographic_parity_difference": (["selection_rate"], fm.demographic_parity_difference, together),
        "demographic_parity_ratio": (["selection_rate"], fm.demographic_parity_ratio, together),
        "demographic_parity_difference_to_overall": (["selection_rate"], fm.demographic_parity_difference, to_overall),
        "demographic_parity_ratio_to_overall": (["selection_rate"], fm.demographic_parity_ratio, to_overall),
        "equal_opportunity_difference": (odds[:1], fm.equal_opportunity_difference, together),
        "equal_opportunity_difference_to_overall": (odds[:1], fm.equal_opportunity_difference, to_overall),
        "equal_opportunity_ratio": (odds[:1], fm.equal_opportunity_ratio, together),
        "equalized_odds_difference": (odds, fm.equalized_odds_difference, together),
        "equalized_odds_difference_to_overall": (odds, fm.equalized_odds_difference, to_overall),
        "equalized_odds_ratio": (odds, fm.equalized_odds_ratio, together),
        "average_absolute_odds_difference": (odds, fm.equalized_odds_difference, together | {"agg": "mean"}),
    }

    def known(names):
        return len(frame) >= 2 and all(group[name] is not None for group in frame for name in names)

    told = {}
    for name, (needs, function, arguments) in functions.items():
        if known(needs) and values[name] is not None:
            told[name] = number(function(y, p, **arguments))
    for name, function in RATES.items():
        if known([name]):
            by_group = fm.MetricFrame(
                metrics=function, y_true=y, y_pred=p, sensitive_features=groups, sample_params={"sample_weight": w}
            )
            found = {f"{name}_difference": by_group.difference(), f"{name}_ratio": by_group.ratio()}
            found |= {f"{name}_group_min": by_group.group_min(), f"{name}_group_max": by_group.group_max()}
            told |= {key: number(value) for key, value in found.items() if values.get(key) is not None}
    return told


def bias_amplification(parts):
    """AIF360's differential_fairness_bias_amplification."""
    if len(parts) < 2:
        return None
    return differential_fairness(parts) - differential_fairness(parts, "label")


def differential_fairness(parts, column="prediction"):
    """AIF360's smoothed_edf of predictions, with the two decisions known whether or not a group has both."""
    if len(parts) < 2:
        return None
    chances = []
    for part in parts:
        total = part["weight"].sum()
        chances.append(((part["weight"] * part[column]).sum() + 0.5) / (total + 1.0))
    pairs = itertools.permutations(chances, 2)
    return number(max(max(abs(math.log(a / b)), abs(math.log((1 - a) / (1 - b)))) for a, b in pairs))


def between_group_entropy(parts):
    """AIF360's between_group_generalized_entropy_error for alpha 2."""
    if len(parts) < 2:
        return None
    weights = np.array([part["weight"].sum() for part in parts])
    benefits = [np.average(1.0 + part["prediction"] - part["label"], weights=part["weight"]) for part in parts]
    return number(generalized_entropy(np.array(benefits), weights)[0])


def golden(rows, axes, source, depth=2, declared=False):
    pairs = [chosen for size in range(1, depth + 1) for chosen in itertools.combinations(sorted(axes), size)]
    return {
        "format": FORMAT,
        "made_by": versions(),
        "source": source,
        "axes": sorted(axes),
        "slices": slices(rows, axes, depth, declared),
        "across": [across(rows, chosen, declared) for chosen in pairs],
    }


def file_source(path, name):
    return {"file": name, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}


def compas(path):
    """The published predictions on COMPAS: `score` is 0 or 1, the prediction and, as a number, the score."""
    rows = pd.read_csv(path, keep_default_na=False)
    rows["label"] = rows["label_value"].astype(int)
    rows["score"] = rows["score"].astype(float)
    rows["prediction"] = rows["score"].astype(int)
    rows["weight"] = 1.0
    return golden(rows, ["race", "sex", "age_cat"], file_source(path, "aequitas/compas_for_aequitas.csv"))


def adult(path):
    """Predictions that modelgate wrote, so that both sides look at the same numbers."""
    rows = pd.read_csv(path, keep_default_na=False)
    needed = ["label", "score", "prediction", "sex", "race", "age_band"]
    missing = [name for name in needed if name not in rows]
    if missing:
        sys.exit(f"oracle: {path} lacks the columns {', '.join(missing)}")
    for name in ("label", "prediction"):
        if not set(rows[name]) <= {0, 1}:
            sys.exit(f"oracle: the column {name} of {path} holds something else than 0 and 1")
    rows["score"] = rows["score"].astype(float)
    rows["weight"] = 1.0
    return golden(rows, ["sex", "race", "age_band"], file_source(path, path.name))


def by_rule(name, folder):
    """A public data set with scores made by the rule that stands in the golden file."""
    rule = data_sets.RULES[name]
    path = folder / rule["file"]
    made = golden(data_sets.read(path, rule), data_sets.axis_names(rule), file_source(path, rule["file"]))
    return {"format": FORMAT, "rule": rule | {"full": data_sets.POINTS}} | made


def table(text, columns):
    """Rows from lines of words."""
    lines = [line.split() for line in text.strip().splitlines()]
    kinds = {"label": int, "prediction": int, "score": float, "weight": float}
    return [{name: kinds.get(name, str)(word) for name, word in zip(columns, line, strict=True)} for line in lines]


def spread(count, seed):
    """A few hundred rows from a generator that needs no library, with many tied scores and uneven groups."""
    rows, state = [], seed
    for _ in range(count):
        draws = []
        for _ in range(5):
            state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
            draws.append(state >> 33)
        sex = "F" if draws[0] % 3 == 0 else "M"
        region = ["north", "east", "south", "west"][min(draws[1] % 7, 3)]
        score = (draws[2] % 33) / 32
        label = int(draws[3] % 1000 < 1000 * (0.1 + 0.7 * score) - (80 if sex == "F" else 0))
        rows.append({
            "label": label,
            "prediction": int(score >= 0.5),
            "score": score,
            "baseline_prediction": int((score >= 0.4) != (draws[0] % 11 == 0)),
            "weight": [0.5, 1.0, 1.25, 3.0][draws[4] % 4],
            "sex": sex,
            "region": region,
        })
    return rows


def missing_group():
    """A group whose level nobody wrote down, which is selected most often."""
    rows = table("1 1 0.9 F\n0 0 0.2 F\n1 0 0.4 M\n0 1 0.6 M\n0 0 0.1 M\n1 1 0.8 -\n0 1 0.7 -", ["label", "prediction", "score", "sex"])
    return [row | {"sex": row["sex"].replace("-", "")} for row in rows]


def edge_cases():
    """Small tables at the edges of the definitions. Their rows stand in the golden file itself."""
    full = ["label", "prediction", "score", "sex"]
    cases = {
        "tied_scores": table("1 1 0.5 F\n0 1 0.5 F\n1 1 0.5 M\n0 0 0.25 M\n1 0 0.25 F\n0 0 0.25 M", full),
        "one_class_in_each_slice": table("1 1 0.9 F\n1 0 0.3 F\n1 1 0.7 F\n0 0 0.2 M\n0 1 0.8 M\n0 0 0.1 M", full),
        "all_labels_positive": table("1 1 0.9 F\n1 0 0.3 M\n1 1 0.7 F", full),
        "all_labels_negative": table("0 1 0.9 F\n0 0 0.3 M\n0 0 0.2 M", full),
        "nothing_predicted_positive": table("1 0 0.4 F\n0 0 0.3 F\n1 0 0.2 M\n0 0 0.1 M", full),
        "no_positive_anywhere": table("0 0 0.4 F\n0 0 0.3 F\n0 0 0.2 M\n0 0 0.1 M", full),
        "scores_zero_and_one": table("1 1 1 F\n0 0 0 F\n1 0 0 M\n0 1 1 M\n1 1 1 M\n0 0 0 F", full),
        "scores_next_to_zero_and_one": table(
            "1 1 0.9999999999999999 F\n0 0 1e-300 F\n1 0 1e-17 M\n0 1 0.99999999999 M\n1 1 5e-324 M\n0 0 0.5 F", full
        ),
        "one_row": table("1 1 0.75 F", full),
        "one_group": table("1 1 0.75 F\n0 0 0.25 F\n0 1 0.5 F", full),
        "a_group_without_positives": table("1 1 0.9 F\n0 0 0.2 F\n1 0 0.4 M\n0 1 0.6 M\n0 0 0.1 X\n0 1 0.7 X", full),
        "a_group_without_predicted_positives": table("1 1 0.9 F\n0 1 0.6 F\n1 0 0.4 M\n0 0 0.2 M\n1 1 0.8 X\n0 0 0.1 X", full),
        "every_row_a_false_negative": table("1 0 0.4 F\n1 0 0.3 F\n1 0 0.2 M", full),
        "every_row_right_and_positive": table("1 1 0.9 F\n1 1 0.8 F\n1 1 0.7 M", full),
        "every_prediction_wrong": table("0 1 0.9 F\n0 1 0.8 M\n1 0 0.2 F\n1 0 0.1 M", full),
        "every_score_the_same": table("1 1 0.5 F\n0 1 0.5 F\n1 1 0.5 M\n0 1 0.5 M\n0 1 0.5 M", full),
        "scores_that_separate_the_classes": table("1 1 0.9 F\n1 1 0.7 M\n0 0 0.4 F\n0 0 0.2 M", full),
        "a_missing_group": missing_group(),
        # Where linfa 0.8 has an area of 0.375: a lowest score of zero.
        "a_lowest_score_of_zero": table("0 0 0 F\n1 0 0 F\n0 1 1 M\n1 1 1 M", full),
        # Where a group's true positive rate of 0/0 is 0 to fairlearn, and its difference 1.
        "the_trap_of_fairlearn": table("1 1 a\n1 0 a\n0 0 b\n0 1 b\n0 0 c\n0 1 c\n1 1 c\n0 0 c", ["label", "prediction", "sex"]),
        "predictions_without_scores": table("1 1 F\n0 1 F\n1 0 M\n0 0 M\n1 1 M", ["label", "prediction", "sex"]),
        "weights": table(
            "1 1 0.9 2 F\n0 1 0.6 0.5 F\n1 0 0.4 1.25 M\n0 0 0.4 3 M\n1 1 0.6 0.75 M\n0 0 0.1 1 F",
            ["label", "prediction", "score", "weight", "sex"],
        ),
        "two_axes_with_weights": spread(400, 7),
        "two_axes": [{key: value for key, value in row.items() if key != "weight"} for row in spread(400, 11)],
    }
    return {"format": FORMAT, "made_by": versions(), "cases": {name: case(rows) for name, rows in cases.items()}}


def case(rows):
    axes = sorted(set(rows[0]) - {"label", "prediction", "score", "weight", "baseline_prediction"})
    frame = pd.DataFrame(rows)
    if "weight" not in frame:
        frame["weight"] = 1.0
    result = golden(frame, axes, None, depth=min(2, len(axes)), declared=True)
    columns = list(rows[0])
    kept = {"columns": columns, "rows": [[row[name] for name in columns] for row in rows]}
    return kept | {name: result[name] for name in ("axes", "slices", "across")}


def write(folder, name, content):
    """One entry a line: short enough to read in a difference, small enough to keep."""
    path = folder / name
    path.write_text(lines(content, 0) + "\n", encoding="utf-8")
    print(f"wrote {path}")


def lines(value, depth):
    """JSON with the outer levels on lines of their own and rows on one line each."""
    flat = json.dumps(value, allow_nan=False, ensure_ascii=False)
    if len(flat) <= 100 or not isinstance(value, dict | list) or is_leaf(value):
        return flat
    pad, end = "  " * (depth + 1), "  " * depth
    if isinstance(value, dict):
        inner = [f"{pad}{json.dumps(key)}: {lines(item, depth + 1)}" for key, item in value.items()]
        return "{\n" + ",\n".join(inner) + f"\n{end}}}"
    return "[\n" + ",\n".join(pad + lines(item, depth + 1) for item in value) + f"\n{end}]"


def is_leaf(value):
    items = value.values() if isinstance(value, dict) else value
    return all(not isinstance(item, dict | list) for item in items)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--real-data", type=Path)
    parser.add_argument("--adult", type=Path)
    arguments = parser.parse_args()
    arguments.output.mkdir(parents=True, exist_ok=True)
    write(arguments.output, "edge_cases.json", edge_cases())
    write(arguments.output, "drift.json", {"versions": versions(), "cases": drift.cases()})
    if arguments.real_data:
        write(arguments.output, "compas.json", compas(arguments.real_data / "aequitas/compas_for_aequitas.csv"))
        for name in data_sets.RULES:
            write(arguments.output, f"{name}.json", by_rule(name, arguments.real_data))
    if arguments.adult:
        write(arguments.output, "adult.json", adult(arguments.adult))


if __name__ == "__main__":
    main()
