"""Writes the benchmark table: `table.py ROWS FILE.parquet [FILE.csv]`.

The same rows whenever it runs: labels, scores and predictions of a classifier, four columns to slice by, ten features and
an id. Row groups of a million rows, zstd.
"""

import sys

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

GROUP = 1_000_000
SEX = ["F", "M"]
RACE = ["r0", "r1", "r2", "r3", "r4", "r5"]
RACE_SHARES = [0.58, 0.14, 0.08, 0.16, 0.01, 0.03]
AGE_BAND = ["18-24", "25-34", "35-49", "50-64", "65+"]
REGION = [f"region_{number}" for number in range(10)]
FEATURES = 10
WEIGHTS = np.random.default_rng(7).normal(0.0, 0.45, FEATURES)


def logistic(x):
    return 1.0 / (1.0 + np.exp(-x))


def column(names, codes):
    return pa.DictionaryArray.from_arrays(pa.array(codes, pa.int8()), pa.array(names)).cast(pa.dictionary(pa.int32(), pa.string()))


def part(number, rows):
    """One row group, from a seed of its own: the table of a million rows begins like that of ten million."""
    rng = np.random.default_rng([20_260_101, number])
    sex = rng.integers(0, len(SEX), rows)
    race = rng.choice(len(RACE), rows, p=RACE_SHARES)
    age = rng.integers(0, len(AGE_BAND), rows)
    region = rng.integers(0, len(REGION), rows)
    features = rng.standard_normal((FEATURES, rows))
    linear = WEIGHTS @ features - 0.4 + 0.15 * sex - 0.25 * (race == 1) - 0.15 * (race == 3) + 0.1 * (age - 2)
    label = rng.random(rows) < logistic(linear)
    score = logistic(linear + rng.normal(0.0, 0.7, rows) - 0.1 * (race == 1))
    columns = {
        "row_id": pa.array(np.arange(number * GROUP, number * GROUP + rows, dtype=np.int64)),
        "y_true": pa.array(label.astype(np.int8)),
        "score": pa.array(score),
        "y_pred": pa.array((score >= 0.5).astype(np.int8)),
        "sex": column(SEX, sex),
        "race": column(RACE, race),
        "age_band": column(AGE_BAND, age),
        "region": column(REGION, region),
    }
    columns.update({f"x{index}": pa.array(values) for index, values in enumerate(features)})
    return pa.table(columns)


def main():
    rows, parquet, *text = int(sys.argv[1]), sys.argv[2], *sys.argv[3:]
    writer, lines = None, None
    for number, start in enumerate(range(0, rows, GROUP)):
        table = part(number, min(GROUP, rows - start))
        writer = writer or pq.ParquetWriter(parquet, table.schema, compression="zstd")
        writer.write_table(table, row_group_size=GROUP)
        if text:
            plain = table.cast(pa.schema([pa.field(f.name, pa.string() if pa.types.is_dictionary(f.type) else f.type) for f in table.schema]))
            lines = lines or pyarrow.csv.CSVWriter(text[0], plain.schema)
            lines.write_table(plain)
    writer.close()
    if lines:
        lines.close()


if __name__ == "__main__":
    main()
