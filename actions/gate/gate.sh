#!/usr/bin/env bash
# Runs the gate, or judges counts that another job made (COUNTS), puts the comment into the job summary, and ends with the gate's own exit code. Makes no network call of its own.
set -uo pipefail
program=$(bash "$SOURCE/actions/_lib/program.sh") || exit 2
# What an earlier run left here says nothing of this one.
rm -f "$OUTPUT_DIR/comment.md" "$OUTPUT_DIR/verdict.json"
arguments=(check)
if [ -n "${COUNTS:-}" ]; then arguments=(judge --counts "$COUNTS"); fi
if [ -n "${COUNTS_OUT:-}" ]; then arguments+=(--counts-out "$COUNTS_OUT"); fi
"$program" "${arguments[@]}" --config "$CONFIG" --output-dir "$OUTPUT_DIR"
code=$?
case $code in
  0) outcome=passed ;;
  1) outcome=failed ;;
  3) outcome=needs_review ;;
  *) outcome=no_decision ;;
esac
printf 'outcome=%s\nexit-code=%s\n' "$outcome" "$code" >>"$GITHUB_OUTPUT"
if [ "${ATTEST:-false}" = true ] && [ "$outcome" != no_decision ]; then
  # What is to be signed, for the step that has GitHub sign it. A decision that cannot be handed over is not passed on as if it were.
  "$program" audit attest --decision "$OUTPUT_DIR" --predicate-out "$OUTPUT_DIR/decision.predicate.json" >>"$GITHUB_OUTPUT" || code=2
fi
if [ -f "$OUTPUT_DIR/comment.md" ]; then cat "$OUTPUT_DIR/comment.md" >>"$GITHUB_STEP_SUMMARY"; fi
exit "$code"
