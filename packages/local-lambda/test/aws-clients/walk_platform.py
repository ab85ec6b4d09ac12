"""Walks the platform with boto3 and holds every answer against the service's own model, which comes with botocore.

Arguments: the URL of the host, a zip with a Python function, the same with another answer. Prints one line a problem.
"""

import datetime
import json
import sys

import boto3

URL, FIRST, SECOND = sys.argv[1:]
problems = []
seen = set()


def check(value, shape, path):
    """Compares parsed JSON with a shape of the model."""
    kind = shape.type_name
    if kind == "structure":
        if not isinstance(value, dict):
            return problems.append(f"{path}: is no object")
        names = {member.serialization.get("name", name): member for name, member in shape.members.items()}
        for name in shape.required_members:
            if shape.members[name].serialization.get("name", name) not in value:
                problems.append(f"{path}.{name}: is missing")
        for name, one in value.items():
            if name in names:
                check(one, names[name], f"{path}.{name}")
            else:
                problems.append(f"{path}.{name}: is not in the model")
    elif kind == "list":
        for i, one in enumerate(value):
            check(one, shape.member, f"{path}[{i}]")
    elif kind == "map":
        for name, one in value.items():
            check(one, shape.value, f"{path}.{name}")
    else:
        allowed = {"string": str, "boolean": bool, "integer": int, "long": int, "double": (int, float), "timestamp": (int, float, str)}
        if not isinstance(value, allowed.get(kind, object)):
            problems.append(f"{path}: must be {kind}, is {value!r}")
        if kind == "string" and getattr(shape, "enum", None) and value not in shape.enum:
            problems.append(f"{path}: {value!r} is none of {shape.enum}")


def on_answer(http_response, parsed, model, **_):
    seen.add(model.name)
    output = model.output_shape
    if http_response.status_code >= 400 or output is None or output.serialization.get("payload"):
        return
    if http_response.content:
        check(json.loads(http_response.content), output, model.name)
    status = model.http.get("responseCode", 200)
    says_itself = any(one.serialization.get("location") == "statusCode" for one in output.members.values())
    if not says_itself and http_response.status_code != status:
        problems.append(f"{model.name}: status {http_response.status_code}, the model says {status}")


def client(service):
    made = boto3.client(
        service,
        endpoint_url=URL,
        region_name="eu-west-3",
        aws_access_key_id="a",
        aws_secret_access_key="b",
    )
    made.meta.events.register(f"after-call.{service}", on_answer)
    return made


def expect(condition, what):
    if not condition:
        problems.append(what)


def fails(name, call, **arguments):
    try:
        call(**arguments)
        problems.append(f"{name} was expected of {arguments}")
    except aws.exceptions.ClientError as error:
        expect(error.response["Error"]["Code"] == name, f"{name} was expected, not {error}")


aws = client("lambda")
gateway = client("apigatewayv2")
name = {"FunctionName": "walk"}
first, second = (open(path, "rb").read() for path in (FIRST, SECOND))


def invoke(**more):
    return json.load(aws.invoke(**name, **more)["Payload"])


