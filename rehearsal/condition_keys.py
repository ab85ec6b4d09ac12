"""Condition keys of IAM, and the check of a role that is passed on, which MiniStack lacks: as AWS documents them.

`docs/adr/0009-emulator-patched-at-start.md` says what that proves. A request that names a service in the header
`x-rehearsal-called-via` counts as one which that service makes in the caller's name.
"""

import contextvars
import json
import re

from ministack.core import iam_actions, iam_evaluator
from ministack.services import apigateway, apigateway_v1, iam, lambda_svc, tagging

CONDITION_WORDS = {"AND", "BETWEEN", "IN", "NOT", "OR"}
IMPORTED_TYPE = re.compile(r"ResourcesToImport\.member\.\d+\.ResourceType")
NEW_BOUNDARY = {"CreateRole", "PutRolePermissionsBoundary"}
OWN_BOUNDARY = {"DeleteRolePolicy", "PutRolePolicy"}
# No key of AWS: tells our `enforce` of a role that the request passes on.
PASSED_ROLE = "rehearsal:passedrole"
NEW_MAPPING = "lambda:CreateEventSourceMapping"
OLD_MAPPING = {f"lambda:{verb}EventSourceMapping" for verb in ("Delete", "Get", "Update")}

called_via = contextvars.ContextVar("called_via", default=None)


def attributes_of_condition(data):
    """Name the top-level attributes that a condition expression looks at."""
    names = data.get("ExpressionAttributeNames", {})
    words = re.findall(r"([:#.]?\w+)\s*(\()?", data.get("ConditionExpression", ""))
    return {
        names.get(word, word)
        for word, is_function in words
        if not is_function and word[0] not in ":.0123456789" and word.upper() not in CONDITION_WORDS
    }


def add_dynamodb_keys():
    """Give puts, deletes and reads of batches the condition keys that they have on AWS."""
    context_of = iam_actions.dynamodb_service_context

    def dynamodb_service_context(body):
        context = context_of(body)
        data = json.loads(body or b"{}")
        # AWS does not say that a scan without the word has the key; without it a condition is harder to meet.
        if "Select" not in data:
            context.pop("dynamodb:Select", None)
        named = {*data.get("Item", {}), *data.get("Key", {}), *attributes_of_condition(data)}
        # A batch names them for each table.
        for one in (data.get("RequestItems") or {}).values():
            if isinstance(one, dict):
                named.update(context_of(json.dumps(one).encode()).get("dynamodb:Attributes", []))
        if named:
            context["dynamodb:Attributes"] = sorted({*named, *context.get("dynamodb:Attributes", [])})
        if "ReturnValues" in data:
            context["dynamodb:ReturnValues"] = data["ReturnValues"]
        return context

    iam_actions.dynamodb_service_context = dynamodb_service_context


def first(params, name):
    """Give the only value of a parameter of a query, or None."""
    value = params.get(name)
    return value[0] if isinstance(value, list) else value


def boundary_of(role_name):
    """Name the permissions boundary of a role."""
    boundary = (iam._roles.get(role_name) or {}).get("PermissionsBoundary")
    return boundary.get("PermissionsBoundaryArn") if isinstance(boundary, dict) else boundary


def keys_of(action, body, params):
    """Give the condition keys of CloudFormation, IAM and Lambda that a request carries."""
    service, call = action.split(":", 1)
    data = json.loads(body) if service == "lambda" and body[:1] == b"{" else {}
    keys = {}
    if service == "iam" and call in NEW_BOUNDARY:
        keys["iam:PermissionsBoundary"] = first(params, "PermissionsBoundary")
    if service == "iam" and call in OWN_BOUNDARY:
        keys["iam:PermissionsBoundary"] = boundary_of(first(params, "RoleName"))
    if service == "cloudformation":
        imported = [first(params, name) for name in params if IMPORTED_TYPE.fullmatch(name)]
        keys["cloudformation:ImportResourceTypes"] = imported or None
        keys[PASSED_ROLE] = first(params, "RoleARN")
    if service == "lambda":
        keys["lambda:Layer"] = data.get("Layers") or None
        if action == NEW_MAPPING:
            name = data.get("FunctionName", "")
            keys["lambda:FunctionArn"] = name if name.startswith("arn:") else lambda_svc._func_arn(name)
        keys[PASSED_ROLE] = data.get("Role")
    return keys


