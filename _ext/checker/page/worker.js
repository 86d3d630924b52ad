// Python in a Web Worker: loads, says how far it is, answers one request after the other.

const root = new URL("../", import.meta.url);
let port, session;

async function begin() {
  const contents = await fetch(new URL("contents.json", root), { cache: "no-cache" });
  const { archive, arithmetic, engine, bytes } = await contents.json();
  // Pyodide fetches its parts by itself: they are counted as they come.
  let loaded = 0;
  const plain = self.fetch.bind(self);
  const counted = async (...request) => {
    const answer = await plain(...request);
    if (!answer.ok) throw new Error(`${new URL(answer.url).pathname} was not sent (${answer.status})`);
    const count = new TransformStream({
      transform(chunk, out) {
        loaded += chunk.byteLength;
        port.postMessage({ loaded, bytes });
        out.enqueue(chunk);
      },
    });
    return new Response(answer.body.pipeThrough(count), { headers: answer.headers });
  };
  self.fetch = counted;
  const content = async (name) => new Uint8Array(await (await counted(new URL(name, root))).arrayBuffer());
  const packed = Promise.all([content(archive), arithmetic && content(arithmetic)]);
  const { loadPyodide } = await import(new URL(`${engine}/pyodide.mjs`, root).href);
  const python = await loadPyodide({
    indexURL: new URL(`${engine}/`, root).href,
    // Else mpmath looks for arithmetic that is not there; SymPy finds python-flint if it is.
    env: { MPMATH_NOGMPY: "1", HOME: "/home/pyodide", ...(arithmetic ? {} : { SYMPY_GROUND_TYPES: "python" }) },
  });
  self.fetch = plain;
  const [modules, numbers] = await packed;
  python.FS.writeFile("/checker.zip", modules);
  // Machine code is loaded from files, Python's from the archive as it is.
  if (numbers) python.unpackArchive(numbers, "zip");
  port.postMessage({ starting: true });
  python.runPython(`
import gc, os, sys, zipfile
gc.set_threshold(50_000, 20, 50)
sys.path.insert(0, "/checker.zip")
with zipfile.ZipFile("/checker.zip") as archive:
    if "claims.toml" in archive.namelist():
        archive.extract("claims.toml", os.getcwd())
`);
  session = python.pyimport("session");
  port.postMessage({ ready: true });
}

export const serve = (given) => {
  port = given;
  const started = begin();
  started.catch((error) => port.postMessage({ failed: String(error.message ?? error) }));
  port.onmessage = async ({ data: { id, request } }) => {
    try {
      await started;
    } catch {
      return; // said above
    }
    try {
      port.postMessage({ id, answer: JSON.parse(session.answer(JSON.stringify(request))) });
    } catch (error) {
      // Python's own end (memory, or a fault in it): the page starts another one.
      port.postMessage({ id, crashed: String(error.message ?? error).trim().split("\n").at(-1) });
    }
  };
};
