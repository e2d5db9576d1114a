#!/usr/bin/env bash
# Makes a repository in a folder: sample data, the releases v1.0.0 and v1.1.0, and a branch with the next model.
# Usage: make-history.sh FOLDER        MODELGATE names the program (default: modelgate on the PATH).
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
folder=${1:?"usage: make-history.sh FOLDER"}
modelgate=${MODELGATE:-modelgate}
mkdir -p "$folder"
cd "$folder"
git init --quiet --initial-branch=main
git config user.name "Example"
git config user.email "example@example.com"
printf 'modelgate-out/\nmodelgate-ledger.jsonl\n' >.gitignore
cp "$here/modelgate.system.yml" "$here/modelgate.waivers.yml" .
"$modelgate" demo --data-only --output-dir data 2>/dev/null
# A batch from use: applications without labels, of which those of people in debt were kept.
mkdir use
awk -F, 'NR == 1 || $6 > 0.2 { sub(/,[^,]*$/, ""); print }' data/test.csv >use/2026-06.csv

# v1.0.0 looks at income and debts, v1.1.0 also at earlier defaults and the region.
sed 's/features: .*/features: [income, debt_ratio]/' "$here/modelgate.yml" >modelgate.yml
git add . && git commit --quiet -m "Income and debts" && git tag v1.0.0
"$modelgate" release v1.0.0 --quiet
sed 's/features: .*/features: [income, debt_ratio, prior_defaults, region]/' "$here/modelgate.yml" >modelgate.yml
git add . && git commit --quiet -m "Earlier defaults and the region" && git tag v1.1.0
"$modelgate" release v1.1.0 --quiet

# The change under review: better on average, and worse for people of 65 and over.
git checkout --quiet -b years-employed
cp "$here/modelgate.yml" modelgate.yml
git add . && git commit --quiet -m "Years with the present employer"
