#!/usr/bin/env bash
# Runs the gate on two models' predictions of the same rows, with nothing stored before.
# Usage: run.sh FOLDER        MODELGATE names the program (default: modelgate on the PATH).
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
folder=${1:?"usage: run.sh FOLDER"}
modelgate=${MODELGATE:-modelgate}
mkdir -p "$folder"
cp "$here/modelgate.yml" "$folder"
cp "$here/../from-python/predictions-v1.csv" "$folder/previous.csv"
cp "$here/../from-python/predictions.csv" "$folder"
cd "$folder"
exec "$modelgate" check
