#!/usr/bin/env bash
# Stores this version's counts and pushes them, on top of what others have stored. Attaches what may be shown, never more than that.
set -euo pipefail
program=$(bash "$SOURCE/actions/_lib/program.sh")
# The token reaches git through its environment: it is in no argument, and in no file that a later step could read.
if [ -n "${GH_TOKEN:-}" ]; then
  export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0="http.$GITHUB_SERVER_URL/.extraheader"
  GIT_CONFIG_VALUE_0="AUTHORIZATION: basic $(printf 'x-access-token:%s' "$GH_TOKEN" | base64 --wrap=0)"
  export GIT_CONFIG_VALUE_0
fi
git fetch --quiet origin modelgate-records:modelgate-records || true
"$program" release "$TAG" --config "$CONFIG" --push
# What was appended last is what is signed.
if [ "${SIGSTORE:-false}" = true ]; then "$program" audit sign --push; fi
printf 'commit=%s\n' "$(git rev-parse modelgate-records)" >>"$GITHUB_OUTPUT"
if [ "$ATTACH" = true ]; then
  folder=$(mktemp -d)
  git archive modelgate-records "releases/$TAG" | tar --extract --directory "$folder"
  gh release upload "$TAG" "$folder/releases/$TAG"/* --clobber --repo "$GITHUB_REPOSITORY"
fi
