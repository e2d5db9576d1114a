"""Makes the golden file of tasks other than binary classification: numbers by scikit-learn, fairlearn and scipy, and by
formulas written out here where none of these has them. Undefined numbers are null."""

import argparse
import itertools
import json
import warnings
from pathlib import Path

import fairlearn.metrics as fm
import numpy as np
import scipy.stats
import sklearn.metrics as sm
from sklearn.metrics.cluster import contingency_matrix

import task_sets
from oracle import file_source, lines, versions

warnings.simplefilter("ignore")


def finite(value):
    return None if value is None or not np.isfinite(value) else float(value)


def multiclass(rows, classes, weights=None):
    y, p = [r["label"] for r in rows], [r["prediction"] for r in rows]
    w = dict(sample_weight=weights)
    present = [c for c in classes if c in y]
    used = [c for c in classes if c in y or c in p]
    one = lambda name, average, **more: getattr(sm, name)(y, p, labels=used, average=average, **w, **more)
    found = {
        "count": len(rows),
        "accuracy": sm.accuracy_score(y, p, **w),
        "error_rate": sm.zero_one_loss(y, p, **w),
        "f1_micro": sm.accuracy_score(y, p, **w),
        "precision_micro": sm.accuracy_score(y, p, **w),
        "recall_micro": sm.accuracy_score(y, p, **w),
        "f1_macro": one("f1_score", "macro"),
        "f1_weighted": one("f1_score", "weighted"),
        "f1_class_min": min(one("f1_score", None)),
        "recall_weighted": one("recall_score", "weighted"),
    }
    several = len(present) > 1
    found["balanced_accuracy"] = sm.balanced_accuracy_score(y, p, **w) if several else None
    found["balanced_accuracy_adjusted"] = sm.balanced_accuracy_score(y, p, adjusted=True, **w) if several else None
    all_predicted = all(c in p for c in present)
    found["precision_weighted"] = one("precision_score", "weighted") if all_predicted else None
    found["precision_macro"] = one("precision_score", "macro") if all_predicted else None
    found["precision_class_min"] = min(one("precision_score", None)) if all_predicted else None
    all_labeled = all(c in y for c in used)
    found["recall_macro"] = one("recall_score", "macro") if all_labeled else None
    found["recall_class_min"] = min(one("recall_score", None)) if all_labeled else None
    varies = several and len(set(p)) > 1
    found["matthews_corrcoef"] = sm.matthews_corrcoef(y, p, **w) if varies else None
    alike = len(set(y) | set(p)) == 1
    for name, kind in [("cohen_kappa", None), ("cohen_kappa_linear", "linear"), ("cohen_kappa_quadratic", "quadratic")]:
        found[name] = None if alike else sm.cohen_kappa_score(y, p, labels=classes, weights=kind, **w)
    if "p_" + classes[0] in rows[0]:
        probability = np.array([[r["p_" + c] for c in classes] for r in rows])
        encoded = np.array([[float(c == r["label"]) for c in classes] for r in rows])
        weight = np.ones(len(rows)) if weights is None else np.array(weights)
        found["log_loss"] = sm.log_loss(y, probability, labels=classes, **w)
        found["brier_score"] = float(np.average(((probability - encoded) ** 2).sum(axis=1) / 2, weights=weight))
        whole = len(present) == len(classes)
        index = {c: i for i, c in enumerate(classes)}
        pairs, sizes = [], []
        total = weight.sum()
        areas = {}
        for c in present if several else []:
            areas[c] = sm.roc_auc_score([v == c for v in y], probability[:, index[c]], **w)
            for d in present:
                if d != c:
                    keep = [v in (c, d) for v in y]
                    label = [v == c for v, k in zip(y, keep) if k]
                    pairs.append(sm.roc_auc_score(label, probability[keep, index[c]], sample_weight=weight[keep]))
                    sizes.append(weight[keep].sum())
        found["roc_auc_ovr"] = float(np.mean(list(areas.values()))) if whole and several else None
        share = {c: weight[np.array([v == c for v in y])].sum() / total for c in present}
        found["roc_auc_ovr_weighted"] = sum(areas[c] * share[c] for c in present) if several else None
        found["roc_auc_ovo"] = float(np.mean(pairs)) if whole and several else None
        found["roc_auc_ovo_weighted"] = float(np.average(pairs, weights=sizes)) if whole and several else None
        if whole and several and weights is None:
            for name, kind, average in [
                ("roc_auc_ovr", "ovr", "macro"),
                ("roc_auc_ovr_weighted", "ovr", "weighted"),
                ("roc_auc_ovo", "ovo", "macro"),
                ("roc_auc_ovo_weighted", "ovo", "weighted"),
            ]:
                reference = sm.roc_auc_score(y, probability, labels=classes, multi_class=kind, average=average)
                assert abs(reference - found[name]) < 1e-12, (name, reference, found[name])
        confidence = np.array([row[index[v]] for row, v in zip(probability, p)])
        bins = np.searchsorted([k / 15 for k in range(1, 15)], confidence, side="left")
        hit = np.array([a == b for a, b in zip(y, p)], dtype=float)
        gaps = [abs((weight * (hit - confidence))[bins == b].sum()) for b in range(15)]
        found["expected_calibration_error"] = float(sum(gaps) / total)
    return found