created = aws.create_function(
    **name,
    Runtime="python3.13",
    Role="arn:aws:iam::000000000000:role/any",
    Handler="main.handler",
    Code={"ZipFile": first},
    Tags={"team": "sheep"},
    LoggingConfig={"LogFormat": "JSON"},
    Layers=["arn:aws:lambda:eu-west-3:000000000000:layer:none:1"],
)
aws.get_waiter("function_active_v2").wait(**name)
expect(invoke() == "first", "the first code answers")
fails("ResourceConflictException", aws.create_function, **name, Runtime="python3.13", Role=created["Role"], Handler="m.h", Code={"ZipFile": first})
fails("InvalidParameterValueException", aws.update_function_configuration, **name, Environment={"Variables": {"AWS_REGION": "x"}})
fails("PreconditionFailedException", aws.update_function_code, **name, ZipFile=second, RevisionId="old")
aws.publish_version(**name)
aws.update_function_code(**name, ZipFile=second, Publish=True)
aws.get_waiter("function_updated_v2").wait(**name)
expect(invoke() == "second", "the second code answers")
expect(invoke(Qualifier="1") == "first", "version 1 is what it was")
aws.update_function_configuration(**name, Timeout=9, Description="described", Environment={"Variables": {"A": "1"}})
aws.create_alias(**name, Name="live", FunctionVersion="1")
aws.update_alias(**name, Name="live", FunctionVersion="2", RoutingConfig={"AdditionalVersionWeights": {"1": 0.5}})
answers = {invoke(Qualifier="live") for _ in range(40)}
expect(answers == {"first", "second"}, f"half of the calls go to each version: {answers}")
aws.get_alias(**name, Name="live")
aws.list_aliases(**name)
fails("ResourceNotFoundException", aws.get_alias, **name, Name="none")
aws.put_function_concurrency(**name, ReservedConcurrentExecutions=5)
aws.get_function_concurrency(**name)
expect(aws.get_account_settings()["AccountUsage"]["FunctionCount"] == 1, "one function")
aws.delete_function_concurrency(**name)
aws.put_function_event_invoke_config(
    **name,
    MaximumRetryAttempts=0,
    DestinationConfig={"OnFailure": {"Destination": created["FunctionArn"]}},
)
aws.update_function_event_invoke_config(**name, MaximumEventAgeInSeconds=60)
config = aws.get_function_event_invoke_config(**name)
expect(config["MaximumRetryAttempts"] == 0, "an update keeps what it does not name")
expect(isinstance(config["LastModified"], datetime.datetime), "the time is one")
aws.list_function_event_invoke_configs(**name)
aws.create_function_url_config(**name, AuthType="NONE", Cors={"AllowOrigins": ["*"], "MaxAge": 5})
aws.update_function_url_config(**name, InvokeMode="RESPONSE_STREAM")
aws.get_function_url_config(**name)
aws.list_function_url_configs(**name)
permission = {"StatementId": "url", "Action": "lambda:InvokeFunctionUrl", "Principal": "*", "FunctionUrlAuthType": "NONE"}
expect(json.loads(aws.add_permission(**name, **permission)["Statement"])["Principal"] == "*", "the statement is as given")
aws.add_permission(**name, Qualifier="live", **{**permission, "Principal": "000000000000"})
revision = aws.get_policy(**name)["RevisionId"]
fails("PreconditionFailedException", aws.remove_permission, **name, StatementId="url", RevisionId="old")
aws.remove_permission(**name, StatementId="url", RevisionId=revision)
fails("ResourceNotFoundException", aws.get_policy, **name)
queue = "arn:aws:sqs:eu-west-3:000000000000:orders"
mapping = aws.create_event_source_mapping(**name, EventSourceArn=queue, BatchSize=3, ScalingConfig={"MaximumConcurrency": 2})
uuid = {"UUID": mapping["UUID"]}
fails("ResourceConflictException", aws.create_event_source_mapping, **name, EventSourceArn=queue)
aws.update_event_source_mapping(**uuid, Enabled=False, FilterCriteria={"Filters": [{"Pattern": '{"body":{"a":[1]}}'}]})
expect(aws.get_event_source_mapping(**uuid)["State"] == "Disabled", "the mapping is disabled")
expect(aws.list_event_source_mappings(**name)["EventSourceMappings"][0]["BatchSize"] == 3, "the mapping is listed")
aws.delete_event_source_mapping(**uuid)
whole = aws.get_function(**name)
expect(whole["Tags"] == {"team": "sheep"} and whole["Configuration"]["Timeout"] == 9, "the whole function")
aws.get_function_configuration(**name, Qualifier="live")
versions = aws.get_paginator("list_versions_by_function").paginate(**name, PaginationConfig={"PageSize": 1})
expect([v["Version"] for page in versions for v in page["Versions"]] == ["$LATEST", "1", "2"], "versions in pages")
aws.list_functions(FunctionVersion="ALL")
resource = {"Resource": created["FunctionArn"]}
aws.tag_resource(**resource, Tags={"a": "1", "b": "2"})
aws.untag_resource(**resource, TagKeys=["team", "a"])
expect(aws.list_tags(**resource)["Tags"] == {"b": "2"}, "tags come and go")

api = gateway.create_api(Name="shop", ProtocolType="HTTP", Target=created["FunctionArn"], RouteKey="GET /walk")
of_api = {"ApiId": api["ApiId"]}
gateway.get_api(**of_api)
gateway.get_apis()
integration = gateway.create_integration(**of_api, IntegrationType="AWS_PROXY", IntegrationUri=created["FunctionArn"], PayloadFormatVersion="2.0")
gateway.get_integrations(**of_api)
route = gateway.create_route(**of_api, RouteKey="ANY /more/{proxy+}", Target="integrations/" + integration["IntegrationId"])
expect(len(gateway.get_routes(**of_api)["Items"]) == 2, "two routes")
gateway.create_stage(**of_api, StageName="dev", StageVariables={"a": "b"})
gateway.get_stages(**of_api)
gateway.get_stage(**of_api, StageName="dev")
gateway.get_stage(**of_api, StageName="$default")
gateway.update_stage(**of_api, StageName="dev", Description="described")
gateway.delete_stage(**of_api, StageName="dev")
fails("NotFoundException", gateway.get_stage, **of_api, StageName="dev")
gateway.update_api(**of_api, Name="store", CorsConfiguration={"AllowOrigins": ["*"]})
gateway.delete_cors_configuration(**of_api)
one_integration = {**of_api, "IntegrationId": integration["IntegrationId"]}
gateway.update_integration(**one_integration, TimeoutInMillis=1_000)
expect(gateway.get_integration(**one_integration)["TimeoutInMillis"] == 1_000, "the integration is changed")
gateway.update_route(**of_api, RouteId=route["RouteId"], RouteKey="GET /less")
expect(gateway.get_route(**of_api, RouteId=route["RouteId"])["RouteKey"] == "GET /less", "the route is changed")
gateway.delete_route(**of_api, RouteId=route["RouteId"])
gateway.delete_integration(**of_api, IntegrationId=integration["IntegrationId"])
gateway.delete_api(**of_api)

aws.delete_function_url_config(**name)
aws.delete_function_event_invoke_config(**name)
aws.delete_alias(**name, Name="live")
aws.delete_function(**name, Qualifier="1")
aws.delete_function(**name)
fails("ResourceNotFoundException", aws.get_function, **name)
print("\n".join(problems), end="")
print(len(seen), "operations", file=sys.stderr)
