"""Runs a Lambda function as a process of this machine, with AWS's own runtime interface client (RIC).

LocalStack's own executor needs Docker. This one serves the Lambda Runtime API on a loopback port and starts

    java -cp <unzipped code>:<its lib/*>:<RIC> com.amazonaws.services.lambda.runtime.api.client.AWSLambda <handler>

which is what Lambda's java25 runtime does with the same jar.

Environment, set by whoever starts LocalStack:

    TRUEPIPE_JAVA            the java to start
    TRUEPIPE_RIC_CLASSPATH   jars of the RIC
    TRUEPIPE_RIC_JNI         its native library, unpacked: it would unpack it to one place for all processes, and they would collide
    TRUEPIPE_FUNCTION_ENV    a JSON file of variables that functions get beside their own, read whenever a process starts; a value that
                             begins with "+" is appended to the function's own, if it has one. A process whose variables would differ
                             by now is started anew before its next event
"""

import json
import logging
import os
import subprocess
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Queue

from localstack.services.lambda_.invocation.lambda_models import FunctionVersion, InvocationResult
from localstack.services.lambda_.invocation.plugins import RuntimeExecutorPlugin
from localstack.services.lambda_.invocation.runtime_executor import LambdaRuntimeException, RuntimeExecutor

LOG = logging.getLogger(__name__)

API = "/2018-06-01/runtime"
START_SECONDS = 60
STOP_SECONDS = 5


class ProcessExecutorPlugin(RuntimeExecutorPlugin):
    name = "process"

    def load(self, *args, **kwargs):
        return ProcessExecutor


class Invocation:
    """An event on its way through the function."""

    def __init__(self, payload: dict[str, str]):
        self.id = payload["invoke-id"]
        self.function = payload["invoked-function-arn"]
        self.trace = payload["trace-id"]
        self.event = payload["payload"].encode()
        self.answered = threading.Event()
        self.answer = b""
        self.failed = False

    def end(self, answer: bytes, failed: bool):
        self.answer, self.failed = answer, failed
        self.answered.set()


