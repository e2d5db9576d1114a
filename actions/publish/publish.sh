#!/usr/bin/env bash
# Delivers what the gate wrote. The gate's own exit code has decided already: this step changes no verdict.
set -euo pipefail
program=$(bash "$SOURCE/actions/_lib/program.sh")
arguments=(publish --output-dir "$OUTPUT_DIR" --comment "$COMMENT")
if [ "$REQUIRE_DELIVERY" = true ]; then arguments+=(--require-delivery); fi
exec "$program" "${arguments[@]}"
