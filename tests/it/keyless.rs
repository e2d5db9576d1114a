//! Signatures without a key of one's own. A script plays cosign: it makes a key and a certificate with openssl, as Fulcio would.
#![cfg(unix)]

use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use modelgate_tests::{Gate, Outcome};

use crate::trail::{files, rewritten, steps, unpacked};
use crate::{committed, ready};

const WHO: &str = "https://github.com/acme/credit/.github/workflows/gate.yml@refs/heads/main";
const ISSUER: &str = "https://token.actions.githubusercontent.com";
const TOKEN: &str = "a-token-of-identity";

const CERTIFICATE: &str = "\
[req]
distinguished_name = name
x509_extensions = said
prompt = no
[name]
O = test
[said]
keyUsage = critical, digitalSignature
extendedKeyUsage = codeSigning
subjectAltName = critical, URI:https://github.com/acme/credit/.github/workflows/gate.yml@refs/heads/main
1.3.6.1.4.1.57264.1.8 = ASN1:UTF8String:https://token.actions.githubusercontent.com
";

/// Takes the arguments of cosign 4 and no others.
const COSIGN: &str = r#"#!/bin/sh
set -e
here=$(dirname "$0")
verb=$1
shift
while [ $# -gt 1 ]; do
  case $1 in
  --yes) shift ;;
  --bundle) bundle=$2; shift 2 ;;
  --certificate-identity) who=$2; shift 2 ;;
  --certificate-oidc-issuer) issuer=$2; shift 2 ;;
  --trusted-root) cat "$2" >/dev/null; shift 2 ;;
  *) echo "unknown flag: $1" >&2; exit 1 ;;
  esac
done
field() { grep -o "\"$1\":\"[^\"]*\"" "$bundle" | head -n 1 | cut -d '"' -f 4 | openssl base64 -d -A; }
case $verb in
sign-blob)
  [ -n "$SIGSTORE_ID_TOKEN" ] || { echo "error: no identity token" >&2; exit 1; }
  openssl ecparam -name prime256v1 -genkey -noout -out "$here/key.pem"
  openssl req -x509 -new -key "$here/key.pem" -config "$here/certificate.cnf" -outform DER -out "$here/certificate.der" -days 1
  printf '{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","verificationMaterial":{"certificate":{"rawBytes":"%s"},"tlogEntries":[]},"messageSignature":{"messageDigest":{"algorithm":"SHA2_256","digest":"%s"},"signature":"%s"}}' \
    "$(openssl base64 -A -in "$here/certificate.der")" \
    "$(openssl dgst -sha256 -binary "$1" | openssl base64 -A)" \
    "$(openssl dgst -sha256 -sign "$here/key.pem" "$1" | openssl base64 -A)" >"$bundle"
  ;;
verify-blob)
  [ ! -e "$here/denies" ] || { echo "error: no matching entry of the log" >&2; exit 1; }
  # Several are asked for at the same time.
  work=$(mktemp -d)
  field rawBytes >"$work/der"
  openssl x509 -inform DER -in "$work/der" -noout -text >"$work/text"
  grep -q "URI:$who" "$work/text" && grep -q "$issuer" "$work/text"
  openssl x509 -inform DER -in "$work/der" -noout -pubkey >"$work/key"
  field signature >"$work/signature"
  openssl dgst -sha256 -verify "$work/key" -signature "$work/signature" "$1" >&2
  rm -r "$work"
  ;;
esac
"#;

/// Puts the script into a folder of the gate; its path, none where openssl is not installed.
pub(crate) fn cosign(gate: &Gate) -> Option<String> {
    Command::new("openssl").arg("version").output().ok()?;
    gate.write("tools/certificate.cnf", CERTIFICATE);
    gate.write("tools/cosign", COSIGN);
    let path = gate.path().join("tools/cosign");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    Some(path.display().to_string())
}

