#!/usr/bin/env bash
# Makes a repository in a folder with the release v1.0.0 in it, and runs the gate on the next model's scores.
# Usage: run.sh FOLDER        MODELGATE names the program (default: modelgate on the PATH).
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
folder=${1:?"usage: run.sh FOLDER"}
modelgate=${MODELGATE:-modelgate}
mkdir -p "$folder"
cd "$folder"
git init --quiet --initial-branch=main
git config user.name "Example"
git config user.email "example@example.com"
printf 'modelgate-out/\nmodelgate-ledger.jsonl\n' >.gitignore

cp "$here/modelgate.yml" "$here/modelgate.system.yml" .
cp "$here/predictions-v1.csv" predictions.csv
git add . && git commit --quiet -m "The first model" && git tag v1.0.0
"$modelgate" release v1.0.0 --quiet

git checkout --quiet -b next-model
cp "$here/predictions.csv" predictions.csv
git add . && git commit --quiet -m "The next model"
exec "$modelgate" check
