"""What the page's checker is made of, put together while building and kept between builds.

SymPy and mpmath are the installed ones, so their versions are those of requirements.txt; of helpers
come the modules that the symbolic half imports. All of it is compiled by the very Python that will
import it, Pyodide's, and packed into one archive that Python reads without unpacking.
"""

from __future__ import annotations

import ast
import hashlib
import json
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

HERE = Path(__file__).parent

# The doors that a reader's code and the exercises go through.
DOORS = ("derivation", "refutation", "exercises", "notation", "reading", "search")
# Of the libraries, what no step of the checker comes near (tests/test_page_cells.py).
LEFT_OUT = re.compile(
    r"(^|/)(tests|benchmarks)/"
    # `simplify` looks for units in what it is given, `Matrix` for the Dirac matrices.
    r"|^sympy/physics/(?!units/|matrices|__init__)"
    r"|^sympy/(crypto|categories|diffgeom|liealgebras|stats|sandbox|vector|holonomic)/"
    r"|^sympy/parsing/(latex|c|fortran|autolev)/"
)
LIBRARIES = ("sympy", "mpmath")


def own_modules(root: Path) -> dict[str, Path]:
    """Return the modules of helpers that the doors lead to, each with its file."""
    found: dict[str, Path] = {}

    def follow(module: str) -> None:
        path = root.joinpath(*module.split("."))
        path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
        if module in found or not path.is_file():
            return
        found[module] = path
        package = module.rpartition(".")[0]
        if package:
            follow(package)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("helpers"):
                follow(node.module)
                for alias in node.names:
                    follow(f"{node.module}.{alias.name}")
            elif isinstance(node, ast.Import):
                for alias in node.names:
                    if alias.name.startswith("helpers"):
                        follow(alias.name)

    for door in DOORS:
        follow(f"helpers.{door}")
    return found


def own_sources(root: Path) -> dict[str, bytes]:
    """Return what the book itself puts into the archive, by its name there."""
    sources = {
        path.relative_to(root).as_posix(): path.read_bytes() for path in own_modules(root).values()
    }
    sources["session.py"] = (HERE / "session.py").read_bytes()
    if (root / "book" / "claims.toml").exists():
        sources["claims.toml"] = (root / "book" / "claims.toml").read_bytes()
    return sources


def library_sources() -> dict[str, bytes]:
    """Return the modules of the installed libraries that the checker may import."""
    sources = {}
    for name in LIBRARIES:
        for file in distribution(name).files or ():
            path = file.as_posix()
            if path.startswith(f"{name}/") and path.endswith(".py") and not LEFT_OUT.search(path):
                sources[path] = Path(file.locate()).read_bytes()
    return sources


# ---------------------------------------------------------------------- making


def digest(*parts: bytes) -> str:
    """Return a short name for some content."""
    state = hashlib.sha256()
    for part in parts:
        state.update(len(part).to_bytes(8, "big") + part)
    return state.hexdigest()[:12]


def digest_of(sources: Mapping[str, bytes]) -> str:
    return digest(*(part for name in sorted(sources) for part in (name.encode(), sources[name])))


