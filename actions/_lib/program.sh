#!/usr/bin/env bash
# Prints the program to run: the one that is named, else one built from this repository's own source.
set -euo pipefail
if command -v "$PROGRAM" >/dev/null; then
  printf '%s\n' "$PROGRAM"
  exit 0
fi
cargo install --quiet --locked --path "$SOURCE/crates/modelgate" >&2
command -v modelgate
