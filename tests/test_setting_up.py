"""Setting up as people have it: one line that says what to do, in place of a traceback."""

from __future__ import annotations

import hashlib
import importlib
import shutil
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from filelock import FileLock
from sphinx.errors import ExtensionError

from tools import build, environment, execute, lock, site_server

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def ahead(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "_ext")
    return importlib.import_module("execute_ahead")


# Two builds in one clone


def test_a_second_build_says_that_it_waits_and_goes_on_afterwards(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(build, "KEPT", tmp_path)
    taken = threading.Event()

    def other() -> None:
        with FileLock(tmp_path / ".lock"):
            taken.set()
            time.sleep(0.5)

    thread = threading.Thread(target=other)
    thread.start()
    assert taken.wait(10)
    with build.alone():
        thread.join(0.2)
        assert not thread.is_alive()
    assert "another build of this clone runs: waiting" in capsys.readouterr().out


def test_the_first_build_says_nothing_of_it(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(build, "KEPT", tmp_path)
    with build.alone():
        pass
    with build.alone():  # and lets go of it
        pass
    assert capsys.readouterr().out == ""


# What a build prints


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("\x1b[01mreading sources... \x1b[39;49;00m[ 9%] \x1b[35mbook/api\x1b[39;49;00m\n", None),
        (f"\x1b[01mmyst-nb v1.4.0:\x1b[39;49;00m NbParserConfig({'x' * 3000})\n", None),
        ("\x1b[92m=====\x1b[0m\n", None),
        ("\n", None),
        (
            "\x1b[31m/x/proof.ipynb:3: WARNING: no target\x1b[39m\n",
            "/x/proof.ipynb:3: WARNING: no target",
        ),
        ("    proof.ipynb cell 1/9     0.10 s\n", "    proof.ipynb cell 1/9     0.10 s"),
        ("build succeeded.\n", "build succeeded."),
    ],
)
def test_no_colours_and_no_configuration_in_a_pipe(line, shown):
    assert build.plain(line) == shown


def test_a_build_keeps_its_caches_out_of_home(monkeypatch):
    for name in ("MPLCONFIGDIR", "NPM_CONFIG_CACHE"):
        monkeypatch.delenv(name, raising=False)
    folders = build.kept()
    assert set(folders) == {"MPLCONFIGDIR", "NPM_CONFIG_CACHE", "BOOK_VERDICTS", "BOOK_PATIENCE"}
    del folders["BOOK_PATIENCE"]
    assert all(Path(folder).is_relative_to(ROOT / "_build") for folder in folders.values())


# Pins


def test_these_pins_are_compiled_from_this_project():
    assert lock.stale_here() == []


def test_a_dependency_without_its_pin_stops_the_build(monkeypatch, capsys):
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    pins = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    more = project.replace('    "numpy>=', '    "unheard-of>=1",\n    "numpy>=', 1)
    assert lock.stale(more, pins) == ["unheard-of>=1 (not pinned)"]
    assert lock.stale(project, pins.replace("\nsympy==1.14", "\nsympy==1.13")) != []
    monkeypatch.setattr(lock, "stale_here", lambda: lock.stale(more, pins))
    monkeypatch.setattr(build, "build", lambda *_: pytest.fail("it must not be built"))
    assert build.main() == 1
    said = capsys.readouterr().err
    assert "unheard-of>=1 (not pinned)" in said
    assert "run `make lock`" in said


# The environment


def test_packages_are_counted(tmp_path):
    folder = tmp_path / "lib" / "python3.11" / "site-packages"
    for name in ("a-1.dist-info", "b-2.dist-info", "b"):
        (folder / name).mkdir(parents=True)
    assert environment.installed(tmp_path) == 2
    assert environment.pins() > 150


