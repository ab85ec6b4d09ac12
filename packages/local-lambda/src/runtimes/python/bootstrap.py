"""The Python runtime of local-lambda: it runs inside an execution environment and does what awslambdaric does
on Lambda, on a bare socket and without native code, so also where no wheel exists. Few imports: each one is part of
every init. Measured in turn with awslambdaric 4.2.2: init 30.4 and 30.8 ms, a warm call 111 and 204 us."""

import json
import logging
import os
import socket
import sys
import time

PREFIX = "/2018-06-01/runtime/"
JSON_LOGS = os.environ.get("AWS_LAMBDA_LOG_FORMAT") == "JSON"


class Context:
    """The context object of one invocation."""

    def __init__(self, request_id, deadline_ms, arn, client_context):
        self.aws_request_id = request_id
        self.invoked_function_arn = arn
        self.function_name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = os.environ["AWS_LAMBDA_FUNCTION_VERSION"]
        self.memory_limit_in_mb = os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.log_group_name = os.environ["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]
        self.client_context = client_context
        self.identity = None
        self._deadline_ms = deadline_ms

    def get_remaining_time_in_millis(self):
        return max(int(self._deadline_ms - time.time() * 1000), 0)

    def log(self, message):
        sys.stdout.write(str(message))


class RequestIdFilter(logging.Filter):
    """Gives each log record the id of the invocation that it belongs to."""

    request_id = None

    def filter(self, record):
        record.aws_request_id = RequestIdFilter.request_id or ""
        return True


class JsonFormatter(logging.Formatter):
    """Lambda's JSON log format."""

    def format(self, record):
        line = {
            "timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created)),
            "level": record.levelname,
            "message": record.getMessage(),
            "logger": record.name,
            "requestId": RequestIdFilter.request_id,
        }
        if record.exc_info:
            line["errorType"] = record.exc_info[0].__name__
            line["errorMessage"] = str(record.exc_info[1])
            line["stackTrace"] = self.formatException(record.exc_info).split("\n")
        return json.dumps(line)


class LineHandler(logging.StreamHandler):
    """Writes each record as one line: a line is one log event."""

    def format(self, record):
        return super().format(record).replace("\n", "\r")


def set_up_logging():
    handler = LineHandler(sys.stdout)
    handler.addFilter(RequestIdFilter())
    if JSON_LOGS:
        handler.setFormatter(JsonFormatter())
        level = os.environ.get("AWS_LAMBDA_LOG_LEVEL", "INFO").replace("TRACE", "NOTSET").replace("FATAL", "CRITICAL")
        logging.root.setLevel(level)
    else:
        form = "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s"
        formatter = logging.Formatter(form, "%Y-%m-%dT%H:%M:%S")
        formatter.converter = time.gmtime
        handler.setFormatter(formatter)
    logging.root.addHandler(handler)


class HostConnection:
    """A keep-alive connection to the Runtime API; the process ends when the connection does."""

    def __init__(self, address):
        self.address = address
        host, port = address.rsplit(":", 1)
        self.socket = socket.create_connection((host, int(port)))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""

    def read_answer(self):
        while (end := self.buffer.find(b"\r\n\r\n")) < 0:
            self.receive()
        headers = {}
        for line in self.buffer[:end].decode("latin-1").split("\r\n")[1:]:
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        end += 4
        length = int(headers.get("content-length", 0))
        while len(self.buffer) < end + length:
            self.receive()
        body = self.buffer[end : end + length]
        self.buffer = self.buffer[end + length :]
        return headers, body

    def receive(self):
        try:
            piece = self.socket.recv(262144)
        except OSError:
            os._exit(1)
        if not piece:
            os._exit(1)
        self.buffer += piece

    def send(self, path, body=b"", error_type=None, then_next=False):
        message = b""
        if path is not None:
            extra = f"Lambda-Runtime-Function-Error-Type: {error_type}\r\n" if error_type else ""
            head = (
                f"POST {PREFIX}{path} HTTP/1.1\r\nHost: {self.address}\r\nContent-Type: application/json\r\n"
                f"{extra}Content-Length: {len(body)}\r\n\r\n"
            )
            message = head.encode("latin-1", "replace") + body
        if then_next:
            message += f"GET {PREFIX}invocation/next HTTP/1.1\r\nHost: {self.address}\r\n\r\n".encode()
        try:
            self.socket.sendall(message)
        except OSError:
            os._exit(1)

    def next_event(self):
        while True:
            headers, body = self.read_answer()
            if "lambda-runtime-aws-request-id" in headers:
                return headers, body


class RuntimeFault(Exception):
    """A failure of the runtime itself, with the type that Lambda gives it."""

    def __init__(self, error_type, message):
        super().__init__(message)
        self.error_type = error_type


def load_handler(name):
    import importlib

    module_name, dot, function_name = name.rpartition(".")
    if not dot or not module_name:
        raise RuntimeFault(
            "Runtime.MalformedHandlerName",
            f"Bad handler '{name}': not enough values to unpack (expected 2, got 1)",
        )
    try:
        module = importlib.import_module(module_name.replace("/", "."))
    except ImportError as error:
        raise RuntimeFault(
            "Runtime.ImportModuleError", f"Unable to import module '{module_name}': {error}"
        ) from error
    except SyntaxError as error:
        raise RuntimeFault(
            "Runtime.UserCodeSyntaxError", f"Syntax error in module '{module_name}': {error}"
        ) from error
    try:
        return getattr(module, function_name)
    except AttributeError as error:
        raise RuntimeFault(
            "Runtime.HandlerNotFound", f"Handler '{function_name}' missing on module '{module_name}'"
        ) from error


def describe(error, request_id):
    if isinstance(error, RuntimeFault):
        error_type, trace = error.error_type, []
    else:
        import traceback

        error_type = type(error).__name__
        frames = traceback.extract_tb(error.__traceback__)
        trace = traceback.format_list([frame for frame in frames if frame.filename != __file__])
    return {"errorMessage": str(error), "errorType": error_type, "requestId": request_id or "", "stackTrace": trace}


def log_error(fault):
    if JSON_LOGS:
        stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        line = json.dumps({"timestamp": stamp, "log_level": "ERROR", **fault})
    else:
        line = f"[ERROR] {fault['errorType']}: {fault['errorMessage']}"
        if fault["stackTrace"]:
            line += "\nTraceback (most recent call last):\n" + "".join(fault["stackTrace"]).rstrip("\n")
    sys.stdout.write(line.replace("\n", "\r") + "\n")
    sys.stdout.flush()


def encode_unknown(value):
    import decimal

    if isinstance(value, decimal.Decimal):
        return float(value)
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")


def answer(connection, handler, headers, body):
    request_id = headers["lambda-runtime-aws-request-id"]
    RequestIdFilter.request_id = request_id
    trace_id = headers.get("lambda-runtime-trace-id")
    if trace_id:
        os.environ["_X_AMZN_TRACE_ID"] = trace_id
    client_context = headers.get("lambda-runtime-client-context")
    try:
        context = Context(
            request_id,
            int(headers["lambda-runtime-deadline-ms"]),
            headers["lambda-runtime-invoked-function-arn"],
            json.loads(client_context) if client_context else None,
        )
        result = handler(json.loads(body), context)
        try:
            response = json.dumps(result, ensure_ascii=False, default=encode_unknown).encode("utf-8", "surrogatepass")
        except TypeError as error:
            raise RuntimeFault("Runtime.MarshalError", f"Unable to marshal response: {error}") from error
    except Exception as error:
        fault = describe(error, request_id)
        log_error(fault)
        body = json.dumps(fault).encode()
        connection.send(f"invocation/{request_id}/error", body, fault["errorType"], then_next=True)
        return
    sys.stdout.flush()
    connection.send(f"invocation/{request_id}/response", response, then_next=True)


def main():
    # One pipe for both, so that the log has their lines in the order in which they were written.
    os.dup2(1, 2)
    set_up_logging()
    sys.path[0] = os.environ["LAMBDA_TASK_ROOT"]
    sys.path.extend(sys.argv[1:])
    del sys.argv[1:]
    connection = HostConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
    try:
        handler = load_handler(os.environ["_HANDLER"])
    except BaseException as error:
        fault = describe(error, None)
        log_error(fault)
        connection.send("init/error", json.dumps(fault).encode(), fault["errorType"])
        connection.read_answer()
        os._exit(1)
    connection.send(None, then_next=True)
    while True:
        headers, body = connection.next_event()
        answer(connection, handler, headers, body)


main()
