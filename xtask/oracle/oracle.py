"""Makes golden files: the same numbers as modelgate's, computed by scikit-learn and fairlearn.

A number that is undefined is null: precision without predicted positives, recall and the true positive and false
negative rate without positives, the false positive rate without negatives, balanced accuracy and the area under the
ROC curve with one class only, F1 without any positive. Numbers are written so that they read back exactly.
"""

import argparse
import hashlib
import itertools
import json
import math
import platform
import sys
from pathlib import Path

import fairlearn
import fairlearn.metrics as fm
import numpy as np
import pandas as pd
import sklearn
import sklearn.metrics as sm

FORMAT = 1


def versions():
    return {
        "python": platform.python_version(),
        "scikit-learn": sklearn.__version__,
        "fairlearn": fairlearn.__version__,
        "numpy": np.__version__,
        "pandas": pd.__version__,
    }


def number(value):
    """A float for JSON; NaN is null. JSON has no infinity, and no metric here is infinite."""
    value = float(value)
    if math.isinf(value):
        raise ValueError("infinite metric")
    return None if math.isnan(value) else value


def metrics(rows):
    """Every metric of one slice. `rows` has label, prediction, weight, and score where the model gives scores."""
    y, p, w = rows["label"].to_numpy(), rows["prediction"].to_numpy(), rows["weight"].to_numpy()
    classes, predicted = set(y), set(p)
    nan = float("nan")
    either = 1 in classes or 1 in predicted
    both = classes == {0, 1}
    values = {
        "count": len(rows),
        "accuracy": sm.accuracy_score(y, p, sample_weight=w),
        "balanced_accuracy": sm.balanced_accuracy_score(y, p, sample_weight=w) if both else nan,
        "precision": sm.precision_score(y, p, sample_weight=w, zero_division=np.nan),
        "recall": sm.recall_score(y, p, sample_weight=w, zero_division=np.nan),
        "f1": sm.f1_score(y, p, sample_weight=w, zero_division=0.0) if either else nan,
        "selection_rate": fm.selection_rate(y, p, pos_label=1, sample_weight=w),
        "true_positive_rate": fm.true_positive_rate(y, p, pos_label=1, sample_weight=w) if 1 in classes else nan,
        "false_positive_rate": fm.false_positive_rate(y, p, pos_label=1, sample_weight=w) if 0 in classes else nan,
        "false_negative_rate": fm.false_negative_rate(y, p, pos_label=1, sample_weight=w) if 1 in classes else nan,
    }
    if "score" in rows:
        s = rows["score"].to_numpy()
        values["roc_auc"] = sm.roc_auc_score(y, s, sample_weight=w) if both else nan
        values["brier_score"] = sm.brier_score_loss(y, s, sample_weight=w, pos_label=1, labels=[0, 1])
        values["log_loss"] = sm.log_loss(y, s, sample_weight=w, labels=[0, 1])
    return {name: value if name == "count" else number(value) for name, value in values.items()}


def slices(rows, axes, depth):
    """Overall, then the slices of each axis and of each pair of axes, in the order of their names."""
    result = [{"slice": {}, "metrics": metrics(rows)}]
    for size in range(1, depth + 1):
        for chosen in itertools.combinations(sorted(axes), size):
            for levels, part in rows.groupby(list(chosen), sort=True):
                result.append({"slice": dict(zip(chosen, map(str, levels))), "metrics": metrics(part)})
    return result


def across(rows, chosen):
    """The gaps between the groups of some axes. Groups without a rate are left out; fairlearn's own function counts
    their rate as zero, so its number stands beside ours only where every group has every rate."""
    y, p, w, groups = rows["label"], rows["prediction"], rows["weight"], rows[list(chosen)]
    frame = [metrics(part) for _, part in rows.groupby(list(chosen), sort=True)]

    def rates(name):
        return [group[name] for group in frame if group[name] is not None]

    def gap(name):
        known = rates(name)
        return max(known) - min(known) if len(known) >= 2 else None

    def ratio(name):
        known = rates(name)
        return min(known) / max(known) if len(known) >= 2 and max(known) > 0 else None

    odds = [gap("true_positive_rate"), gap("false_positive_rate")]
    values = {
        "demographic_parity_difference": gap("selection_rate"),
        "demographic_parity_ratio": ratio("selection_rate"),
        "equal_opportunity_difference": odds[0],
        "equalized_odds_difference": None if None in odds else max(odds),
    }
    keys = ("selection_rate", "true_positive_rate", "false_positive_rate")
    whole = len(frame) >= 2 and all(group[key] is not None for group in frame for key in keys)
    result = {"axes": sorted(chosen), "groups": len(frame), "metrics": values, "fairlearn": None}
    if whole:
        told = {
            name: number(getattr(fm, name)(y, p, sensitive_features=groups, sample_weight=w)) for name in values
        }
        for name, value in told.items():
            same = value is None if values[name] is None else abs(value - values[name]) <= 1e-15
            if not same:
                raise ValueError(f"{name} of {chosen}: fairlearn says {value}, its own group rates say {values[name]}")
        result["fairlearn"] = told
    return result


def golden(rows, axes, source, depth=2):
    pairs = [chosen for size in range(1, depth + 1) for chosen in itertools.combinations(sorted(axes), size)]
    return {
        "format": FORMAT,
        "made_by": versions(),
        "source": source,
        "axes": sorted(axes),
        "slices": slices(rows, axes, depth),
        "across": [across(rows, chosen) for chosen in pairs],
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
            "weight": [0.5, 1.0, 1.25, 3.0][draws[4] % 4],
            "sex": sex,
            "region": region,
        })
    return rows


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
    axes = sorted(set(rows[0]) - {"label", "prediction", "score", "weight"})
    frame = pd.DataFrame(rows)
    if "weight" not in frame:
        frame["weight"] = 1.0
    result = golden(frame, axes, None, depth=min(2, len(axes)))
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
    parser.add_argument("--compas", type=Path)
    parser.add_argument("--adult", type=Path)
    arguments = parser.parse_args()
    arguments.output.mkdir(parents=True, exist_ok=True)
    write(arguments.output, "edge_cases.json", edge_cases())
    if arguments.compas:
        write(arguments.output, "compas.json", compas(arguments.compas))
    if arguments.adult:
        write(arguments.output, "adult.json", adult(arguments.adult))


if __name__ == "__main__":
    main()