def sets(texts, labels):
    """Rows by label, 1 where the row's set holds it."""
    split = [set(text.split("|")) - {""} for text in texts]
    return np.array([[int(label in one) for label in labels] for one in split])


def multilabel(rows, labels):
    y, p = sets([r["label"] for r in rows], labels), sets([r["prediction"] for r in rows], labels)
    weight = np.array([r.get("weight", 1.0) for r in rows])
    w = dict(sample_weight=weight)
    either = (y + p).sum(axis=1) > 0
    used = [i for i in range(len(labels)) if y[:, i].any() or p[:, i].any()]
    with_rows = [i for i in used if y[:, i].any()]
    quiet = dict(zero_division=np.nan)
    of = lambda name, average, which, **more: getattr(sm, name)(y, p, labels=which, average=average, **w, **more) if which else np.nan
    scores = {"f1": "f1_score", "precision": "precision_score", "recall": "recall_score"}
    found = {
        "count": len(rows),
        "subset_accuracy": sm.accuracy_score(y, p, **w),
        "hamming_loss": sm.hamming_loss(y, p, **w),
        "jaccard_samples": sm.jaccard_score(y[either], p[either], average="samples", sample_weight=weight[either]) if either.any() else None,
        "jaccard_micro": of("jaccard_score", "micro", used),
        "jaccard_macro": of("jaccard_score", "macro", used),
    }
    for name, score in scores.items():
        found[f"{name}_samples"] = getattr(sm, score)(y, p, average="samples", **w, **quiet)
        found[f"{name}_micro"] = of(score, "micro", used, **quiet)
    predicted, labeled = all(p[:, i].any() for i in with_rows), all(y[:, i].any() for i in used)
    defined = {"f1": True, "precision": predicted, "recall": labeled}
    for name, score in scores.items():
        found[f"{name}_macro"] = of(score, "macro", used) if defined[name] else None
        found[f"{name}_class_min"] = min(of(score, None, used)) if defined[name] and used else None
        found[f"{name}_weighted"] = of(score, "weighted", with_rows) if predicted or name != "precision" else None
    return found


def gaps_of_labels(groups, labels):
    of = [multilabel(rows, labels) for rows in groups]
    values = lambda name: [one[name] for one in of]
    span = lambda name: max(values(name)) - min(values(name))
    selection, recall = [], []
    for i in range(len(labels)):
        y, p = ([sets([r[c] for r in rows], labels)[:, i] for rows in groups] for c in ("label", "prediction"))
        weights = [np.array([r.get("weight", 1.0) for r in rows]) for rows in groups]
        rates = [np.average(one, weights=w) for one, w in zip(p, weights)]
        selection.append(max(rates) - min(rates))
        rates = [np.average(q[l == 1], weights=w[l == 1]) for l, q, w in zip(y, p, weights) if l.any()]
        recall.append(max(rates) - min(rates) if len(rates) > 1 else 0)
    return {
        "subset_accuracy_difference": span("subset_accuracy"),
        "hamming_loss_difference": span("hamming_loss"),
        "f1_samples_difference": span("f1_samples"),
        "f1_samples_group_min": min(values("f1_samples")),
        "f1_macro_group_min": min(values("f1_macro")),
        "class_selection_rate_difference": max(selection),
        "class_recall_difference": max(recall),
    }


