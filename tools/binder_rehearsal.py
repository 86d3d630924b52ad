"""Rehearse the Binder build without a container engine.

    python -m tools.binder_rehearsal                  the rehearsal, then its negative control
    python -m tools.binder_rehearsal --without sympy  a dependency is missing: it must fail

Repo2docker writes the Dockerfile that Binder would build from `git archive HEAD`. Its own pip
lines run in a fresh environment of the Python minor it names, on top of the Jupyter packages of
its base image; then `pip check`, the image's start command, GET /lab, and every notebook executed
and compared with its stored outputs.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

import psutil
import repo2docker

ROOT = Path(__file__).resolve().parent.parent
MEMORY_LIMIT = 512  # MB; Binder gives 1 to 2 GB
START_SECONDS = 60
# Of the base image's Conda packages, those that pip can bring and that meet ours.
BASE = ("ipykernel", "ipywidgets", "jupyter_server", "jupyterhub", "jupyterlab", "notebook")
CONTROL = "mpmath"


class RehearsalError(Exception):
    """The image would not build, start or run the book."""


def archive(into: Path) -> Path:
    """Unpack what HEAD holds, as Binder would clone it."""
    packed, source = into / "head.tar", into / "src"
    subprocess.run(["git", "archive", "-o", str(packed), "HEAD"], cwd=ROOT, check=True)
    with tarfile.open(packed) as tar:
        tar.extractall(source, filter="data")
    return source


def dockerfile(source: Path) -> str:
    """Return the Dockerfile that repo2docker would build."""
    program = shutil.which("jupyter-repo2docker", path=Path(sys.executable).parent)
    if program is None:
        raise RehearsalError("jupyter-repo2docker is missing: pip install -r requirements.txt")
    options = ["--no-build", "--debug", "--user-id", "1000", "--user-name", "jovyan", "."]
    done = subprocess.run(
        [program, *options], cwd=source, capture_output=True, text=True, check=False
    )
    text = done.stdout + done.stderr
    if done.returncode or "\nFROM " not in text:
        raise RehearsalError(f"repo2docker wrote no Dockerfile:\n{text}")
    return text[text.index("\nFROM ") :]


def parse(text: str) -> tuple[str, list[str], list[str]]:
    """Return the Python minor, the shell lines that follow the copy, and the start command."""
    minor = re.search(r"environment-2epy-2d(\d)-2e(\d+)-", text)
    command = re.search(r"^CMD (\[.*\])", text, re.MULTILINE)
    assembled = text.partition("COPY --chown=1000:1000 src/ ")[2]
    lines = re.findall(r"^RUN ((?:.*\\\n)*.*)", assembled, re.MULTILINE)
    if not (minor and command and lines):
        raise RehearsalError(f"the Dockerfile has another form than this script reads:\n{text}")
    return f"{minor[1]}.{minor[2]}", lines, json.loads(command[1])


def interpreter(minor: str, *, or_this: bool = False) -> Path:
    """Find a Python of that minor: on the path, or among pyenv's; else, if asked, this one."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"), "versions")
    candidates = [shutil.which(f"python{minor}"), *sorted(pyenv.glob(f"{minor}.*/bin/python"))]
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    for candidate in candidates:
        if candidate is None:
            continue
        found = subprocess.run(
            [str(candidate), "-c", code], capture_output=True, text=True, check=False
        )
        if found.stdout.strip() == minor:
            return Path(candidate)
    if or_this:
        here = ".".join(map(str, sys.version_info[:2]))
        print(f"==> Binder's Python {minor} was not found: rehearsed with {here}", flush=True)
        return Path(sys.executable)
    raise RehearsalError(f"Binder's Python {minor} was not found; --any-python takes this one")


def base_packages(minor: str) -> list[str]:
    """Return the base image's Jupyter packages, with the versions that repo2docker locks."""
    folder = Path(repo2docker.__file__).parent / "buildpacks" / "conda"
    lock = (folder / f"environment.py-{minor}-linux-64.lock").read_text(encoding="utf-8")
    found = dict(re.findall(r"/([a-z_]+)-(\d[\w.]*)-[^/]+\.conda", lock))
    return [f"{name}=={found[name]}" for name in BASE if name in found]


