#!/bin/sh
# Checks this export with sha256sum, openssl and ssh-keygen alone. Run it in the folder that the archive was unpacked into.
# It ends with 0 where everything holds, else with 1 after it has told what does not.
cd "$(dirname "$0")" || exit 1
bad=0
fail() {
  echo "FAILED: $1"
  bad=1
}

echo "1. every file is as it was exported"
sha256sum --quiet -c SHA256SUMS || fail "SHA256SUMS"

echo "2. every entry is what its name says, and names the envelope of its statement"
for entry in log/*/*/*/*.json; do
  name=${entry##*/}
  number=${name%%-*}
  digest=${name#*-}
  digest=${digest%.json}
  case $(sha256sum <"$entry") in
  "$digest"*) ;;
  *) fail "$entry" ;;
  esac
  envelope=$(sha256sum <"statements/$number.dsse")
  grep -q "\"payload_sha256\":\"${envelope%% *}\"" "$entry" || fail "statements/$number.dsse"
done

echo "3. every envelope holds the statement beside it, and its signed bytes are type and statement"
for statement in statements/*.json; do
  base=${statement%.json}
  sed 's/.*"payload":"\([^"]*\)".*/\1/' "$base.dsse" | openssl base64 -d -A | cmp -s - "$statement" || fail "$base.dsse"
  { printf 'DSSEv1 28 application/vnd.in-toto+json %d ' "$(($(wc -c <"$statement")))" && cat "$statement"; } |
    cmp -s - "$base.signed" || fail "$base.signed"
done

echo "4. every signature is by somebody who is listed (allowed_signers and signers/)"
if [ ! -f allowed_signers ]; then
  echo "   not checked: the export was made without --allowed-signers"
else
  for signature in statements/*.sig; do
    [ -f "$signature" ] || continue
    base=${signature%.*.sig}
    number=${base##*/}
    time=$(sed 's/.*"appended_at":"\([^"]*\)".*/\1/' log/*/*/*/"$number"-*.json | tr -d ':TZ-')
    who=$(ssh-keygen -Y find-principals -s "$signature" -f allowed_signers -O verify-time="${time}Z" | head -n 1)
    ssh-keygen -Y verify -f allowed_signers -I "$who" -n modelgate-audit -s "$signature" -O verify-time="${time}Z" \
      <"$base.signed" >/dev/null || fail "$signature"
  done
  for signature in statements/*.raw; do
    [ -f "$signature" ] || continue
    base=${signature%.*.raw}
    fits=no
    for key in signers/*.pem; do
      openssl pkeyutl -verify -pubin -inkey "$key" -rawin -in "$base.signed" -sigfile "$signature" >/dev/null 2>&1 && fits=yes
    done
    [ "$fits" = yes ] || fail "$signature"
  done
fi

echo "5. every text that a decision follows from is what its name says"
for text in evidence/*; do
  [ -f "$text" ] || continue
  digest=$(sha256sum <"$text")
  [ "${digest%% *}" = "${text##*/}" ] || fail "$text"
done

echo "6. every time stamp is of the checkpoint beside it (with the certificates of whom you trust in authorities.pem)"
for stamp in timestamps/*.tsr; do
  [ -f "$stamp" ] || continue
  if [ ! -f authorities.pem ]; then
    echo "   not checked: there is no authorities.pem"
    break
  fi
  openssl ts -verify -data "${stamp%.tsr}.checkpoint" -in "$stamp" -CAfile authorities.pem >/dev/null 2>&1 || fail "$stamp"
done

echo "7. every signature without a key is over its statement and by the key of its certificate"
count=0
for bundle in statements/*.sigstore; do
  [ -f "$bundle" ] || continue
  count=$((count + 1))
  base=${bundle%.*.sigstore}
  work=$(mktemp -d)
  field() { tr -d ' \n' <"$bundle" | grep -o "\"$1\":\"[^\"]*\"" | head -n 1 | cut -d '"' -f 4 | openssl base64 -d -A; }
  field rawBytes | openssl x509 -inform DER -noout -pubkey >"$work/key.pem" 2>/dev/null
  field signature >"$work/signature"
  openssl dgst -sha256 -verify "$work/key.pem" -signature "$work/signature" "$base.json" >/dev/null 2>&1 || fail "$bundle"
  rm -r "$work"
done
if [ "$count" != 0 ]; then
  echo "   $count signatures without keys; who gave out their certificates, to whom and when, cosign checks:"
  echo "   cosign verify-blob --bundle NUMBER.1.sigstore --certificate-identity WHO --certificate-oidc-issuer URL NUMBER.json"
fi

[ "$bad" = 0 ] && echo "all of it holds"
exit "$bad"