def pinball(y, p, alpha, w):
    return sm.mean_pinball_loss(y, p, alpha=alpha, sample_weight=w)


def regression(rows, weights=None):
    y, p = np.array([r["label"] for r in rows]), np.array([r["prediction"] for r in rows])
    w = dict(sample_weight=weights)
    weight = np.ones(len(y)) if weights is None else np.array(weights)
    mean = lambda x: float(np.average(x, weights=weight))
    varies = len(set(y)) > 1
    size = np.abs(y) + np.abs(p)
    found = {
        "count": len(rows),
        "mean_absolute_error": sm.mean_absolute_error(y, p, **w),
        "mean_squared_error": sm.mean_squared_error(y, p, **w),
        "root_mean_squared_error": sm.root_mean_squared_error(y, p, **w),
        "mean_error": mean(p - y),
        "mean_predicted_value": mean(p),
        "r2_score": sm.r2_score(y, p, **w) if varies else None,
        "explained_variance_score": sm.explained_variance_score(y, p, **w) if varies else None,
        "mean_absolute_percentage_error": sm.mean_absolute_percentage_error(y, p, **w) if all(y != 0) else None,
        "symmetric_mean_absolute_percentage_error": mean(np.where(size > 0, 2 * np.abs(y - p) / np.where(size > 0, size, 1), 0)),
        "weighted_absolute_percentage_error": mean(np.abs(y - p)) / mean(np.abs(y)) if any(y != 0) else None,
        "mean_pinball_loss": pinball(y, p, 0.5, weights),
        "mean_pinball_loss_p10": pinball(y, p, 0.1, weights),
        "mean_pinball_loss_p90": pinball(y, p, 0.9, weights),
        "predicted_to_actual_ratio": mean(p) / mean(y) if mean(y) > 0 else None,
    }
    logs = all(y > -1) and all(p > -1)
    found["mean_squared_log_error"] = mean((np.log1p(y) - np.log1p(p)) ** 2) if logs else None
    found["root_mean_squared_log_error"] = found["mean_squared_log_error"] ** 0.5 if logs else None
    counts = all(y >= 0) and all(p > 0)
    found["mean_poisson_deviance"] = sm.mean_poisson_deviance(y, p, **w) if counts else None
    found["d2_poisson_score"] = sm.d2_tweedie_score(y, p, power=1, **w) if counts and varies else None
    sizes = all(y > 0) and all(p > 0)
    found["mean_gamma_deviance"] = sm.mean_gamma_deviance(y, p, **w) if sizes else None
    found["d2_gamma_score"] = sm.d2_tweedie_score(y, p, power=2, **w) if sizes and varies else None
    # What labels that hardly vary leave of deviances is rounding.
    if varies and y.mean() > 0 and y.std() / y.mean() < 1e-4:
        found["d2_poisson_score"] = found["d2_gamma_score"] = None
    center_y, center_p = y - mean(y), p - mean(p)
    covariance, of_y, of_p = mean(center_y * center_p), mean(center_y**2), mean(center_p**2)
    found["pearson_correlation"] = covariance / (of_y * of_p) ** 0.5 if varies and len(set(p)) > 1 else None
    if weights is None and varies and len(set(p)) > 1:
        assert abs(scipy.stats.pearsonr(y, p).statistic - found["pearson_correlation"]) < 1e-9
    found["concordance_correlation"] = 2 * covariance / (of_y + of_p + (mean(y) - mean(p)) ** 2) if varies else None
    return found


def davies_bouldin(x, p):
    """Written out: scikit-learn takes distances from squares, which loses digits where there are many rows."""
    of = [x[np.array(p) == name] for name in sorted(set(p))]
    centers = [rows.mean(axis=0) for rows in of]
    spread = [np.linalg.norm(rows - center, axis=1).mean() for rows, center in zip(of, centers)]
    apart = lambda a, b: np.linalg.norm(centers[a] - centers[b])
    worst = [max((spread[a] + spread[b]) / apart(a, b) for b in range(len(of)) if b != a) for a in range(len(of))]
    found = float(np.mean(worst))
    assert abs(found / sm.davies_bouldin_score(x, p) - 1) < 1e-9
    return found


