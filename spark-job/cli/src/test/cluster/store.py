"""An S3 server on 127.0.0.1 for the checks, and a proxy before it that answers as a store in trouble does.

The server is moto's, which keeps objects in memory. Both are this process' children or threads and end with it.
"""

import collections
import dataclasses
import http.client
import random
import select
import socket
import struct
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import boto3
import botocore.config

START_SECONDS = 180
ANSWER_SECONDS = 60
KEY = "checks"
FAULTS = ("503 Slow Down", "500 Internal Error", "cut before the request", "cut before the reply", "cut in the reply", "slow reply")
ERROR = "<?xml version='1.0'?><Error><Code>{}</Code><Message>injected</Message></Error>"
HOP_HEADERS = ("connection", "transfer-encoding", "keep-alive", "date", "server")


class Store:
    """moto's server with one bucket."""

    def __init__(self, work, bucket):
        self.bucket, self.port = bucket, free_port()
        command = [sys.executable, "-m", "moto.server", "--host", "127.0.0.1", "--port", str(self.port)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=open(work / "store.log", "w"))
        settings = botocore.config.Config(s3={"addressing_style": "path"})
        self.client = boto3.client(
            "s3", endpoint_url=f"http://127.0.0.1:{self.port}", region_name="us-east-1",
            aws_access_key_id=KEY, aws_secret_access_key=KEY, config=settings,
        )
        await_port(self.port, self.process)
        self.client.create_bucket(Bucket=bucket)

    def upload(self, folder, prefix):
        for path in sorted(folder.iterdir()):
            self.client.upload_file(str(path), self.bucket, f"{prefix}/{path.name}")

    def keys(self, prefix):
        """Every object below a prefix: key -> tag."""
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=f"{prefix}/")
        return {found["Key"]: found["ETag"] for page in pages for found in page.get("Contents", [])}

    def uploads(self, prefix):
        """Keys of multipart uploads that nobody finished."""
        found = self.client.list_multipart_uploads(Bucket=self.bucket).get("Uploads", [])
        return [upload["Key"] for upload in found if upload["Key"].startswith(f"{prefix}/")]

    def read(self, key):
        return self.client.get_object(Bucket=self.bucket, Key=key)["Body"].read()

    def close(self):
        self.process.terminate()
        self.process.wait()


@dataclasses.dataclass
class Request:
    """One request of a run as the proxy sees it."""

    number: int
    method: str
    path: str
    headers: http.client.HTTPMessage

    def kind(self):
        """What it does to the table: publish, upload, delete, read …"""
        if self.method == "PUT" and "x-amz-copy-source" in self.headers:
            return "copy"
        if self.method == "POST" and "uploadId=" in self.path:
            return "complete upload"
        if self.method in ("POST", "PUT"):
            return "delete" if "?delete" in self.path else "write"
        return {"DELETE": "delete", "HEAD": "look"}.get(self.method, "read")


class FaultyStore:
    """Passes requests on to a store, and makes some of them go wrong.

    A seed decides which request meets which fault. `watch` is called with every request before it is passed on, and may
    name a fault of its own.
    """

    def __init__(self, store_port):
        self.store_port, self.lock = store_port, threading.Lock()
        self.begin(0, (), 0)
        handler = type("Handler", (Handler,), {"faulty": self})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def begin(self, rate, faults, seed, watch=lambda request: None):
        """From now on a share `rate` of the requests meets one of the faults."""
        self.rate, self.faults, self.watch = rate, faults, watch
        self.random, self.injected, self.requests = random.Random(seed), collections.Counter(), []

    def enter(self, method, path, headers):
        """The fault that a request meets, or None."""
        with self.lock:
            request = Request(len(self.requests), method, path, headers)
            self.requests.append(request)
            drawn, fault = self.random.random(), self.random.choice(self.faults) if self.faults else None
            if drawn < self.rate:
                self.injected[fault] += 1
            else:
                fault = None
        return self.watch(request) or fault

    def close(self):
        self.server.shutdown()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 1 << 16

    def handle_expect_100(self):
        super().handle_expect_100()
        self.wfile.flush()
        return True

    def pass_on(self):
        fault = self.faulty.enter(self.command, self.path, self.headers)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if fault == "cut before the request":
            return self.cut()
        if fault and fault[0] == "5":
            return self.refuse(int(fault[:3]), fault[4:].replace(" ", ""))
        status, headers, content = self.ask(body)
        if fault == "cut before the reply":
            return self.cut()
        self.reply(status, headers, content, fault)

    do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = pass_on

    def ask(self, body):
        connection = http.client.HTTPConnection("127.0.0.1", self.faulty.store_port, timeout=ANSWER_SECONDS)
        try:
            connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
            for name, value in self.headers.items():
                if name.lower() not in ("connection", "expect"):
                    connection.putheader(name, value)
            connection.endheaders(body)
            answer = connection.getresponse()
            return answer.status, answer.getheaders(), answer.read()
        finally:
            connection.close()

    def reply(self, status, headers, content, fault):
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in (*HOP_HEADERS, *(["content-length"] if content else [])):
                self.send_header(name, value)
        if content:
            self.send_header("Content-Length", str(len(content)))
        elif not any(name.lower() == "content-length" for name, _ in headers) and status != 204:
            self.send_header("Content-Length", "0")
        self.end_headers()
        if fault == "cut in the reply":
            self.wfile.write(content[: len(content) // 2])
            return self.cut()
        pieces = 8 if fault == "slow reply" else 1
        size = -(-len(content) // pieces) or 1
        for start in range(0, len(content), size):
            self.wfile.write(content[start : start + size])
            self.wfile.flush()
            time.sleep(0.25 * (pieces > 1))

    def refuse(self, status, code):
        content = b"" if self.command == "HEAD" else ERROR.format(code).encode()
        self.reply(status, [("Content-Type", "application/xml")], content, None)

    def cut(self):
        """A reset, as a peer that died or a gateway that gave up sends it."""
        self.wfile.flush()
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()

    def log_message(self, *_):
        pass


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def await_port(port, process):
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        select.select([], [], [], 0.2)
    sys.exit(f"The S3 server did not start within {START_SECONDS} s: see store.log")
