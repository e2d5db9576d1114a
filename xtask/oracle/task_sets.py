"""Public data sets as rows of tasks other than two classes, with predictions made by rule, so that neither rows nor a model
need to be kept beside the golden numbers. A rule names each column of the rows and how it is made; it stands in the golden
file, and the test that reads it there makes the same rows.

- {"column": c}: as it is there.
- {"column": c, "as": {value: text}, "else": text}: by its value.
- {"base": n, "points": {c: {value: n}}, "per_unit": {c: {"least": n, "most": n, "points": n}}}: whole numbers, added up.
- {"flags": [[label, c, "is", value], [label, c, "below", n]]}: a set of labels.
- {"join": [c, c]}: two values, joined.
"""

import pandas as pd

BY_AGE = {"column": "age", "bins": [30, 45, 60], "name": "age_band"}

RULES = {
    "credit_amounts": {
        "task": "regression",
        "file": "german/german_data_credit.csv",
        "columns": {
            "label": {"column": "credit-amount"},
            "prediction": {
                "base": 600,
                "points": {
                    "purpose": {"car (used)": 1_800, "business": 900, "others": 3_000, "radio/television": -400},
                    "job": {"management/ highly qualified employee": 1_200},
                    "telephone": {"yes": 500},
                },
                "per_unit": {"duration": {"least": 4, "most": 60, "points": 110}},
            },
            "sex": {"column": "sex"},
            "age": {"column": "age"},
        },
        "axes": ["sex", BY_AGE],
    },
    "degrees": {
        "task": "multiclass",
        "file": "bank/bank-full.csv",
        "classes": ["unknown", "primary", "secondary", "tertiary"],
        "columns": {
            "label": {"column": "education"},
            "prediction": {
                "column": "job",
                "as": {
                    "management": "tertiary",
                    "entrepreneur": "tertiary",
                    "self-employed": "tertiary",
                    "blue-collar": "primary",
                    "housemaid": "primary",
                    "retired": "primary",
                    "unknown": "unknown",
                },
                "else": "secondary",
            },
            "marital": {"column": "marital"},
            "age": {"column": "age"},
        },
        "axes": ["marital", BY_AGE],
    },
    "debts": {
        "task": "multilabel",
        "file": "bank/bank-full.csv",
        "classes": ["default", "housing", "loan"],
        "columns": {
            "label": {"flags": [["default", "default", "is", "yes"], ["housing", "housing", "is", "yes"], ["loan", "loan", "is", "yes"]]},
            "prediction": {"flags": [["default", "balance", "below", -200], ["housing", "age", "below", 44], ["loan", "balance", "below", 120]]},
            "marital": {"column": "marital"},
            "age": {"column": "age"},
            "weight": {"column": "campaign"},
        },
        "axes": ["marital", BY_AGE],
    },
    "jobs": {
        "task": "clustering",
        "file": "bank/bank-full.csv",
        "features": ["age", "day"],
        "columns": {
            "label": {"column": "education"},
            "prediction": {"column": "job"},
            "marital": {"column": "marital"},
            "age": {"column": "age"},
            "day": {"column": "day"},
        },
        "axes": ["marital"],
    },
    "calls": {
        "task": "ranking",
        "file": "bank/bank-full.csv",
        "cutoff": 20,
        "columns": {
            "query": {"join": ["marital", "day"]},
            "label": {"column": "y", "as": {"yes": "1"}, "else": "0"},
            "prediction": {"column": "duration"},
            "marital": {"column": "marital"},
        },
        "axes": ["marital"],
    },
}


def band(value, edges):
    """The name of the bin of a number: closed below, open above."""
    above = sum(edge <= value for edge in edges)
    if above == 0:
        return f"<{edges[0]}"
    return f"{edges[above - 1]}-{edges[above]}" if above < len(edges) else f"{edges[-1]}+"


def made(row, spec):
    """One cell."""
    if "flags" in spec:
        holds = lambda column, how, what: row[column] == what if how == "is" else int(row[column]) < what
        return "|".join(label for label, column, how, what in spec["flags"] if holds(column, how, what))
    if "join" in spec:
        return "-".join(row[column] for column in spec["join"])
    if "as" in spec:
        return spec["as"].get(row[spec["column"]], spec["else"])
    if "column" in spec:
        return row[spec["column"]]
    of_values = sum(worth.get(row[column], 0) for column, worth in spec["points"].items())
    of_units = sum(min(max(int(row[c]), w["least"]), w["most"]) * w["points"] for c, w in spec["per_unit"].items())
    return str(spec["base"] + of_values + of_units)


def read(path, rule):
    """The rows, as texts, and the levels of the axes in each."""
    rows = pd.read_csv(path, keep_default_na=False, dtype=str).to_dict("records")
    rows = [{name: made(row, spec) for name, spec in rule["columns"].items()} for row in rows]
    names = []
    for axis in rule["axes"]:
        name = axis if isinstance(axis, str) else axis["name"]
        names.append(name)
        for row in rows if not isinstance(axis, str) else []:
            row[name] = band(float(row[axis["column"]]), axis["bins"])
    return rows, names