def clustering(rows, features):
    p = [r["prediction"] for r in rows]
    found = {"count": len(rows), "cluster_count": len(set(p))}
    if "label" in rows[0] and len({r["label"] for r in rows}) > 1:
        y = [r["label"] for r in rows]
        found.update({name: getattr(sm, name)(y, p) for name in [
            "adjusted_rand_score", "rand_score", "adjusted_mutual_info_score", "normalized_mutual_info_score",
            "mutual_info_score", "homogeneity_score", "v_measure_score", "fowlkes_mallows_score"]})
        found["completeness_score"] = sm.completeness_score(y, p) if len(set(p)) > 1 else None
        if len(set(p)) == 1:
            found["mutual_info_score"] = 0.0
        found["purity"] = float(contingency_matrix(y, p).max(axis=0).sum() / len(y))
    if features:
        x = np.array([[r[f] for f in features] for r in rows])
        several = 1 < len(set(p)) < len(p)
        found["davies_bouldin_score"] = davies_bouldin(x, p) if several else None
        found["calinski_harabasz_score"] = sm.calinski_harabasz_score(x, p) if several else None
        within = sum(((x[np.array(p) == c] - x[np.array(p) == c].mean(axis=0)) ** 2).sum() for c in set(p))
        found["within_cluster_variance"] = float(within / len(p))
    return found


def queries_of(rows):
    found = {}
    for row in rows:
        found.setdefault(row["query"], []).append((float(row["label"]), float(row["prediction"])))
    return list(found.values())


def of_query(rows, k):
    """NDCG by scikit-learn; the others as the mean over all places that the relevant rows among tied ones can have."""
    grade, score = np.array([g for g, _ in rows]), np.array([s for _, s in rows])
    ndcg = sm.ndcg_score([grade], [score], k=k) if len(rows) > 1 else 1.0
    before, found, hits, precisions, reciprocal = 0, 0, 0.0, 0.0, None
    for value in sorted(set(score), reverse=True):
        tied = grade[score == value]
        size, own = len(tied), int((tied > 0).sum())
        hits += own * max(0, min(size, k - before)) / size
        if own:
            orders = list(itertools.combinations(range(1, size + 1), own))
            assert len(orders) < 100_000
            precision = lambda order: sum((found + i + 1) / (before + place) for i, place in enumerate(order))
            precisions += np.mean([precision(order) for order in orders])
            if reciprocal is None:
                reciprocal = np.mean([1 / (before + order[0]) for order in orders])
        before, found = before + size, found + own
    relevant = int((grade > 0).sum())
    if len(set(score)) == len(score):
        lrap = sm.label_ranking_average_precision_score([grade > 0], [score])
        assert abs(lrap - precisions / relevant) < 1e-12, (lrap, precisions / relevant)
    return {
        "ndcg_at_k": ndcg,
        "mean_reciprocal_rank": reciprocal,
        "mean_average_precision": precisions / relevant,
        "recall_at_k": hits / relevant,
        "precision_at_k": hits / k,
    }


def ranking(rows, k):
    queries = queries_of(rows)
    answerable = [query for query in queries if any(grade > 0 for grade, _ in query)]
    of = [of_query(query, k) for query in answerable]
    names = ["ndcg_at_k", "mean_reciprocal_rank", "mean_average_precision", "recall_at_k", "precision_at_k"]
    found = {name: float(np.mean([one[name] for one in of])) if of else None for name in names}
    return {"count": len(queries), "queries_without_relevant_rate": 1 - len(answerable) / len(queries)} | found


def gaps_of_rankings(groups, k):
    of = [ranking(rows, k) for rows in groups]
    values = lambda name: [one[name] for one in of if one[name] is not None]
    return {
        "ndcg_at_k_difference": max(values("ndcg_at_k")) - min(values("ndcg_at_k")),
        "ndcg_at_k_group_min": min(values("ndcg_at_k")),
        "recall_at_k_difference": max(values("recall_at_k")) - min(values("recall_at_k")),
    }