def add_request_keys():
    """Add the keys above to what MiniStack knows of every request, and who makes it in the caller's name."""
    pin, context_of = iam_evaluator.pin_request_caller, iam_actions.request_tag_context

    def pin_request_caller(headers, query_params=None):
        called_via.set(headers.get("x-rehearsal-called-via"))
        pin(headers, query_params)

    def request_tag_context(service, iam_action, body, params):
        via = called_via.get()
        keys = {**context_of(service, iam_action, body, params), **keys_of(iam_action, body, params)}
        keys["aws:ViaAWSService"] = "false" if via is None else "true"
        if via is not None:
            keys["aws:CalledVia"] = [via]
        return keys

    iam_evaluator.pin_request_caller = pin_request_caller
    iam_actions.request_tag_context = request_tag_context


def look_up_mapped_functions():
    """Tell of a call on an event source mapping which function it calls."""
    enforce = iam_evaluator.enforce

    def enforce_mapping(access_key_id, iam_action, service, region, resource_arn="*", service_context=None):
        if iam_action in OLD_MAPPING:
            mapping = lambda_svc._esms.get(resource_arn.rsplit(":", 1)[-1]) or {}
            service_context = {**(service_context or {}), "lambda:FunctionArn": mapping.get("FunctionArn")}
        return enforce(access_key_id, iam_action, service, region, resource_arn, service_context)

    iam_evaluator.enforce = enforce_mapping


def ask_for_passed_roles():
    """Let nobody pass a role on who may not."""
    enforce = iam_evaluator.enforce

    def enforce_passing(access_key_id, iam_action, service, region, resource_arn="*", service_context=None):
        denied = enforce(access_key_id, iam_action, service, region, resource_arn, service_context)
        role = (service_context or {}).get(PASSED_ROLE)
        if denied or role is None:
            return denied
        keys = {"iam:PassedToService": f"{service}.amazonaws.com"}
        return enforce(access_key_id, "iam:PassRole", "iam", region, role, keys)

    iam_evaluator.enforce = enforce_passing


def name_calls_of_lambda():
    """Tell the calls on concurrency and on a mapping apart, and name the one that reads the account's limits."""
    action_of = iam_actions._lambda_action

    def lambda_action(method, path):
        last = path.rstrip("/").rsplit("/", 1)[-1]
        if last == "account-settings":
            return "GetAccountSettings"
        if last == "concurrency":
            words = {"GET": "Get", "DELETE": "Delete"}
            return f"{words.get(method, 'Put')}FunctionConcurrency"
        if "/event-source-mappings/" in path and last != "event-source-mappings":
            words = {"GET": "Get", "DELETE": "Delete"}
            return f"{words.get(method, 'Update')}EventSourceMapping"
        return action_of(method, path)

    iam_actions._lambda_action = lambda_action


def add_tags_of_apis():
    """Let `aws:ResourceTag` see the tags of HTTP APIs, of their stages and of domains."""

    def tags_of_apis():
        for api_id, api in apigateway._apis.items():
            arn = apigateway._api_arn(api_id)
            yield arn, api.get("tags")
            for name, stage in (apigateway._stages.get(api_id) or {}).items():
                yield f"{arn}/stages/{name}", stage.get("tags")
        yield from apigateway_v1._v1_tags.items()

    def collect():
        for arn, tags in tags_of_apis():
            yield arn, [{"Key": key, "Value": value} for key, value in (tags or {}).items()]

    tagging._RESOURCE_TAG_COLLECTORS["apigateway"] = collect


def add_condition_keys():
    """Add all of the above."""
    add_dynamodb_keys()
    add_request_keys()
    look_up_mapped_functions()
    ask_for_passed_roles()
    name_calls_of_lambda()
    add_tags_of_apis()