fn run(gate: &Gate, arguments: &[&str]) -> Outcome {
    let mut command = gate.command(arguments);
    command.env("SIGSTORE_ID_TOKEN", TOKEN).env("MODELGATE_SIGSTORE", gate.path().join("tools/cosign"));
    gate.finish(&mut command)
}

/// A trail of one decision, which is signed without a key.
fn with_signature() -> Option<Gate> {
    let gate = ready();
    committed(&gate);
    cosign(&gate)?;
    let _ = gate.run(&["check", "--quiet"]).exits(0);
    let _ = gate.run(&["audit", "append"]).exits(0);
    let signed = run(&gate, &["audit", "sign"]).exits(0);
    let signed = signed.prints(&format!("entry 0 is signed by {WHO}, whom {ISSUER} vouched for: signatures/"));
    assert!(!signed.stdout.contains(TOKEN) && !signed.stderr.contains(TOKEN));
    Some(gate)
}

const BY: [&str; 6] = ["audit", "verify", "--sigstore-identity", WHO, "--sigstore-issuer", ISSUER];

#[test]
fn a_signature_without_a_key_counts_once_a_program_of_sigstore_has_checked_it() {
    let Some(gate) = with_signature() else { return };
    let unchecked = gate.run(&["audit", "verify"]).exits(0).prints("1 of 1 statements are signed; by whom was not checked");
    let _ = unchecked.prints(&format!("1 signatures are without keys, as their certificates say by {WHO}"));
    let _ = run(&gate, &BY).exits(0).prints("identity  ok         1 of 1 statements are signed");
    let other = ["audit", "verify", "--sigstore-identity", "eve@example.com", "--sigstore-issuer", ISSUER];
    let _ = run(&gate, &other).exits(3).prints("unknown-signer: entry 0").prints("identity unverifiable");
    let _ = gate.run(&["audit", "verify", "--sigstore-identity", WHO]).exits(2).says("--sigstore-issuer");
    let _ = gate.run(&[&BY[..], &["--sigstore", "no-such-cosign"]].concat()).exits(2).says("install cosign");
    // Nothing is asked of the network where nothing may be.
    let offline = [&BY[..], &["--offline"]].concat();
    let _ = run(&gate, &offline).exits(2).says("nobody said whom to trust as Sigstore").says("--sigstore-trust");
    gate.write("trusted_root.json", "{}");
    let _ = run(&gate, &[&offline[..], &["--sigstore-trust", "trusted_root.json"]].concat()).exits(0).prints("1 of 1 statements");
    let _ = run(&gate, &[&BY[..], &["--sigstore-trust", "other.json"]].concat())
        .exits(3)
        .prints("denied: entry 0")
        .prints("other.json");
    gate.write("tools/denies", "");
    let _ =
        run(&gate, &BY).exits(3).prints("denied: entry 0 is signed without a key, and ").prints("no matching entry of the log");
    let _ = run(&gate, &["audit", "record", "monitor", "--reason", "later"]).exits(0);
    std::fs::remove_file(gate.path().join("tools/denies")).unwrap();
    let _ = run(&gate, &BY).exits(3).prints("unsigned: entry 1 is not signed");
    let _ = run(&gate, &["audit", "sign", "--entry", "1"]).exits(0).prints("entry 1 is signed by");
    let _ = run(&gate, &BY).exits(0).prints("2 of 2 statements are signed");
}

#[test]
fn keys_and_signatures_without_them_vouch_for_each_other_s_entries() {
    let Some(gate) = with_signature() else { return };
    let Some(public) = crate::trail::key(&gate, "ci") else { return };
    gate.write("allowed_signers", format!("ci@example.com {public}"));
    let mut command = gate.command(&["audit", "record", "monitor", "--reason", "by key"]);
    command.env("MODELGATE_SIGNING_KEY_FILE", gate.path().join("ci"));
    let _ = gate.finish(&mut command).exits(0);
    let signers = ["--allowed-signers", "allowed_signers"];
    let alone = gate.run(&[&["audit", "verify"], &signers[..]].concat()).exits(3);
    let _ = alone.prints("unchecked: entry 0 is signed without a key, and nobody checked by whom");
    let _ = run(&gate, &[&BY[..], &signers[..]].concat()).exits(0).prints("2 of 2 statements are signed");
}

