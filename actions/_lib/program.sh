#!/usr/bin/env bash
# Prints the program to run: the one that is named, else the one of this version by its digest in programs.sha256, else one built from this source.
set -euo pipefail
command -v "$PROGRAM" && exit
folder=${RUNNER_TEMP:-$(mktemp -d)}/modelgate-program
line=$(grep -m 1 -- "-$(uname -m)-$(uname -s | tr '[:upper:]' '[:lower:]').tar.gz\$" "$SOURCE/actions/_lib/programs.sha256" || true)
if [ -n "$line" ] && [ "${FROM_SOURCE:-false}" != true ]; then
  read -r digest file <<<"$line"
  version=${file#modelgate-}
  mkdir -p "$folder"
  curl --fail --silent --show-error --location --retry 3 --output "$folder/$file" "$DOWNLOADS/v${version%%-*}/$file" >&2
  # What is not what this very source was released with is not run.
  printf '%s  %s\n' "$digest" "$folder/$file" | sha256sum --check --status || { echo "$DOWNLOADS/v${version%%-*}/$file is not the file that this action was released with" >&2; exit 2; }
  if [ "${ATTESTED:-false}" = true ]; then gh attestation verify "$folder/$file" --repo "$ACTION_REPOSITORY" >&2; fi
  tar --extract --gzip --file "$folder/$file" --directory "$folder" modelgate
  echo "$folder/modelgate"
else
  cargo install --quiet --locked --path "$SOURCE/crates/modelgate" >&2
  command -v modelgate
fi