def gaps_of_numbers(groups):
    of = [regression(rows) for rows in groups]
    values = lambda name: [one[name] for one in of if one[name] is not None]
    span = lambda name: max(values(name)) - min(values(name))
    found = {
        "mean_absolute_error_difference": span("mean_absolute_error"),
        "mean_absolute_error_ratio": min(values("mean_absolute_error")) / max(values("mean_absolute_error")),
        "mean_absolute_error_group_max": max(values("mean_absolute_error")),
        "root_mean_squared_error_difference": span("root_mean_squared_error"),
        "mean_squared_error_group_max": max(values("mean_squared_error")),
        "r2_score_group_min": min(values("r2_score")),
        "mean_error_difference": span("mean_error"),
        "mean_prediction_difference": span("mean_predicted_value"),
    }
    p = [np.array([r["prediction"] for r in rows]) for rows in groups]
    pairs = [(a, b) for i, a in enumerate(p) for b in p[i + 1 :]]
    pooled = lambda a, b: (((a - a.mean()) ** 2).sum() + ((b - b.mean()) ** 2).sum()) / (len(a) + len(b) - 2)
    found["standardized_mean_difference"] = max(abs(a.mean() - b.mean()) / pooled(a, b) ** 0.5 for a, b in pairs)
    y = [r["label"] for rows in groups for r in rows]
    q = [r["prediction"] for rows in groups for r in rows]
    sex = [i for i, rows in enumerate(groups) for _ in rows]
    assert abs(fm.mean_absolute_error_group_max(y, q, sensitive_features=sex) - found["mean_absolute_error_group_max"]) < 1e-12
    return found


def gaps_of_classes(groups, classes):
    accuracy = [np.mean([r["label"] == r["prediction"] for r in rows]) for rows in groups]
    y = [r["label"] for rows in groups for r in rows]
    q = [r["prediction"] for rows in groups for r in rows]
    sex = [i for i, rows in enumerate(groups) for _ in rows]
    selection = [fm.demographic_parity_difference([v == c for v in y], [v == c for v in q], sensitive_features=sex) for c in classes]
    recall = []
    for c in classes:
        of = [[r["prediction"] == c for r in rows if r["label"] == c] for rows in groups]
        rates = [np.mean(hits) for hits in of if hits]
        recall.append(max(rates) - min(rates) if len(rates) > 1 else 0)
    return {
        "accuracy_difference": max(accuracy) - min(accuracy),
        "accuracy_ratio": min(accuracy) / max(accuracy),
        "accuracy_group_min": min(accuracy),
        "accuracy_group_max": max(accuracy),
        "error_rate_difference": max(accuracy) - min(accuracy),
        "error_rate_ratio": (1 - max(accuracy)) / (1 - min(accuracy)) if min(accuracy) < 1 else None,
        "class_selection_rate_difference": max(selection),
        "class_recall_difference": max(recall),
        "f1_macro_group_min": min(multiclass(rows, classes)["f1_macro"] for rows in groups),
    }


def gaps_of_clusters(groups):
    names = {r["prediction"] for rows in groups for r in rows}
    share = lambda rows, name: np.mean([r["prediction"] == name for r in rows])
    spans = [[share(rows, name) for rows in groups] for name in names]
    return {"cluster_share_difference": max(max(span) - min(span) for span in spans)}


def case(task, rows, columns, measure, gaps=None, **settings):
    groups = sorted({r["sex"] for r in rows})
    slices = [{"slice": "overall", "metrics": measure(rows)}]
    slices += [{"slice": f"sex={g}", "metrics": measure([r for r in rows if r["sex"] == g])} for g in groups]
    for slice_ in slices:
        slice_["metrics"] = {name: finite(value) for name, value in slice_["metrics"].items()}
    across = gaps([[r for r in rows if r["sex"] == g] for g in groups]) if gaps and len(groups) > 1 else {}
    found = {"task": task, "columns": columns, "rows": [[r[c] for c in columns] for r in rows], "slices": slices}
    return found | {"across": {name: finite(value) for name, value in across.items()}} | settings