class RuntimeApi(ThreadingHTTPServer):
    """The Lambda Runtime API for one process, one event at a time."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Requests)
        self.events: Queue[Invocation | None] = Queue()
        self.current: Invocation | None = None
        self.asked = threading.Event()
        self.init_error: bytes | None = None


class Requests(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: RuntimeApi

    def do_GET(self):
        if self.path != f"{API}/invocation/next":
            self.send_error(404)
            return
        self.server.asked.set()
        invocation = self.server.events.get()
        if invocation is None:
            self.close_connection = True
            return
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(invocation.event)))
        self.send_header("Lambda-Runtime-Aws-Request-Id", invocation.id)
        self.send_header("Lambda-Runtime-Invoked-Function-Arn", invocation.function)
        self.send_header("Lambda-Runtime-Trace-Id", invocation.trace)
        self.send_header("Lambda-Runtime-Deadline-Ms", str(invocation.deadline))
        self.end_headers()
        self.wfile.write(invocation.event)

    def do_POST(self):
        body = self.body()
        if self.path == f"{API}/init/error":
            self.server.init_error = body
            self.server.asked.set()
        else:
            current = self.server.current
            if current is not None and self.path == f"{API}/invocation/{current.id}/response":
                current.end(body, False)
            elif current is not None and self.path == f"{API}/invocation/{current.id}/error":
                current.end(body, True)
            else:
                self.send_error(404)
                return
        self.send_response(202)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def body(self) -> bytes:
        """The RIC sends in chunks."""
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", "0")))
        parts = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass
        return b"".join(parts)

    def log_message(self, format, *args):
        LOG.debug(format, *args)


class ProcessExecutor(RuntimeExecutor):
    def __init__(self, id: str, function_version: FunctionVersion):
        super().__init__(id, function_version)
        self.api: RuntimeApi | None = None
        self.process: subprocess.Popen | None = None
        self.variables: dict[str, str] = {}
        self.added: dict[str, str] = {}
        self.log = tempfile.TemporaryFile()

    @classmethod
    def prepare_version(cls, function_version: FunctionVersion) -> None:
        function_version.config.code.prepare_for_execution()

    @classmethod
    def cleanup_version(cls, function_version: FunctionVersion) -> None:
        function_version.config.code.destroy_cached()

    def start(self, env_vars: dict[str, str]) -> None:
        self.variables = {name: str(value) for name, value in env_vars.items()}
        self.begin()

    def begin(self) -> None:
        code = Path(self.function_version.config.code.get_unzipped_code_location())
        self.added = added()
        environment = {name: os.environ[name] for name in ("PATH", "LANG", "HOME", "TMPDIR") if name in os.environ}
        environment |= self.variables
        for name, value in self.added.items():
            if not value.startswith("+"):
                environment[name] = value
            elif name in self.variables:
                environment[name] += value[1:]
        self.api = RuntimeApi()
        threading.Thread(target=self.api.serve_forever, name=f"runtime-api-{self.id}", daemon=True).start()
        environment |= {
            "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{self.api.server_port}",
            "LAMBDA_TASK_ROOT": str(code),
        }
        handler = self.function_version.config.handler
        self.process = subprocess.Popen(
            [
                os.environ["TRUEPIPE_JAVA"],
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx512m",
                "--enable-native-access=ALL-UNNAMED",
                f"-Dcom.amazonaws.services.lambda.runtime.api.client.runtimeapi.NativeClient.JNI={os.environ['TRUEPIPE_RIC_JNI']}",
                "-cp",
                os.pathsep.join([str(code), f"{code}/lib/*", os.environ["TRUEPIPE_RIC_CLASSPATH"]]),
                "com.amazonaws.services.lambda.runtime.api.client.AWSLambda",
                handler,
            ],
            env=environment,
            cwd=code,
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=subprocess.STDOUT,
        )
        threading.Thread(target=self.await_end, args=(self.process, self.api), name=f"function-{self.id}", daemon=True).start()
        if not self.api.asked.wait(START_SECONDS) or self.api.init_error or self.process.poll() is not None:
            why = (self.api.init_error or b"").decode(errors="replace") or "it did not ask for an event"
            self.end()
            raise LambdaRuntimeException(f"{handler} did not start: {why}\n{self.get_logs()}")

    @staticmethod
    def await_end(process: subprocess.Popen, api: RuntimeApi) -> None:
        """A process that ends takes its event along."""
        code = process.wait()
        api.asked.set()
        if api.current is not None:
            api.current.end(error("Runtime.ExitError", f"the function's process ended with exit code {code}"), True)

    def invoke(self, payload: dict[str, str]) -> InvocationResult:
        if self.process is None or self.process.poll() is not None or self.added != added():
            self.end()
            self.begin()
        api = self.api
        begin = self.log.seek(0, os.SEEK_END)
        seconds = self.function_version.config.timeout
        invocation = Invocation(payload)
        invocation.deadline = int((time.time() + seconds) * 1000)
        api.current = invocation
        api.events.put(invocation)
        if not invocation.answered.wait(seconds):
            self.end()
            invocation.end(error("Sandbox.Timedout", f"Task timed out after {seconds:.2f} seconds"), True)
        api.current = None
        return InvocationResult(invocation.id, invocation.answer, invocation.failed, self.logs(begin))

    def stop(self) -> None:
        self.end()
        self.log.close()

    def end(self) -> None:
        process, api = self.process, self.api
        self.process = self.api = None
        if process is not None and process.poll() is None:
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if api is not None:
            api.events.put(None)
            api.shutdown()
            api.server_close()

    def get_address(self) -> str:
        return "127.0.0.1"

    def get_endpoint_from_executor(self) -> str:
        return "127.0.0.1"

    def get_runtime_endpoint(self) -> str:
        return f"http://127.0.0.1:{self.api.server_port}" if self.api else ""

    def get_logs(self) -> str:
        return self.logs(0)

    def logs(self, begin: int) -> str:
        if self.log.closed:
            return ""
        return os.pread(self.log.fileno(), 1 << 20, begin).decode(errors="replace")


def added() -> dict[str, str]:
    """Variables that functions get beside their own."""
    file = os.environ.get("TRUEPIPE_FUNCTION_ENV")
    return json.loads(Path(file).read_text()) if file else {}


def error(kind: str, message: str) -> bytes:
    return json.dumps({"errorType": kind, "errorMessage": message}).encode()
