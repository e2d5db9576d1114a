"""Trains two scikit-learn models on the sample data and writes their predictions for modelgate.

Shown, not needed: the files that it writes are kept beside it. To run it yourself:

    pip install scikit-learn pandas
    modelgate demo --data-only --output-dir data
    python train.py
"""

import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

FEATURES = ["income", "debt_ratio", "prior_defaults", "years_employed", "age"]
SLICES = ["sex", "age", "region"]

train = pd.read_csv("data/train.csv")
# A file that fits into a repository; in earnest, use every row.
test = pd.read_csv("data/test.csv").head(2000)
encode = make_column_transformer(
    (StandardScaler(), FEATURES), (OneHotEncoder(handle_unknown="ignore"), ["region"])
)
models = {
    "predictions-v1.csv": make_pipeline(encode, LogisticRegression()),
    "predictions.csv": make_pipeline(
        encode, HistGradientBoostingClassifier(max_iter=60, max_leaf_nodes=8, random_state=7)
    ),
}
for name, model in models.items():
    model.fit(train, train["repaid"])
    rows = test[["application_id", "repaid", *SLICES]].copy()
    rows["p_repaid"] = model.predict_proba(test)[:, list(model.classes_).index("yes")].round(4)
    rows.to_csv(name, index=False)
