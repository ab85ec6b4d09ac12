"""Starts MiniStack with what it lacks for this project; it dies with the process at its standard input.

Its version is fixed in requirements.txt, because some of its modules are changed here:
- CloudFormation learns `AWS::Logs::QueryDefinition`, CloudWatch Logs the three calls behind it;
- requests carry the condition keys of AWS (`condition_keys.py`);
- CloudFormation gives roles their permissions boundary;
- an HTTP API reads the CORS settings that CloudFormation gave it, whose keys begin with capitals;
- its health check names the rehearsal that started it;
- loopback counts as TLS: osls forbids everything else on its bucket;
- DynamoDB fails for the functions as the file `faults.json` says, while it is there.
"""

import json
import os
import pathlib
import shutil
import signal
import sys
import threading
import uuid

from condition_keys import add_condition_keys
from ministack import app
from ministack.core.responses import error_response_json, json_response
from ministack.services import apigateway, cloudwatch_logs, dynamodb, iam
from ministack.services.cloudformation import provisioners

DEFINITIONS: dict[str, dict] = {}


def put_definition(data):
    """Answer PutQueryDefinition, which creates and replaces."""
    key = data.get("queryDefinitionId") or str(uuid.uuid4())
    if not data.get("name") or not 0 < len(data.get("queryString", "")) <= 10_000:
        return error_response_json("InvalidParameterException", "name and queryString are needed")
    for group in data.get("logGroupNames", []):
        if group not in cloudwatch_logs._log_groups:
            return error_response_json("ResourceNotFoundException", f"no log group {group}")
    DEFINITIONS[key] = {**data, "queryDefinitionId": key}
    return json_response({"queryDefinitionId": key})


def describe_definitions(data):
    """Answer DescribeQueryDefinitions."""
    prefix = data.get("queryDefinitionNamePrefix", "")
    return json_response(
        {"queryDefinitions": [one for one in DEFINITIONS.values() if one["name"].startswith(prefix)]}
    )


def delete_definition(data):
    """Answer DeleteQueryDefinition."""
    if DEFINITIONS.pop(data.get("queryDefinitionId"), None) is None:
        return error_response_json("ResourceNotFoundException", "no such query definition")
    return json_response({"success": True})


CALLS = {
    "PutQueryDefinition": put_definition,
    "DescribeQueryDefinitions": describe_definitions,
    "DeleteQueryDefinition": delete_definition,
}


def add_query_definitions():
    """Register the calls and the resource type."""
    handle = cloudwatch_logs.handle_request

    async def handle_request(method, path, headers, body, query_params):
        call = CALLS.get(headers.get("x-amz-target", "").split(".")[-1])
        if call is None:
            return await handle(method, path, headers, body, query_params)
        return call(json.loads(body or b"{}"))

    def write(props, physical_id=None):
        data = {name[0].lower() + name[1:]: value for name, value in props.items()}
        if physical_id is not None:
            data["queryDefinitionId"] = physical_id
        status, _, body = put_definition(data)
        if status != 200:
            raise ValueError(f"AWS::Logs::QueryDefinition: {body!r}")
        key = json.loads(body)["queryDefinitionId"]
        return key, {"QueryDefinitionId": key}

    cloudwatch_logs.handle_request = handle_request
    provisioners._RESOURCE_HANDLERS["AWS::Logs::QueryDefinition"] = {
        "create": lambda logical_id, props, stack_name: write(props),
        "update": lambda physical_id, old, new, stack_name: write(new, physical_id),
        "delete": lambda physical_id, props: delete_definition({"queryDefinitionId": physical_id}),
    }


def set_permissions_boundaries():
    """Let CloudFormation bound the roles that it makes and changes."""
    handlers = provisioners._RESOURCE_HANDLERS["AWS::IAM::Role"]
    create, update = handlers["create"], handlers["update"]

    def bound(role_name, props):
        iam._roles.get(role_name)["PermissionsBoundary"] = props.get("PermissionsBoundary")

    def create_role(logical_id, props, stack_name):
        made = create(logical_id, props, stack_name)
        bound(made[0], props)
        return made

    def update_role(physical_id, old, new, stack_name, **more):
        changed = update(physical_id, old, new, stack_name, **more)
        bound(changed[0] if isinstance(changed, tuple) else physical_id, new)
        return changed

    handlers["create"], handlers["update"] = create_role, update_role


def read_cors_settings():
    """Give preflights and answers the CORS headers of the template."""

    def with_lower_keys(answer):
        return lambda config, origin: answer(
            {key[0].lower() + key[1:]: value for key, value in config.items()}, origin
        )

    apigateway._cors_response_headers = with_lower_keys(apigateway._cors_response_headers)
    apigateway._cors_preflight_response = with_lower_keys(apigateway._cors_preflight_response)


def fail_on_request(faults):
    """Let the operations that the file names fail; the rehearsal's own key passes."""
    handle = dynamodb.handle_request
    answers = {
        "down": ("InternalServerError", "the database is down", 500),
        "throttled": ("ProvisionedThroughputExceededException", "the database is busy", 400),
    }

    async def handle_request(method, path, headers, body, query_params):
        if faults.exists() and "Credential=test/" not in headers.get("authorization", ""):
            fault = json.loads(faults.read_text())
            if headers.get("x-amz-target", "").split(".")[-1] in fault["operations"]:
                return error_response_json(*answers[fault["kind"]])
        return await handle(method, path, headers, body, query_params)

    dynamodb.handle_request = handle_request


def name_itself(identity):
    """Tell in the answer of the health check who started this emulator."""
    answer = app._handle_health_request

    def handle_health_request(path, request_id):
        response = answer(path, request_id)
        if response is not None:
            response[1]["x-rehearsal"] = identity
        return response

    app._handle_health_request = handle_health_request


def count_loopback_as_tls():
    """Let the bucket policy of osls, which refuses plain HTTP, pass."""
    pin = app.pin_request_origin
    app.pin_request_origin = lambda source_ip, secure_transport: pin(source_ip, True)


def die_with_parent(work_dir):
    """Kill the whole process group when standard input ends; `bye` says that the folder is not ours to remove."""
    text = b""
    # Not by sys.stdin, whose lock would keep the interpreter from ending by itself.
    while chunk := os.read(0, 1024):
        text += chunk
    if b"bye" not in text:
        shutil.rmtree(work_dir, ignore_errors=True)
    os.killpg(0, signal.SIGKILL)


add_query_definitions()
add_condition_keys()
set_permissions_boundaries()
read_cors_settings()
fail_on_request(pathlib.Path(sys.argv[-1]) / "faults.json")
name_itself(os.environ["REHEARSAL_ID"])
count_loopback_as_tls()
threading.Thread(target=die_with_parent, args=(sys.argv.pop(),), daemon=True).start()
app.main()
