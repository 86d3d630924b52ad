// One worker for the page, however many fields and editors are open: a queue of requests, a limit of
// time, and another worker after a stop or a crash.
const room_at = new URL("room.html", import.meta.url).href;
const LIMIT = 120; // seconds for one request
const SILENCE = 150; // seconds without a sign of life while it is fetched

export const UNAVAILABLE =
  "The checker could not be fetched, so nothing can be tried here now; the rest of the page works as ever.";
const NO_WASM =
  "This browser has no WebAssembly, without which the checker cannot run in it; the rest of the page works as ever.";

export class Stopped extends Error {}
export class OutOfTime extends Error {}
export class Unavailable extends Error {}
export class Crashed extends Error {}

const listeners = new Set();
const queue = [];
let room, port, running, watch;
let state = { phase: "asleep" };
let count = 0;

const tell = (now) => {
  state = now;
  for (const listener of listeners) listener(state);
};
export const current = () => state;
export const listen = (listener) => {
  listeners.add(listener);
  listener(state);
  return () => listeners.delete(listener);
};

const quiet = (seconds) => {
  clearTimeout(watch);
  if (seconds) watch = setTimeout(() => unavailable(UNAVAILABLE), seconds * 1000);
};

const close = () => {
  quiet(0);
  port?.close();
  room?.remove(); // and with it the worker, in the middle of whatever it does
  room = port = undefined;
};

const unavailable = (words) => {
  close();
  tell({ phase: "unavailable", words });
  clearTimeout(running?.timer);
  for (const job of [running, ...queue.splice(0)]) job?.reject(new Unavailable(words));
  running = undefined;
};

const heard = ({ data }) => {
  if ("loaded" in data) {
    quiet(SILENCE);
    tell({ phase: "loading", loaded: data.loaded, bytes: data.bytes });
  } else if (data.starting) {
    quiet(2 * SILENCE);
    tell({ phase: "starting" });
  } else if (data.ready) {
    quiet(0);
    tell({ phase: "ready" });
    next();
  } else if (data.failed) {
    unavailable(UNAVAILABLE);
  } else if (running && data.id === running.id) {
    const job = running;
    running = undefined;
    clearTimeout(job.timer);
    if ("crashed" in data) {
      job.reject(new Crashed(data.crashed));
      restart();
    } else {
      job.resolve(data.answer);
      next();
    }
  }
};

// Starts in the background; later calls change nothing.
export const begin = () => {
  if (room) return;
  if (typeof WebAssembly !== "object") return unavailable(NO_WASM);
  tell({ phase: "loading", loaded: 0, bytes: 0 });
  room = document.createElement("iframe");
  room.hidden = true;
  room.title = "Where the checker runs";
  room.src = room_at;
  document.body.append(room);
  quiet(SILENCE);
};

addEventListener("message", ({ source, origin, data }) => {
  if (origin !== location.origin || !room || source !== room.contentWindow) return;
  if (data.open) {
    const channel = new MessageChannel();
    port = channel.port1;
    port.onmessage = heard;
    room.contentWindow.postMessage("begin", location.origin, [channel.port2]);
  } else if (data.crashed) {
    if (!running) return unavailable(UNAVAILABLE);
    const job = running;
    running = undefined;
    clearTimeout(job.timer);
    job.reject(new Crashed("the worker ended"));
    restart();
  }
});

const restart = () => {
  close();
  begin();
};

const next = () => {
  if (running || state.phase !== "ready" || !queue.length) return;
  running = queue.shift();
  running.started?.();
  running.timer = setTimeout(() => end(running, new OutOfTime(String(LIMIT))), running.limit * 1000);
  port.postMessage({ id: running.id, request: running.request });
};

const end = (job, reason) => {
  const waiting = queue.indexOf(job);
  if (waiting >= 0) queue.splice(waiting, 1);
  else if (job === running) {
    clearTimeout(job.timer);
    running = undefined;
    restart();
  } else return;
  job.reject(reason);
};

// Asks Python something. The promise can be stopped, or dropped as long as nobody works on it.
export const ask = (request, { started, limit = LIMIT } = {}) => {
  const job = { id: ++count, request, started, limit };
  const promise = new Promise((resolve, reject) => Object.assign(job, { resolve, reject }));
  promise.stop = () => end(job, new Stopped());
  promise.drop = () => queue.includes(job) && end(job, new Stopped());
  queue.push(job);
  if (state.phase === "unavailable") tell({ phase: "asleep" });
  begin();
  next();
  return promise;
};

export const limit = LIMIT;