def call(command: list[str], where: Path, environment: dict[str, str], *, what: str) -> str:
    """Run a command; on failure raise with what it printed."""
    done = subprocess.run(
        command, cwd=where, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RehearsalError(f"{what} failed:\n{(done.stdout + done.stderr)[-6000:]}")
    return done.stdout


def size(folder: Path) -> float:
    """Return the megabytes of a folder's files."""
    return sum(f.lstat().st_size for f in folder.rglob("*") if f.is_file()) / 1e6


class MemoryWatch(threading.Thread):
    """Peak resident megabytes of a server and of the kernel that runs beside it."""

    def __init__(self, server: int, runner: int) -> None:
        super().__init__(daemon=True)
        self.server, self.runner, self.peak, self.stop = server, runner, 0.0, threading.Event()

    def run(self) -> None:
        while not self.stop.wait(0.1):
            try:
                mine = [psutil.Process(self.server)]
                mine += mine[0].children(recursive=True)
                # The runner stands for the browser; what Binder pays for is its kernel.
                mine += [
                    child
                    for child in psutil.Process(self.runner).children(recursive=True)
                    if "ipykernel_launcher" in " ".join(child.cmdline())
                ]
                total = sum(process.memory_info().rss for process in mine) / 1e6
            except psutil.NoSuchProcess:
                continue  # one ended between the listing and the reading; the next reading counts
            self.peak = max(self.peak, total)


def serve(
    command: list[str], where: Path, environment: dict[str, str]
) -> tuple[subprocess.Popen, str]:
    """Start the image's command and return it with its address once GET /lab answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    # What Binder adds: the port and the token.
    extra = ["--no-browser", "--port", str(port), "--allow-root"]
    extra += ["--IdentityProvider.token=rehearsal"]
    log = Path(environment["HOME"], "server.log")
    with log.open("w", encoding="utf-8") as output:
        server = subprocess.Popen(
            [str(Path(environment["VIRTUAL_ENV"], "bin", command[0])), *command[1:], *extra],
            cwd=where,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    address = f"http://127.0.0.1:{port}"
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and server.poll() is None:
        try:
            get(f"{address}/lab")
        except urllib.error.URLError:
            time.sleep(0.5)
        else:
            return server, address
    server.terminate()
    said = log.read_text(encoding="utf-8")[-4000:]
    raise RehearsalError(f"GET /lab did not answer within {START_SECONDS} s of {command}:\n{said}")


def get(url: str) -> str:
    """Return the text of a page that needs the rehearsal's token."""
    request = urllib.request.Request(url, headers={"Authorization": "token rehearsal"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return answer.read().decode("utf-8")


def check_and_execute(
    source: Path, venv: Path, environment: dict[str, str], server: int | None
) -> float:
    """Run pip check and every notebook, stored outputs compared; return the peak memory."""
    python = str(venv / "bin" / "python")
    call([python, "-m", "pip", "check"], source, environment, what="pip check")
    with tempfile.TemporaryFile("w+") as log:
        runner = subprocess.Popen(
            [python, "-m", "tools.execute", "--check", "--jobs", "1"],
            cwd=source,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        watch = MemoryWatch(server or runner.pid, runner.pid)
        watch.start()
        status = runner.wait()
        watch.stop.set()
        watch.join()
        log.seek(0)
        text = log.read()
    if status:
        raise RehearsalError(f"the notebooks do not run as stored:\n{text[-6000:]}")
    return watch.peak


def rehearse(*, without: str | None, any_python: bool, control: bool) -> None:
    """Run the rehearsal; raise RehearsalError at the first thing that Binder would trip over."""
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        source = archive(work)
        if without:
            for name in ("binder/requirements.txt", "pyproject.toml"):
                path = source / name
                kept = [
                    line
                    for line in path.read_text(encoding="utf-8").splitlines(keepends=True)
                    if not re.match(rf'\s*"?{re.escape(without)}[=><]', line)
                ]
                path.write_text("".join(kept), encoding="utf-8")
        minor, lines, command = parse(dockerfile(source))
        print(f"==> Dockerfile for Python {minor}, start command {' '.join(command)}", flush=True)
        python = interpreter(minor, or_this=any_python)
        venv, home = work / "venv", work / "home"
        home.mkdir()
        subprocess.run([str(python), "-m", "venv", str(venv)], check=True)
        environment = {
            k: v for k, v in os.environ.items() if not k.startswith(("JUPYTER", "PYTHON"))
        }
        environment |= {
            "VIRTUAL_ENV": str(venv),
            "KERNEL_PYTHON_PREFIX": str(venv),
            "REPO_DIR": str(source),
            "HOME": str(home),
            "PATH": f"{venv / 'bin'}{os.pathsep}{os.environ['PATH']}",
        }
        pip = [str(venv / "bin" / "python"), "-m", "pip", "--quiet", "install"]
        base = base_packages(minor)
        call([*pip, *base], source, environment, what="the base image's packages")
        before = size(venv)
        print(f"==> base image: {' '.join(base)}", flush=True)
        begun = time.perf_counter()
        for line in lines:
            print(f"==> {line}", flush=True)
            call(["bash", "-c", line], source, environment, what=line)
        seconds = time.perf_counter() - begun
        after = size(venv)
        server, address = serve(command, source, environment)
        try:
            print("==> GET /lab answers; the index opens; executing every notebook", flush=True)
            json.loads(get(f"{address}/api/contents/book/index.ipynb?content=0"))
            extensions = get(f"{address}/lab")
            if "jupyterlab-myst" not in extensions:
                raise RehearsalError("JupyterLab does not load jupyterlab-myst")
            peak = check_and_execute(source, venv, environment, server.pid)
        finally:
            server.terminate()
            server.wait(timeout=20)
        print(
            f"install {seconds:.0f} s, environment {after:.0f} MB "
            f"({after - before:.0f} MB beyond the base), peak memory {peak:.0f} MB"
        )
        if peak > MEMORY_LIMIT:
            raise RehearsalError(f"peak memory {peak:.0f} MB is over {MEMORY_LIMIT} MB")
        if control:
            call([*pip[:-1], "uninstall", "-y", CONTROL], source, environment, what="uninstall")
            try:
                check_and_execute(source, venv, environment, None)
            except RehearsalError:
                print(f"==> negative control: without {CONTROL} the rehearsal fails, as it must")
            else:
                raise RehearsalError(f"without {CONTROL} the rehearsal still passes")


def main() -> int:
    """Run the command line; return the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--without", metavar="NAME", help="leave out a dependency: must fail")
    parser.add_argument(
        "--any-python", action="store_true", help="this one where Binder's is missing"
    )
    options = parser.parse_args()
    try:
        rehearse(
            without=options.without,
            any_python=options.any_python,
            control=not options.without,
        )
    except RehearsalError as error:
        print(f"Binder would fail: {error}", file=sys.stderr)
        return 1
    print("==> the Binder build was rehearsed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