def cases():
    random = np.random.default_rng(11)
    sexes = lambda n: [["F", "M"][i] for i in random.integers(0, 2, n)]
    classes = ["high", "low", "mid"]
    rows = []
    for sex in sexes(90):
        raw = random.dirichlet([1.0, 1.0, 1.0]).round(4)
        raw[2] = round(1 - raw[0] - raw[1], 4)
        label = classes[random.choice(3, p=raw / raw.sum()) if random.random() < 0.7 else random.integers(0, 3)]
        prediction = classes[int(np.argmax(raw))]
        rows.append({"label": label, "prediction": prediction, "sex": sex} | {"p_" + c: float(v) for c, v in zip(classes, raw)})
    probable = ["label", "prediction", "sex", "p_high", "p_low", "p_mid"]
    found = {"classes_with_probabilities": case("multiclass", rows, probable, lambda r: multiclass(r, classes), lambda g: gaps_of_classes(g, classes), classes=classes)}
    grades = ["1", "2", "3", "4", "5"]
    rows = [{"label": str(v), "prediction": str(int(np.clip(v + random.integers(-1, 2), 1, 5))), "sex": s} for v, s in zip(random.integers(1, 6, 60), sexes(60))]
    found["ordered_classes"] = case("multiclass", rows, ["label", "prediction", "sex"], lambda r: multiclass(r, grades), lambda g: gaps_of_classes(g, grades), classes=grades)
    rows = [{"label": a, "prediction": b, "sex": s} for a, b, s in [("a", "a", "F"), ("b", "a", "F"), ("c", "a", "F"), ("a", "a", "M"), ("a", "b", "M")]]
    found["a_class_never_predicted"] = case("multiclass", rows, ["label", "prediction", "sex"], lambda r: multiclass(r, ["a", "b", "c"]), classes=["a", "b", "c"])
    number = lambda y, p, s: {"label": float(y), "prediction": float(p), "sex": s}
    columns = ["label", "prediction", "sex"]
    y = random.gamma(2, 3, 80).round(3) + 0.01
    rows = [number(a, b, s) for a, b, s in zip(y, (y * random.uniform(0.6, 1.5, 80)).round(3) + 0.01, sexes(80))]
    found["positive_numbers"] = case("regression", rows, columns, regression, gaps_of_numbers)
    rows = [number(a, b, s) for a, b, s in zip(1e6 + random.normal(0, 3, 60).round(3), 1e6 + random.normal(0, 3, 60).round(3), sexes(60))]
    found["numbers_far_from_zero"] = case("regression", rows, columns, regression)
    rows = [number(*r) for r in [(0, 1, "F"), (-2, 0.5, "F"), (3, -1.5, "M"), (0, 0, "M"), (7, 7, "M")]]
    found["zeros_and_negative_numbers"] = case("regression", rows, columns, regression, gaps_of_numbers)
    rows = [number(4, p, s) for p, s in [(4, "F"), (5, "F"), (4, "M")]]
    found["constant_labels"] = case("regression", rows, columns, regression)
    rows = []
    for sex in sexes(70):
        kind = int(random.integers(0, 3))
        cluster = kind if random.random() < 0.8 else int(random.integers(0, 4))
        rows.append({"label": "abc"[kind], "prediction": str(cluster), "sex": sex, "x": round(float(random.normal(4 * kind, 1)), 4), "z": round(float(random.normal(kind, 2)), 4)})
    columns = ["label", "prediction", "sex", "x", "z"]
    found["clusters_with_labels_and_features"] = case("clustering", rows, columns, lambda r: clustering(r, ["x", "z"]), gaps_of_clusters, features=["x", "z"])
    rows = [{"label": l, "prediction": "1", "sex": "F"} for l in "aabbc"]
    found["one_cluster"] = case("clustering", rows, ["label", "prediction", "sex"], lambda r: clustering(r, []), features=[])
    topics = ["arts", "law", "news", "science", "sports"]
    rows = []
    for sex in sexes(120):
        own = [t for t, share in zip(topics, [0.4, 0.2, 0.5, 0.3, 0.1]) if random.random() < share]
        said = [t for t in topics if random.random() < (0.8 if t in own else 0.1)]
        # In any order: a set has none.
        cell = lambda s: "|".join(random.permutation(s)) if s else ""
        rows.append({"label": cell(own), "prediction": cell(said), "sex": sex, "weight": float(random.integers(1, 9)) / 4})
    weighted = ["label", "prediction", "sex", "weight"]
    of_topics = lambda r: multilabel(r, topics)
    found["label_sets_with_weights"] = case("multilabel", rows, weighted, of_topics, lambda g: gaps_of_labels(g, topics), classes=topics)
    rows = [{"label": a, "prediction": b, "sex": s} for a, b, s in [
        ("arts|law", "law|arts", "F"), ("", "", "F"), ("news", "", "F"), ("", "science", "F"), ("arts", "arts|sports", "F"),
        ("", "", "M"), ("law", "law", "X"), ("arts|law", "news", "Y")]]
    found["empty_sets"] = case("multilabel", rows, ["label", "prediction", "sex"], of_topics, classes=topics)
    rows = [{"label": a, "prediction": b, "sex": "F"} for a, b in [("1|2", "1"), ("2", "2"), ("10", "10|2"), ("1", "1")]]
    occurring = lambda r: multilabel(r, ["1", "2", "10"])
    found["labels_that_occur"] = case("multilabel", rows, ["label", "prediction", "sex"], occurring)
    rows = []
    for query, sex in enumerate(sexes(40)):
        size = int(random.integers(1, 13))
        grades = random.choice(4, size, p=[0.55, 0.25, 0.15, 0.05]) if query % 9 else np.zeros(size)
        scores = (grades + random.normal(0, 1.5, size)).round(0 if query % 2 else 3)
        rows += [{"query": f"q{query}", "label": float(g), "prediction": float(s), "sex": sex} for g, s in zip(grades, scores)]
    # In any order: rows of a query need not stand together.
    rows = [rows[i] for i in random.permutation(len(rows))]
    columns = ["query", "label", "prediction", "sex"]
    found["queries_with_ties"] = case("ranking", rows, columns, lambda r: ranking(r, 4), lambda g: gaps_of_rankings(g, 4), cutoff=4)
    ranked = lambda query, rows, sex: [{"query": query, "label": float(g), "prediction": float(s), "sex": sex} for g, s in rows]
    rows = ranked("one", [(2, 0.5)], "F") + ranked("none", [(0, 1), (0, 2)], "F") + ranked("7", [(0, 1), (1, 1), (3, 1), (0, 1)], "F")
    rows += ranked("alone", [(0, 3)], "M") + ranked("last", [(0, 0)] * 6 + [(0, -5)] * 5 + [(1, -1e9)], "X")
    found["queries_of_one_row_or_none_relevant"] = case("ranking", rows, columns, lambda r: ranking(r, 10))
    return found


