// The frame in which the checker's worker lives. A worker made from a blob keeps the policy of who
// made it, so that Python in there reaches the site's own files and nothing else. Removing the frame
// ends the worker, whatever it is doing.
const source = new URL("worker.js", import.meta.url).href;
// Imported when it runs: to a browser a static import in a worker is another worker, which the policy
// does not allow to come from a file. What fails is thrown where the frame hears it.
const text = `
  const first = new Promise((resolve) => (self.onmessage = resolve));
  import(${JSON.stringify(source)})
    .then(async ({ serve }) => serve((await first).ports[0]))
    .catch((error) => setTimeout(() => { throw error; }));`;
const blob = new Blob([text], { type: "text/javascript" });
const worker = new Worker(URL.createObjectURL(blob), { type: "module" });
worker.addEventListener("error", () => parent.postMessage({ crashed: true }, location.origin));
addEventListener("pagehide", () => worker.terminate());
addEventListener("message", (event) => {
  if (event.origin === location.origin && event.source === parent)
    worker.postMessage(event.data, event.ports);
});
parent.postMessage({ open: true }, location.origin);
