"""Reads every record set of a Croissant document from its files, and says how many rows each has."""

import sys

import mlcroissant

dataset = mlcroissant.Dataset(jsonld=sys.argv[1])
for records in dataset.metadata.record_sets:
    print(f"{records.id}: {sum(1 for _ in dataset.records(record_set=records.id))} rows")
