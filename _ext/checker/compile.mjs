// Compiles a zip of Python sources with the very Python that will import them, Pyodide's.
// node compile.mjs <folder of pyodide> <zip of sources> <zip of bytecode to write>
import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { join } from "node:path";

const [folder, sources, target] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(join(folder, "pyodide.mjs")));
// Without the columns of tracebacks: a sixth of the bytecode.
const python = await loadPyodide({ indexURL: folder + "/", args: ["-X", "no_debug_ranges"] });
python.FS.writeFile("/sources.zip", readFileSync(sources));
python.runPython(`
import ast, importlib._bootstrap_external as boot, zipfile

def without_docstrings(source):
    """A third of SymPy: nobody asks for them here. An empty one stays, for code that reads it."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            match node.body:
                case [ast.Expr(ast.Constant(str())) as first, *_]:
                    first.value.value = ""
    return tree

with zipfile.ZipFile("/sources.zip") as sources, \\
        zipfile.ZipFile("/bytecode.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=9) as bytecode:
    for name in sorted(sources.namelist()):
        content = sources.read(name)
        if name.endswith(".py"):
            code = compile(without_docstrings(content), "/checker/" + name, "exec", dont_inherit=True)
            # By hash and unchecked: there is no source beside it to compare with.
            content = boot._code_to_hash_pyc(code, b"\\0" * 8, False)
            name += "c"
        # One date for all: the same sources give the same bytes.
        entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
        bytecode.writestr(entry, content, zipfile.ZIP_DEFLATED, 9)
`);
writeFileSync(target, python.FS.readFile("/bytecode.zip"));
process.exit(0);
