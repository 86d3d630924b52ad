"""Every notebook in a real JupyterLab: opened, run, its sliders moved, its outputs those stored.

What a cell shows is read from the notebook's model, not from the page. In `make test` this run is
the one that holds the stored outputs to account, to the letter.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import nbformat
import pytest

from tools import build
from tools.execute import BOOK, code_cells, normalise, notebooks

TOKEN = "lab-test"
RUN_SECONDS = 180
DRAW_SECONDS = 60
NAMES = [path.stem for path in notebooks()]

OPEN = """path => window.jupyterapp.commands.execute('docmanager:open', {path})
  .then(widget => widget.context.ready).then(() => true)"""
# Unsaved, without a question; no kernel stays to take memory and a core from the next notebook.
CLOSE = """async () => {
  window.jupyterapp.shell.currentWidget.dispose();
  await window.jupyterapp.serviceManager.sessions.shutdownAll();
}"""
# In the page: whether the kernel is there and idle; a Run All before that is dropped silently.
READY = """async () => {
  const widget = window.jupyterapp.shell.currentWidget;
  if (!widget || !widget.sessionContext) return false;
  const session = widget.sessionContext;
  await session.ready;
  const kernel = session.session && session.session.kernel;
  if (!kernel || kernel.connectionStatus !== 'connected') return false;
  await kernel.info;
  return kernel.status === 'idle';
}"""
CELLS = """() => window.jupyterapp.shell.currentWidget.content.widgets
  .filter(cell => cell.model.type === 'code' && cell.model.sharedModel.getSource().trim())
  .map(cell => ({
    source: cell.model.sharedModel.getSource(),
    count: cell.model.executionCount,
    outputs: cell.model.outputs.toJSON(),
  }))"""
# A page is drawn bit by bit: each of these lists what is still missing, and is empty in the end.
UNRENDERED_PROSE = """() => window.jupyterapp.shell.currentWidget.content.widgets
  .filter(cell => cell.model.type === 'markdown')
  .filter(cell => !(cell.node.querySelector('.myst') || {}).childElementCount)
  .map(cell => cell.model.sharedModel.getSource().split('\\n')[0])"""
UNRENDERED_OUTPUTS = """() => window.jupyterapp.shell.currentWidget.content.widgets
  .filter(cell => cell.model.type === 'code' && !cell.outputHidden)
  .filter(cell => cell.node.querySelectorAll('.jp-OutputArea-output').length
    < cell.model.outputs.length)
  .map(cell => cell.model.sharedModel.getSource())"""
# What a reader would see of MyST that was not read: roles and fences as they are typed.
RAW = r"""() => [...window.jupyterapp.shell.currentWidget.node
    .querySelectorAll('.myst, .jp-RenderedMarkdown, .jp-RenderedHTML')]
  .map(node => node.innerText)
  .filter(text => /\{[a-z:]+\}`|^:{3,}|^`{3,}\{|\$\$|\\begin\{/m.test(text))"""
# A box first holds the places of its sliders and its picture, then these themselves.
UNDRAWN_EXPLORERS = """() => window.jupyterapp.shell.currentWidget.content.widgets
  .filter(cell => cell.model.type === 'code')
  .filter(cell => {
    const views = cell.model.outputs.toJSON()
      .filter(output => 'application/vnd.jupyter.widget-view+json' in (output.data || {}));
    const drawn = [...cell.node.querySelectorAll('.widget-vbox')].filter(box =>
      [...box.children].every(child => child.matches('[class*=widget-]'))
      && box.querySelector('.widget-html-content svg') && box.querySelector('[role=slider]'));
    return drawn.length < views.length;
  })
  .map(cell => cell.model.sharedModel.getSource())"""
STILL = """async () => {
  const notebook = window.jupyterapp.shell.currentWidget.node;
  const pictures = [...notebook.querySelectorAll('.jp-OutputArea-output img')];
  await Promise.all(pictures.map(picture => picture.decode()));
  return pictures.map(picture => picture.naturalWidth);
}"""
UNFOLD = """() => [...window.jupyterapp.shell.currentWidget.node
    .querySelectorAll('.jp-OutputArea-output summary')].map(summary => {
  const before = summary.parentElement.offsetHeight;
  summary.click();
  return summary.parentElement.offsetHeight > before;
})"""
COMMAND = "name => window.jupyterapp.commands.execute(name).then(() => true)"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """A JupyterLab with a home of its own, on a copy of the book: running a notebook saves it."""
    home = tmp_path_factory.mktemp("home")
    root = tmp_path_factory.mktemp("book")
    shutil.copytree(BOOK, root / "book", ignore=shutil.ignore_patterns("_*", ".ipynb_checkpoints"))
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("JUPYTER", "BOOK_"))}
    environment |= {"HOME": str(home), "JUPYTER_CONFIG_DIR": str(home / "config")}
    environment |= {"PYTHONPATH": str(BOOK.parent), "PYTHONHASHSEED": "0"}
    # Steps that the build has checked with these very sources are not checked once more.
    environment |= build.kept()
    # All cells are on the page, those below the fold too.
    settings = home / "config/lab/user-settings/@jupyterlab/notebook-extension"
    settings.mkdir(parents=True)
    (settings / "tracker.jupyterlab-settings").write_text('{"windowingMode": "none"}')
    port = free_port()
    log = home / "server.log"
    command = [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"),
        *("--ip", "127.0.0.1", "--port", str(port), f"--ServerApp.root_dir={root}"),
        f"--IdentityProvider.token={TOKEN}",
        "--LabApp.expose_app_in_browser=True",
        "--LabApp.news_url=",
        "--LabApp.extension_manager=readonly",
    ]
    with log.open("w") as output:
        server = subprocess.Popen(
            command, env=environment, cwd=root, stdout=output, stderr=subprocess.STDOUT
        )
    address = f"http://127.0.0.1:{port}"
    end = time.monotonic() + 180
    while True:
        assert server.poll() is None, log.read_text()
        assert time.monotonic() < end, log.read_text()
        try:
            urllib.request.urlopen(f"{address}/api", timeout=5).close()
            break
        except urllib.error.URLError:
            time.sleep(0.3)
    yield address
    server.terminate()
    server.wait(timeout=30)


@pytest.fixture(scope="module")
def page(lab, browser):
    """One page of JupyterLab for all notebooks: to load it takes longer than to open one."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(f"{lab}/lab?token={TOKEN}&reset", wait_until="load")
    page.wait_for_function("() => window.jupyterapp", timeout=180_000)
    page.evaluate("() => window.jupyterapp.restored.then(() => true)")
    yield page
    context.close()


@pytest.fixture
def opened(page, request):
    """The notebook that the test names, as it is stored, and what the console said meanwhile."""
    said: list[str] = []

    def note(message) -> None:
        if message.type == "error":
            said.append(message.text)

    def note_failure(error) -> None:
        said.append(str(error))

    page.on("console", note)
    page.on("pageerror", note_failure)
    page.evaluate(OPEN, f"book/{request.param}.ipynb")
    wait_until_idle(page, seconds=60)
    yield page, said
    page.remove_listener("console", note)
    page.remove_listener("pageerror", note_failure)
    page.evaluate(CLOSE)


def wait_until_idle(page, *, seconds: float) -> None:
    end = time.monotonic() + seconds
    while not page.evaluate(READY):
        assert time.monotonic() < end, f"no idle kernel within {seconds} s"
        page.wait_for_timeout(250)


def wait_until_nothing(page, missing: str, problem: str, *, seconds: float = DRAW_SECONDS) -> None:
    """Wait until the script lists nothing any more; what it still lists is named."""
    end = time.monotonic() + seconds
    while left := page.evaluate(missing):
        assert time.monotonic() < end, f"{problem} within {seconds} s: {left}"
        page.wait_for_timeout(100)


def run_all(page) -> list[dict]:
    """Clear, run every cell, wait until each has its number; return the cells."""
    page.evaluate(COMMAND, "notebook:clear-all-cell-outputs")
    assert all(not cell["outputs"] for cell in page.evaluate(CELLS))
    page.evaluate(COMMAND, "notebook:run-all-cells")
    wait_until_idle(page, seconds=RUN_SECONDS)
    wait_until_nothing(page, UNDRAWN_EXPLORERS, "explorers without a live picture")
    return page.evaluate(CELLS)


def differences(stored: nbformat.NotebookNode, cells: list[dict]) -> list[str]:
    """Name the cells whose outputs, in the normal form, are not what is stored."""
    ran = nbformat.from_dict(stored)
    for cell, now in zip(code_cells(ran), cells, strict=True):
        cell.outputs = [nbformat.from_dict(output) for output in now["outputs"]]
    before, after = code_cells(normalise(stored)), code_cells(normalise(ran))
    return [
        f"{old.source}\n  gave {new.outputs}\n  and stored is {old.outputs}"
        for old, new in zip(before, after, strict=True)
        if old.outputs != new.outputs
    ]


def shows_an_explorer(cell: dict) -> bool:
    return "explore(" in cell["source"] or ".explorer(" in cell["source"]


def errors(cells: list[dict]) -> list[str]:
    return [
        f"{cell['source']}\n{output['ename']}: {output['evalue']}"
        for cell in cells
        for output in cell["outputs"]
        if output["output_type"] == "error"
    ]


def picture_of(slider) -> str:
    """Return what the slider's explorer shows."""
    return slider.evaluate(
        "handle => handle.closest('.widget-vbox').querySelector('.widget-html-content').innerHTML"
    )


def move_every_slider(page) -> int:
    """Press an arrow key on each live slider; its picture must change. Return how many."""
    sliders = page.locator(".jp-OutputArea-output [role=slider]")
    for number in range(sliders.count()):
        slider = sliders.nth(number)
        slider.scroll_into_view_if_needed()
        before = picture_of(slider)
        slider.focus()
        at_end = slider.get_attribute("aria-valuenow") == slider.get_attribute("aria-valuemax")
        page.keyboard.press("ArrowLeft" if at_end else "ArrowRight")
        deadline = time.monotonic() + 20
        while picture_of(slider) == before:
            assert time.monotonic() < deadline, f"slider {number} moves, its picture does not"
            page.wait_for_timeout(50)
    return sliders.count()


@pytest.mark.parametrize("opened", NAMES, ids=NAMES, indirect=True)
def test_notebook_runs_in_lab_and_its_sliders_move(opened, request):
    page, said = opened
    stored = page.evaluate(CELLS)
    # What is stored reads well before anything is run: pictures and texts, no dead widget.
    assert all(cell["count"] for cell in stored)
    assert page.locator(".jp-MarkdownCell").count() > 0
    wait_until_nothing(page, UNRENDERED_PROSE, "texts that were never rendered")
    wait_until_nothing(page, UNRENDERED_OUTPUTS, "outputs that were never rendered")
    wait_until_nothing(page, RAW, "MyST that stands as it was typed")
    assert "Error displaying widget" not in page.inner_text("body")
    widths = page.evaluate(STILL)
    explorers = sum(map(shows_an_explorer, stored))
    assert len(widths) >= explorers
    assert all(widths)
    # Each step of a derivation unfolds how it was checked, in a notebook that nobody trusted yet.
    checks = page.evaluate(UNFOLD)
    steps = ("Derivation(", "again(")
    derivations = sum(any(name in cell["source"] for name in steps) for cell in stored)
    assert bool(checks) == bool(derivations)
    assert all(checks)

    cells = run_all(page)
    assert errors(cells) == []
    assert [cell["count"] for cell in cells] == list(range(1, len(cells) + 1))
    if sys.platform == "linux":  # elsewhere the last digit of a picture may be another
        name = request.node.callspec.params["opened"]
        assert differences(nbformat.read(BOOK / f"{name}.ipynb", as_version=4), cells) == []

    widgets = [
        output
        for cell in cells
        for output in cell["outputs"]
        if "application/vnd.jupyter.widget-view+json" in output.get("data", {})
    ]
    assert len(widgets) >= explorers
    moved = move_every_slider(page)
    assert moved >= explorers, f"{moved} sliders moved, {explorers} explorers in the notebook"
    # jupyterlab-myst notes each equation that another chapter or an output holds.
    noted = "No target for internal reference"
    assert [line for line in said if not line.startswith(noted)] == []
