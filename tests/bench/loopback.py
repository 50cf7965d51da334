"""A DynamoDB that does nothing: answers each operation with what it was told to, over plain HTTP on loopback.

It is a process of its own, so that its CPU is not the client's. `python -m tests.bench.loopback` reads the answers
from its input (JSON, operation -> answer), prints its port, and serves until its input ends.
"""

import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final
from zlib import crc32

BUFFER_BYTES: Final = 65536
END_OF_HEAD: Final = b"\r\n\r\n"
STOP_SECONDS_MAX: Final = 10


@contextmanager
def answering(answers: Mapping[str, Any]) -> Iterator[str]:
    """Its address, while it serves."""
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.loopback"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        if server.stdin is None or server.stdout is None:
            raise OSError("the server has no pipes")
        server.stdin.write(json.dumps(answers) + "\n")
        server.stdin.flush()
        yield f"http://127.0.0.1:{int(server.stdout.readline())}"
    finally:
        server.kill()
        server.wait(STOP_SECONDS_MAX)


def main() -> None:
    answers = {name: _response(answer) for name, answer in json.loads(sys.stdin.readline()).items()}
    listening = socket.create_server(("127.0.0.1", 0))
    sys.stdout.write(f"{listening.getsockname()[1]}\n")
    sys.stdout.flush()
    threading.Thread(target=_serve, args=(listening, answers), daemon=True).start()
    sys.stdin.read()


def _response(answer: object) -> bytes:
    body = json.dumps(answer).encode()
    head = (
        "HTTP/1.1 200 OK",
        "Server: Server",
        "Date: Mon, 02 Mar 2026 12:00:00 GMT",
        "Content-Type: application/x-amz-json-1.0",
        f"Content-Length: {len(body)}",
        "Connection: keep-alive",
        "x-amzn-RequestId: 0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789ABCDEF",
        f"x-amz-crc32: {crc32(body)}",
    )
    return "\r\n".join(head).encode() + END_OF_HEAD + body


def _serve(listening: socket.socket, answers: Mapping[str, bytes]) -> None:
    while True:
        connection, _ = listening.accept()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=_answer, args=(connection, answers), daemon=True).start()


def _answer(connection: socket.socket, answers: Mapping[str, bytes]) -> None:
    while request := _request(connection):
        connection.sendall(answers[request])


def _request(connection: socket.socket) -> str:
    """The operation that one whole request names; none when the client has gone."""
    received = b""
    while END_OF_HEAD not in received:
        part = connection.recv(BUFFER_BYTES)
        if not part:
            return ""
        received += part
    head, _, body = received.partition(END_OF_HEAD)
    headers = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
    while len(body) < int(headers[b"content-length"]):
        body += connection.recv(BUFFER_BYTES)
    operation = headers[b"x-amz-target"].partition(b".")[2].decode()
    return next(name for name in OPERATIONS if name.lower() == operation)


OPERATIONS: Final = ("TransactWriteItems", "GetItem", "Query")

if __name__ == "__main__":
    main()
