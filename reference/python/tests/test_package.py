from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from conftest import REPOSITORY, STACK, serverless


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `sls package` makes, offline and without credentials."""
    sls = shutil.which("sls", path=str(REPOSITORY / "node_modules/.bin"))
    assert sls is not None
    folder = tmp_path_factory.mktemp("package")
    path = f"{REPOSITORY / 'node_modules/.bin'}{os.pathsep}{os.environ['PATH']}"
    subprocess.run(
        [sls, "package", "--package", folder], cwd=STACK, env={**os.environ, "PATH": path}, check=True
    )
    return folder


@pytest.mark.parametrize("function", sorted(serverless()["functions"]))
def test_a_handler_needs_nothing_beyond_its_package_and_boto3(
    function: str, package: Path, tmp_path: Path
) -> None:
    definition = serverless()["functions"][function]
    module = str(definition["handler"]).removesuffix(".handler").replace("/", ".")
    with zipfile.ZipFile(package / f"{function}.zip") as archive:
        archive.extractall(tmp_path)
        packed = {Path(name).with_suffix("").as_posix() for name in archive.namelist()}
    script = f"""
import json, sys
sys.path.insert(0, {str(tmp_path)!r})
import {module} as module
assert callable(module.handler)
print(json.dumps([name for name in sys.modules if name.startswith(("sheep_shed", "botocore"))]))
"""
    environment = {
        "SHEEP_SHED_TABLE": "sheep-shed-test",
        "AWS_REGION": "eu-west-3",
        "AWS_DEFAULT_REGION": "eu-west-3",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_ENDPOINT_URL_DYNAMODB": "http://127.0.0.1:1",
    }
    output = subprocess.run(
        [sys.executable, "-c", script],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
        cwd=tmp_path,
    ).stdout
    loaded = set(json.loads(output))
    assert ("botocore" in loaded) is (function != "getCat")
    modules = {name.removesuffix("/__init__").replace("/", ".") for name in packed}
    assert modules == {name for name in loaded if name.startswith("sheep_shed")}


@pytest.mark.parametrize("function", sorted(serverless()["functions"]))
def test_the_roles_hold_no_more_than_the_function_needs(function: str, package: Path) -> None:
    template = json.loads((package / "cloudformation-template-update-stack.json").read_text())
    role = str(serverless()["functions"][function]["role"])
    statements = template["Resources"][role]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]
    allowed = {
        action
        for statement in statements
        for action in ([statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"])
    }
    assert (
        allowed - {"logs:CreateLogStream", "logs:PutLogEvents"}
        == {
            "postSheep": {"dynamodb:PutItem"},
            "getDog": {"dynamodb:Scan"},
            "getCat": set(),
            "deleteWolf": {"dynamodb:Scan", "dynamodb:DeleteItem"},
        }[function]
    )
    assert "IamRoleLambdaExecution" not in template["Resources"]