#[test]
fn a_bundle_that_was_edited_or_is_of_something_else_is_named() {
    let edit = |change: fn(&Gate, &str), name: &str| {
        let Some(gate) = with_signature() else { return };
        rewritten(&gate, |gate| change(gate, &files(gate, "signatures")[0]));
        let _ = gate.run(&["audit", "verify"]).exits(1).prints("identity  TAMPERED").prints(name);
    };
    edit(|gate, path| gate.write(path, "{}"), "edited: signatures/");
    edit(
        |gate, path| {
            // A signature by another key: that of the certificate of another run.
            let [before, after] = [gate.read(path), gate.read(path)];
            let (head, signature) = before.split_once("\"signature\":\"").unwrap();
            let other = format!("{}{}", &signature[..20], signature[20..].replacen('A', "B", 1).replacen('g', "h", 1));
            assert_ne!(signature, other);
            gate.write(path, format!("{head}\"signature\":\"{other}"));
            assert_ne!(after, gate.read(path));
        },
        "forged: entry 0 bears a signature in the name of https://github.com/acme",
    );
    edit(
        |gate, path| {
            let text = gate.read(path);
            let (head, rest) = text.split_once("\"digest\":\"").unwrap();
            let (_, tail) = rest.split_once('"').unwrap();
            gate.write(path, format!("{head}\"digest\":\"{}\"{tail}", "A".repeat(43) + "="));
        },
        "other-bytes: signatures/",
    );
}

#[test]
fn without_a_token_nothing_is_signed_and_the_job_is_told_what_it_needs() {
    let gate = ready();
    committed(&gate);
    let Some(program) = cosign(&gate) else { return };
    let _ = gate.run(&["audit", "sign", "--sigstore", &program]).exits(2).says("there is no trail here");
    let _ = gate.run(&["check", "--quiet"]).exits(0);
    let _ = gate.run(&["audit", "append"]).exits(0);
    let _ = gate.run(&["audit", "sign", "--sigstore", &program]).exits(2).says("no identity token").says("id-token: write");
    let _ = gate.run(&["audit", "sign", "--sigstore", "no-such-cosign"]).exits(2).says("cannot be run").says("install cosign");
    let _ = gate.run(&["audit", "sign", "--sigstore", &program, "--entry", "9"]).exits(2).says("has no such entry");
    gate.write("tools/cosign", "#!/bin/sh\nexit 0\n");
    let _ = gate.run(&["audit", "sign", "--sigstore", &program]).exits(2).says("left no bundle");
    gate.write("tools/cosign", "#!/bin/sh\necho '{\"base64Signature\":\"\"}' >\"$4\"\n");
    let _ = gate.run(&["audit", "sign", "--sigstore", &program]).exits(2).says("cosign 3 or newer");
    assert!(!gate.git(&["ls-tree", "-r", "--name-only", "modelgate-records"]).contains("signatures"));
}

#[test]
fn an_export_checks_signatures_without_keys_with_openssl() {
    let Some(gate) = with_signature() else { return };
    let _ = gate.run(&["audit", "export"]).exits(0);
    let Some(()) = unpacked(&gate, "modelgate-audit.zip") else { return };
    let (holds, told) = steps(&gate);
    assert!(holds && told.contains("1 signatures without keys"), "{told}");
    let path = "unpacked/statements/00000000.json";
    gate.write(path, gate.read(path).replace("passed", "failed"));
    let (holds, told) = steps(&gate);
    assert!(!holds && told.contains("FAILED: statements/00000000.1.sigstore"), "{told}");
}