def test_the_counting_goes_on(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(environment, "EVERY", 0.01)
    over = threading.Event()
    threading.Timer(0.2, over.set).start()
    environment.count(tmp_path, 150, over)
    assert "downloading" in capsys.readouterr().out


def test_another_python_is_told_which_are_needed(monkeypatch, capsys):
    monkeypatch.setattr(environment, "SUPPORTED", ((3, 99), (4, 0)))
    assert environment.main() == 1
    assert "Python 3.11, 3.12 or 3.13 is needed" in capsys.readouterr().err


# Serving


def test_a_taken_port_is_named_with_another(site, capsys):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert site_server.main([str(port)]) == 1
    assert f"make serve PORT={port + 1}" in capsys.readouterr().err


# Broken files


@pytest.mark.parametrize("text", ["", "{", '{"cells": 3}', "not json at all"])
def test_a_broken_notebook_is_one_line_with_its_name(tmp_path, monkeypatch, capsys, text):
    path = tmp_path / "proof.ipynb"
    path.write_text(text, encoding="utf-8")
    monkeypatch.setattr(execute, "BOOK", tmp_path)
    assert execute.main(["--check"]) == 1
    said = capsys.readouterr().err.strip()
    assert str(path) in said
    assert "git checkout" in said
    assert "\n" not in said


def cached(ahead, tmp_path):
    """A cache that holds one run of a notebook, sealed; the notebook's file."""
    path = tmp_path / "book" / "a.ipynb"
    path.parent.mkdir()
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1 + 1", id="one")])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(notebook, path)
    cache = ahead.get_cache(tmp_path / "cache")
    bundle = ahead.CacheBundleIn(notebook, str(path), data={"execution_seconds": 0.1})
    cache.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)
    key = cache.match_cache_notebook(notebook).hashkey
    seal, digest = ahead.seal_of(cache, key)
    seal.parent.mkdir()
    seal.write_text(digest, encoding="utf-8")
    app = SimpleNamespace(
        project=SimpleNamespace(discover=lambda _: ["book/a"]),
        config=SimpleNamespace(
            exclude_patterns=[],
            nb_execution_mode="cache",
            nb_execution_cache_path=tmp_path / "cache",
        ),
        env=SimpleNamespace(doc2path=lambda _: str(path)),
    )
    return cache, key, app, path


def test_a_kept_run_is_taken_as_long_as_nobody_changed_it(ahead, tmp_path, capsys):
    cache, key, app, path = cached(ahead, tmp_path)
    assert ahead.stale_notebooks(app, cache) == []
    kept = Path(cache.path) / "executed" / key / "base.ipynb"
    assert hashlib.sha256(kept.read_bytes()).hexdigest() == ahead.seal_of(cache, key)[1]
    kept.write_text(kept.read_text(encoding="utf-8").replace("1 + 1", "1 + 2"), encoding="utf-8")
    assert ahead.stale_notebooks(app, cache) == [path]
    assert "a.ipynb: its kept run was changed since; it runs again" in capsys.readouterr().out


def test_a_broken_cache_is_named_with_what_to_do(ahead, tmp_path):
    _, _, app, _ = cached(ahead, tmp_path)
    for database in (tmp_path / "cache").glob("*.db"):
        database.write_bytes(b"no database" * 200)
    with pytest.raises(ExtensionError, match=r"is broken .*: delete it, build again"):
        ahead.execute_ahead(app)


def test_a_broken_notebook_is_named_by_the_build(ahead, tmp_path):
    _, _, app, path = cached(ahead, tmp_path)
    path.write_text("{", encoding="utf-8")
    with pytest.raises(ExtensionError, match=r"a\.ipynb: not a notebook that can be read"):
        ahead.execute_ahead(app)


# Make


@pytest.mark.skipif(shutil.which("make") is None, reason="there is no make here")
def test_root_is_told_what_jupyterlab_needs(tmp_path):
    if (
        sys.platform == "win32"
        or subprocess.run(["id", "-u"], capture_output=True, text=True, check=True).stdout.strip()
        != "0"
    ):
        pytest.skip("only root is told")
    done = subprocess.run(
        ["make", "-o", ".venv/.ready", "lab"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode
    assert "make lab LAB=--allow-root" in done.stderr
