"""Writes a table of 30 columns to check: `wide_table.py ROWS SEED FILE.parquet`.

An id, a label and a score, 15 columns of numbers (counts, amounts with gaps, normal and skewed ones) and 12 of texts (2 to
2,000 levels, some with gaps). The same rows whenever it runs with the same seed. Row groups of 131,072 rows, zstd.
"""

import sys

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

GROUP = 131_072
LEVELS = [2, 3, 4, 5, 6, 8, 10, 12, 20, 50, 200, 2_000]


def with_gaps(rng, values, share):
    return pa.array(values, mask=rng.random(len(values)) < share)


def numbers(rng, rows):
    yield "age", pa.array(rng.integers(18, 90, rows, dtype=np.int64))
    yield "children", pa.array(rng.poisson(1.1, rows).astype(np.int64))
    yield "days", pa.array(rng.integers(0, 20_000, rows, dtype=np.int64))
    for place in range(6):
        yield f"normal_{place}", pa.array(rng.standard_normal(rows))
    for place in range(3):
        yield f"amount_{place}", with_gaps(rng, np.round(rng.lognormal(7.0, 1.0, rows), 2), 0.05 * (place + 1))
    for place in range(3):
        yield f"share_{place}", pa.array(rng.beta(2.0, 5.0, rows))


def texts(rng, rows):
    for place, levels in enumerate(LEVELS):
        shares = 1.0 / np.arange(1, levels + 1)
        codes = rng.choice(levels, rows, p=shares / shares.sum())
        gaps = rng.random(rows) < (0.1 if place % 4 == 3 else 0.0)
        keys = pa.array(codes.astype(np.int32), mask=gaps)
        names = pa.array([f"level_{number}" for number in range(levels)])
        yield f"text_{place}", pa.DictionaryArray.from_arrays(keys, names)


def main(rows, seed, file):
    rng = np.random.default_rng([20_260_101, seed])
    columns = {"row_id": pa.array(np.arange(rows, dtype=np.int64) + seed * 1_000_000_000)}
    columns.update(numbers(rng, rows))
    columns.update(texts(rng, rows))
    score = rng.beta(2.0, 3.0, rows)
    columns["label"] = pa.array((rng.random(rows) < score).astype(np.int8))
    columns["score"] = pa.array(score)
    pq.write_table(pa.table(columns), file, row_group_size=GROUP, compression="zstd")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
