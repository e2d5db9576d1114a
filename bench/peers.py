"""Times what others take for the same table: `peers.py duckdb FILE THREADS`, `peers.py fairlearn FILE REPLICATES`,
`peers.py summarize FILE THREADS` or `peers.py evidently REFERENCE FILE`.

Prints one line each: a name, seconds elapsed, seconds of processor time. Starting and importing are not timed.
"""

import sys
import time


def timed(name, work):
    start, before = time.perf_counter(), time.process_time()
    work()
    print(f"{name} {time.perf_counter() - start:.4f} {time.process_time() - before:.4f}", flush=True)


def duckdb(file, threads):
    import duckdb

    connection = duckdb.connect()
    connection.execute(f"SET threads = {int(threads)}")
    groups = "sex, race, age_band, y_true, y_pred"
    bucket = "CASE WHEN score >= 1.0 THEN 999 WHEN score <= 0.0 THEN 0 ELSE CAST(FLOOR(score * 1000.0) AS INTEGER) END AS bucket"
    run = lambda query: connection.execute(query, [file]).fetchall()
    # The first look at a file pays for its metadata, on our side as well.
    run("SELECT COUNT(y_true) FROM read_parquet(?)")
    timed("duckdb_plain", lambda: run(f"SELECT {groups}, COUNT(*) FROM read_parquet(?) GROUP BY ALL"))
    timed("duckdb_scored", lambda: run(f"SELECT {groups}, {bucket}, COUNT(*), SUM(score) FROM read_parquet(?) GROUP BY ALL"))


def fairlearn(file, replicates):
    import pandas
    from fairlearn.metrics import MetricFrame
    from sklearn.metrics import balanced_accuracy_score, cohen_kappa_score, f1_score, matthews_corrcoef

    rows = pandas.read_parquet(file, columns=["y_true", "y_pred", "sex", "race"])
    metrics = {"balanced_accuracy": balanced_accuracy_score, "f1": f1_score, "mcc": matthews_corrcoef, "cohen_kappa": cohen_kappa_score}

    def frame(drawn):
        more = {"n_boot": drawn, "ci_quantiles": [0.025, 0.975], "random_state": 7} if drawn else {}
        MetricFrame(metrics=metrics, y_true=rows.y_true, y_pred=rows.y_pred, sensitive_features=rows[["sex", "race"]], **more)

    timed("fairlearn_none", lambda: frame(0))
    timed("fairlearn_replicates", lambda: frame(int(replicates)))


def summarize(file, threads):
    import duckdb

    connection = duckdb.connect()
    connection.execute(f"SET threads = {int(threads)}")
    connection.execute("SELECT COUNT(*) FROM read_parquet(?)", [file]).fetchall()
    timed("duckdb_summarize", lambda: connection.execute("SUMMARIZE SELECT * FROM read_parquet(?)", [file]).fetchall())


def evidently(reference, file):
    import pandas
    from evidently import DataDefinition, Dataset, Report
    from evidently.presets import DataDriftPreset, DataSummaryPreset

    def data(path):
        rows = pandas.read_parquet(path).drop(columns=["row_id"])
        texts = [name for name in rows if rows[name].dtype == "category"]
        rows[texts] = rows[texts].astype(object)
        others = [name for name in rows if name not in texts]
        return Dataset.from_pandas(rows, data_definition=DataDefinition(numerical_columns=others, categorical_columns=texts))

    def run():
        Report([DataDriftPreset(), DataSummaryPreset()]).run(data(file), data(reference)).dict()

    timed("evidently", run)


if __name__ == "__main__":
    {"duckdb": duckdb, "fairlearn": fairlearn, "summarize": summarize, "evidently": evidently}[sys.argv[1]](*sys.argv[2:])
