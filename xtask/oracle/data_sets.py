"""Public data sets with a score made by rule, so that neither rows nor a model need to be kept beside the golden numbers.

A rule is whole numbers alone: points for the value of a column, or so many per unit of it within limits, all added up,
cut to what a score may be and divided once. It stands in the golden file, and the test that reads it there makes the
same scores to the last bit.
"""

import numpy as np
import pandas as pd

# What a full score is worth in points. A score of 0 or 1 would say that it cannot be wrong.
POINTS = 1_000_000

RULES = {
    "german": {
        "file": "german/german_data_credit.csv",
        "label": "class-label",
        "positive": "1",
        "axes": ["sex", "foreign-worker", {"column": "age", "bins": [25, 35, 50], "name": "age_band"}],
        "base": 900_000,
        "points": {
            "checking-account": {"<0 DM": -250_000, "0 <= <200 DM": -150_000, ">= 200 DM ": 50_000, "no account": 150_000},
            "credit-history": {
                "critical account": 100_000,
                "no credits taken": -200_000,
                "all credits at this bank paid back duly": -200_000,
            },
            "savings-account": {"<100 DM": -50_000},
        },
        "per_unit": {
            "duration": {"least": 0, "most": 60, "points": -6_000},
            "credit-amount": {"least": 0, "most": 10_000, "points": -10},
        },
    },
    # Every person counts as often as they were called in the campaign: numbers with weights.
    "bank": {
        "file": "bank/bank-full.csv",
        "label": "y",
        "positive": "yes",
        "weight": "campaign",
        "axes": ["marital", "education", {"column": "age", "bins": [30, 45, 60], "name": "age_band"}],
        "base": 20_000,
        "points": {
            "poutcome": {"success": 450_000, "failure": 20_000},
            "housing": {"yes": -40_000},
            "contact": {"unknown": -60_000},
            "loan": {"yes": -20_000},
            "month": {"mar": 250_000, "sep": 220_000, "oct": 220_000, "dec": 250_000, "may": -20_000},
        },
        "per_unit": {
            "duration": {"least": 0, "most": 1_500, "points": 400},
            "balance": {"least": 0, "most": 10_000, "points": 5},
        },
    },
    "credit_default": {
        "file": "credit_default/credit-card-clients.csv",
        "label": "default payment",
        "positive": "1",
        "axes": ["SEX", "EDUCATION", "MARRIAGE", {"column": "AGE", "bins": [30, 45, 60], "name": "age_band"}],
        "base": 180_000,
        "points": {},
        "per_unit": {
            "PAY_0": {"least": -1, "most": 3, "points": 120_000},
            "PAY_2": {"least": 0, "most": 3, "points": 50_000},
            "PAY_3": {"least": 0, "most": 3, "points": 30_000},
            "PAY_AMT1": {"least": 0, "most": 20_000, "points": -3},
        },
    },
}


def scores(rows, rule):
    """The score of each row. Values that the rule does not name are worth nothing."""
    points = np.full(len(rows), rule["base"], dtype=np.int64)
    for column, worth in rule["points"].items():
        points += rows[column].map(lambda value, worth=worth: worth.get(value, 0)).to_numpy(dtype=np.int64)
    for column, worth in rule["per_unit"].items():
        units = rows[column].astype(np.int64).clip(worth["least"], worth["most"])
        points += units.to_numpy() * worth["points"]
    return points.clip(1, POINTS - 1) / POINTS


def band(value, edges):
    """The name of the bin of a number: closed below, open above."""
    above = sum(edge <= value for edge in edges)
    if above == 0:
        return f"<{edges[0]}"
    return f"{edges[above - 1]}-{edges[above]}" if above < len(edges) else f"{edges[-1]}+"


def read(path, rule):
    """Label, score, prediction, weight and the columns that cut the rows, by the names that slices have."""
    rows = pd.read_csv(path, keep_default_na=False, dtype=str)
    kept = pd.DataFrame({"score": scores(rows, rule)})
    kept["label"] = (rows[rule["label"]] == rule["positive"]).astype(int)
    kept["prediction"] = (kept["score"] >= 0.5).astype(int)
    kept["weight"] = rows[rule["weight"]].astype(float) if "weight" in rule else 1.0
    for axis in rule["axes"]:
        if isinstance(axis, str):
            kept[axis] = rows[axis]
        else:
            edges = axis["bins"]
            kept[axis["name"]] = rows[axis["column"]].map(lambda value, edges=edges: band(float(value), edges))
    return kept


def axis_names(rule):
    return [axis if isinstance(axis, str) else axis["name"] for axis in rule["axes"]]
