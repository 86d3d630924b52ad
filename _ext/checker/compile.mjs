// Compiles a zip of Python sources with the very Python that will import them, Pyodide's.
// node compile.mjs <folder of pyodide> <zip of sources> <zip of bytecode to write>
import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { join } from "node:path";

const [folder, sources, target] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(join(folder, "pyodide.mjs")));
const python = await loadPyodide({ indexURL: folder + "/" });
python.FS.writeFile("/sources.zip", readFileSync(sources));
python.runPython(`
import importlib._bootstrap_external as boot, marshal, zipfile

with zipfile.ZipFile("/sources.zip") as sources, \\
        zipfile.ZipFile("/bytecode.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=9) as bytecode:
    for name in sorted(sources.namelist()):
        content = sources.read(name)
        if name.endswith(".py"):
            code = compile(content, "/checker/" + name, "exec", dont_inherit=True, optimize=0)
            # By hash and unchecked: there is no source beside it to compare times with.
            content = boot._code_to_hash_pyc(code, b"\\0" * 8, False)
            name += "c"
        # One date for all, so that the same sources give the same bytes.
        entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
        bytecode.writestr(entry, content, zipfile.ZIP_DEFLATED, 9)
`);
writeFileSync(target, python.FS.readFile("/bytecode.zip"));
process.exit(0);