def zipped(sources: Mapping[str, bytes], path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name in sorted(sources):
            archive.writestr(name, sources[name])


class Workshop:
    """Makes what is missing in a folder that outlives builds; node and npm's packages are given."""

    def __init__(self, root: Path, node: Path, packages: Path) -> None:
        self.root, self.node, self.packages = root, node, packages
        self.kept = root / "_assets" / "checker"
        self.made = False  # was anything missing?

    @property
    def pyodide(self) -> Path:
        return self.packages / "pyodide"

    def run(self, *command: str | Path) -> None:
        done = subprocess.run(
            [self.node, *command], cwd=self.root, capture_output=True, check=False, encoding="utf-8"
        )
        if done.returncode:
            told = (done.stderr or done.stdout).strip()
            raise RuntimeError(f"{Path(command[0]).name} ended with {done.returncode}:\n{told}")

    def keep(self, name: str, make) -> Path:
        """Return a kept file or folder, made first if it is not there; older ones of it go."""
        path = self.kept / name
        if not path.exists():
            self.made = True
            self.kept.mkdir(parents=True, exist_ok=True)
            unfinished = path.with_name(f"unfinished-{path.name}")
            shutil.rmtree(unfinished, ignore_errors=True)
            make(unfinished)
            unfinished.replace(path)
            for old in self.kept.glob(f"{name.partition('-')[0]}-*"):
                if old != path:
                    shutil.rmtree(old) if old.is_dir() else old.unlink()
        return path

    def compiled(self, kind: str, sources: Mapping[str, bytes]) -> Path:
        """Return the archive of these modules as bytecode of Pyodide's Python."""
        version = json.loads((self.pyodide / "package.json").read_text(encoding="utf-8"))["version"]
        recipe = (HERE / "compile.mjs").read_bytes()
        name = f"{kind}-{digest(version.encode(), recipe, digest_of(sources).encode())}.zip"

        def make(target: Path) -> None:
            raw = self.kept / f"{kind}.sources.zip"
            zipped(sources, raw)
            self.run(HERE / "compile.mjs", self.pyodide, raw, target)
            raw.unlink()

        return self.keep(name, make)

    @property
    def platform(self) -> dict[str, str]:
        lock = json.loads((self.pyodide / "pyodide-lock.json").read_text(encoding="utf-8"))
        return lock["info"]

    def arithmetic(self) -> Path | None:
        """Return python-flint for Pyodide, the installed version's; None if none is installed.

        Apart from the archive: its modules are machine code, which Python loads from files.
        """
        try:
            version = distribution("python-flint").version
        except PackageNotFoundError:
            return None
        info = self.platform

        def make(target: Path) -> None:
            folder = self.kept / "wheels"
            shutil.rmtree(folder, ignore_errors=True)
            command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
            command += ["--disable-pip-version-check", "--only-binary=:all:", "--implementation=cp"]
            command += [f"--platform=pyemscripten_{info['abi_version']}_{info['arch']}"]
            command += [f"--python-version={''.join(info['python'].split('.')[:2])}"]
            command += [f"--dest={folder}", f"python-flint=={version}"]
            done = subprocess.run(command, capture_output=True, check=False, encoding="utf-8")
            if done.returncode:
                raise RuntimeError(f"python-flint for the browser: {done.stderr.strip()}")
            (wheel,) = folder.glob("*.whl")
            with (
                zipfile.ZipFile(wheel) as whole,
                zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as kept,
            ):
                for name in whole.namelist():
                    if not name.startswith("flint/test/") and not name.endswith((".pxd", ".pyi")):
                        kept.writestr(zipfile.ZipInfo(name), whole.read(name), zipfile.ZIP_DEFLATED)
            shutil.rmtree(folder)

        return self.keep(f"flint-{version}.zip", make)

    def archive(self) -> Path:
        """Return the one archive: the libraries' and the book's own modules."""
        parts = [
            self.compiled("libraries", library_sources()),
            self.compiled("own", own_sources(self.root)),
        ]

        def make(target: Path) -> None:
            with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as whole:
                for part in parts:
                    with zipfile.ZipFile(part) as archive:
                        for entry in archive.infolist():
                            whole.writestr(entry, archive.read(entry), zipfile.ZIP_DEFLATED, 9)

        return self.keep(f"checker-{digest(*(part.read_bytes() for part in parts))}.zip", make)

    def scripts(self) -> Path:
        """Return the folder of the page's scripts: the editor and the formulas in files apart."""
        entry = HERE / "page"
        lock = (self.root / "_ext" / "assets" / "package-lock.json").read_bytes()
        name = f"scripts-{digest(lock, *(p.read_bytes() for p in sorted(entry.iterdir())))}"

        def make(target: Path) -> None:
            # Beside npm's packages, where the imports of third parties are looked for.
            work = self.packages.parent / "page"
            shutil.rmtree(work, ignore_errors=True)
            shutil.copytree(entry, work)
            self.run(
                self.packages / "esbuild-wasm" / "bin" / "esbuild",
                *(str(work / f"{part}.js") for part in ("page", "room", "worker")),
                "--bundle",
                "--minify",
                "--splitting",
                "--format=esm",
                "--target=es2022",
                "--chunk-names=part-[hash]",
                "--legal-comments=none",
                "--log-level=warning",
                f"--outdir={target}",
            )
            shutil.copy(entry / "room.html", target)

        return self.keep(name, make)

    def lock_file(self) -> str:
        """Return Pyodide's own list of packages without the packages: nothing else is loaded."""
        return json.dumps({"info": self.platform, "packages": {}})

    def write(self, target: Path) -> dict[str, object]:
        """Fill the folder that the site serves; return what its scripts must know of it."""
        archive, scripts = self.archive(), self.scripts()
        target.mkdir(parents=True, exist_ok=True)
        shutil.copy(archive, target / archive.name)
        shutil.copytree(scripts, target / scripts.name)
        version = json.loads((self.pyodide / "package.json").read_text(encoding="utf-8"))["version"]
        engine = target / f"pyodide-{version}"
        engine.mkdir()
        for name in ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip"):
            shutil.copy(self.pyodide / name, engine / name)
        (engine / "pyodide-lock.json").write_text(self.lock_file(), encoding="utf-8")
        katex = self.packages / "katex" / "dist"
        css = (katex / "katex.min.css").read_text(encoding="utf-8")
        # Every browser that runs WebAssembly reads woff2.
        css = re.sub(r",url\([^)]*\.(?:woff|ttf)\) format\(\"[^\"]*\"\)", "", css)
        (target / "katex.css").write_text(css, encoding="utf-8")
        (target / "fonts").mkdir()
        for font in (katex / "fonts").glob("*.woff2"):
            shutil.copy(font, target / "fonts" / font.name)
        loaded = [
            archive.name,
            *(f"{engine.name}/{path.name}" for path in sorted(engine.iterdir())),
        ]
        arithmetic = self.arithmetic()
        if arithmetic is not None:
            shutil.copy(arithmetic, target / arithmetic.name)
            loaded.append(arithmetic.name)
        contents = {
            "archive": archive.name,
            "arithmetic": arithmetic.name if arithmetic else None,
            "engine": engine.name,
            "bytes": sum((target / name).stat().st_size for name in loaded),
        }
        (target / "contents.json").write_text(json.dumps(contents), encoding="utf-8")
        return contents
