"""Has an S3 server of another make (moto) hold rows, and compares what modelgate counts of them there with the same file on a disk."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

import boto3
from moto.server import ThreadedMotoServer

CONFIG = """version: 1
model: {{name: loans, predictions: "{rows}"}}
data: {{label: approved, score: score, id: id}}
evaluation: {{slices: [sex]}}
gates: [{{metric: accuracy, lower_bound: 0.1}}]
"""

program = sys.argv[1]
rows = [f"{row},{row % 3 % 2},{(row * 7 % 100) / 100},{'FM'[row % 2]}\n" for row in range(1000)]
header = "id,approved,score,sex\n"

server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
server.start()
endpoint = "http://{}:{}".format(*server.get_host_and_port())
keys = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": "us-east-1"}
store = boto3.client(
    "s3", endpoint_url=endpoint, region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test"
)
store.create_bucket(Bucket="rows")
store.put_object(Bucket="rows", Key="whole/rows.csv", Body=header + "".join(rows))
for part in range(4):
    store.put_object(Bucket="rows", Key=f"parts/{part}.csv", Body=header + "".join(rows[part * 250 : (part + 1) * 250]))


def checked(path):
    """The exit code, and what the log says of the counts."""
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "rows.csv").write_text(header + "".join(rows))
        (folder / "modelgate.yml").write_text(CONFIG.format(rows=path))
        environment = {"PATH": os.environ["PATH"], "AWS_ENDPOINT_URL": endpoint, **keys}
        run = subprocess.run([program, "check", "--quiet"], cwd=folder, env=environment, capture_output=True, text=True)
        log = folder / "modelgate-ledger.jsonl"
        record = json.loads(log.read_text().splitlines()[-1])["record"] if log.exists() else {}
        return run.returncode, record.get("counts_sha256"), run.stderr


expected = checked("rows.csv")[:2]
for address in ["s3://rows/whole/rows.csv", "s3://rows/parts/", "s3://rows/parts", "s3://rows/parts/*.csv", "s3://rows/[p]arts/?.csv"]:
    found = checked(address)
    assert found[:2] == expected and expected[1], (address, found, expected)
    print(f"{address}: as on a disk")
for address, word in [("s3://nobody/rows.csv", "404"), ("s3://rows/none/*.csv", "no file fits")]:
    code, _, told = checked(address)
    assert code == 2 and word in told, (address, code, told)
    print(f"{address}: told")
server.stop()