def of_data_set(name, folder):
    """Every number of a public data set whose predictions are made by the rule that stands in the golden file."""
    rule = task_sets.RULES[name]
    path = folder / rule["file"]
    rows, axes = task_sets.read(path, rule)
    numbers = {"regression": ["label", "prediction"], "ranking": ["label", "prediction"], "multilabel": ["weight"], "clustering": rule.get("features", [])}
    for row in rows:
        row.update({column: float(row[column]) for column in numbers.get(rule["task"], [])})
    classes, features, cutoff = rule.get("classes"), rule.get("features", []), rule.get("cutoff", 10)
    measure, gaps = {
        "regression": (regression, gaps_of_numbers),
        "multiclass": (lambda r: multiclass(r, classes), lambda g: gaps_of_classes(g, classes)),
        "multilabel": (lambda r: multilabel(r, classes), lambda g: gaps_of_labels(g, classes)),
        "clustering": (lambda r: clustering(r, features), gaps_of_clusters),
        "ranking": (lambda r: ranking(r, cutoff), lambda g: gaps_of_rankings(g, cutoff)),
    }[rule["task"]]
    known = lambda metrics: {metric: finite(value) for metric, value in metrics.items()}
    slices, across = [{"slice": {}, "metrics": known(measure(rows))}], []
    for depth in (1, 2):
        for cut in itertools.combinations(sorted(axes), depth):
            groups = {}
            for row in rows:
                groups.setdefault(tuple(row[axis] for axis in cut), []).append(row)
            found = [{"slice": dict(zip(cut, levels)), "metrics": known(measure(groups[levels]))} for levels in sorted(groups)]
            slices += found
            across.append({"axes": list(cut), "metrics": known(gaps([groups[levels] for levels in sorted(groups)]))})
    source = file_source(path, rule["file"])
    return {"rule": rule, "source": source, "slices": slices, "across": across}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--real-data", type=Path)
    arguments = parser.parse_args()
    contents = {"tasks.json": {"cases": cases()}}
    if arguments.real_data:
        contents["task_sets.json"] = {"data_sets": {name: of_data_set(name, arguments.real_data) for name in task_sets.RULES}}
    for name, content in contents.items():
        content = {"format": 1, "versions": versions()} | content
        path = arguments.output / name
        path.write_text(lines(json.loads(json.dumps(content)), 0) + "\n", encoding="utf-8")
        print(f"wrote {path}")


if __name__ == "__main__":
    main()
