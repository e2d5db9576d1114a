"""Has a signed decision read by an independent DSSE library and judged by in-toto's own validator, and its other signature by OpenSSH.
Usage: trail.py PROGRAM FOLDER (a repository whose gate comes to a decision)."""

import base64
import json
import pathlib
import subprocess
import sys

from cryptography.hazmat.primitives.serialization import load_ssh_public_key
from google.protobuf import json_format
from in_toto_attestation.v1 import statement_pb2
from in_toto_attestation.v1.statement import Statement
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import SSlibKey

PROGRAM, FOLDER = (pathlib.Path(argument).resolve() for argument in sys.argv[1:])
KEY = FOLDER.parent / "trail-key"

for old in (KEY, KEY.with_suffix(".pub")):
    old.unlink(missing_ok=True)
subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "ci", "-f", KEY], check=True)
judged = subprocess.run([PROGRAM, "check", "--quiet"], cwd=FOLDER, env={"PATH": "/usr/bin:/bin", "MODELGATE_SIGNING_KEY_FILE": str(KEY)})
assert judged.returncode in (0, 1, 3), judged

text = (FOLDER / "modelgate-out/decision.dsse").read_text()
told = json.loads(text)
# The library takes the dictionary that it is given apart.
envelope = Envelope.from_dict(json.loads(text))
key = SSlibKey.from_crypto(load_ssh_public_key(KEY.with_suffix(".pub").read_bytes()))
[plain] = [name for name in envelope.signatures if not name.startswith("sshsig:")]
[of_ssh] = [one for one in told["signatures"] if one["keyid"].startswith("sshsig:")]
key.keyid = plain
assert envelope.verify([key], 1)
print("conformance: securesystemslib verifies the envelope of the decision")
other = Envelope.from_dict({**json.loads(text), "payload": base64.b64encode(envelope.payload.replace(b"_v1", b"_v2") + b" ").decode()})
try:
    other.verify([key], 1)
except VerificationError:
    print("conformance: and refuses one with another payload")
else:
    raise SystemExit("an envelope with another payload was verified")

statement = json.loads(envelope.payload)
read = json_format.ParseDict(statement, statement_pb2.Statement())
Statement.copy_from_pb(read).validate()
print("conformance: in-toto's validator takes the statement")

armored = FOLDER.parent / "trail.sig"
lines = base64.encodebytes(base64.b64decode(of_ssh["sig"])).decode()
armored.write_text(f"-----BEGIN SSH SIGNATURE-----\n{lines}-----END SSH SIGNATURE-----\n")
signers = FOLDER.parent / "trail-signers"
signers.write_text("ci " + KEY.with_suffix(".pub").read_text())
signed = f"DSSEv1 {len(told['payloadType'])} {told['payloadType']} {len(envelope.payload)} ".encode() + envelope.payload
arguments = ["ssh-keygen", "-Y", "verify", "-f", signers, "-I", "ci", "-n", "modelgate-audit", "-s", armored]
subprocess.run(arguments, input=signed, check=True)
print("conformance: ssh-keygen verifies the decision")
