"""A static server for the built site on the loopback, compressing as static hosts do.

python -m tools.site_server 8000
"""

from __future__ import annotations

import argparse
import gzip
import mimetypes
import sys
from contextlib import contextmanager
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import unquote, urlsplit

COMPRESSED = ("text/", "application/javascript", "application/json", "image/svg+xml")
# Not every machine's table knows these.
TYPES = {".js": "text/javascript", ".woff2": "font/woff2", ".svg": "image/svg+xml"}


@lru_cache(maxsize=2048)
def body_of(path: Path, changed: int) -> tuple[bytes, str, bool]:
    """Return what is sent for a file, its type, and whether it is compressed."""
    kind = TYPES.get(path.suffix) or mimetypes.guess_type(path)[0] or "application/octet-stream"
    content = path.read_bytes()
    if kind.startswith(COMPRESSED):
        return gzip.compress(content, 6), kind, True
    return content, kind, False


class Server(ThreadingHTTPServer):
    """Answers from one folder."""

    daemon_threads = True
    root: Path


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.answer(with_body=True)

    def do_HEAD(self) -> None:
        self.answer(with_body=False)

    def answer(self, with_body: bool) -> None:
        assert isinstance(self.server, Server)
        root = self.server.root
        path = (root / unquote(urlsplit(self.path).path).lstrip("/")).resolve()
        if path.is_dir():
            path = path / "index.html"
        found = path.is_file() and path.is_relative_to(root)
        if not found:
            path = root / "404.html"
        content, kind, compressed = b"", "text/plain", False
        if path.is_file():
            content, kind, compressed = body_of(path, path.stat().st_mtime_ns)
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", kind + ("; charset=utf-8" if "text" in kind else ""))
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", "max-age=600")
        if compressed:
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        if with_body:
            self.wfile.write(content)

    def log_message(self, *arguments: object) -> None:
        """Stay silent."""


def server_of(root: Path, port: int = 0) -> Server:
    """Return a server of a folder, on a free port or on the one that is asked for."""
    server = Server(("127.0.0.1", port), Handler)
    server.root = root.resolve()
    return server


@contextmanager
def serving(root: Path):
    """Serve a folder; yield its address, without a slash at the end."""
    server = server_of(root)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def size_sent(root: Path, path: str) -> tuple[int, int]:
    """Return a file's size, as it is and as it is sent."""
    file = root / unquote(path).lstrip("/")
    return file.stat().st_size, len(body_of(file.resolve(), file.stat().st_mtime_ns)[0])


def main(arguments: list[str] | None = None) -> int:
    """Serve the built site until it is stopped; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.site_server")
    parser.add_argument("port", nargs="?", type=int, default=8000)
    port = parser.parse_args(arguments).port
    root = Path(__file__).resolve().parent.parent / "_build" / "html"
    if not (root / "index.html").exists():
        print("there is no site yet: run make book", file=sys.stderr)
        return 1
    try:
        server = server_of(root, port)
    except OSError as error:
        print(f"port {port}: {error.strerror}; make serve PORT={port + 1}", file=sys.stderr)
        return 1
    print(f"==> http://127.0.0.1:{port} shows the site; Ctrl-C ends it", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
