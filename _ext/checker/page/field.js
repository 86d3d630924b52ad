// The answer field of an exercise: what is typed is read at once, and judged when asked.
import { Unavailable, ask, begin, current } from "./engine.js";
import { bundle, formula, make } from "./shown.js";
import { button, progress, told } from "./waiting.js";

const PAUSE = 250; // ms after the last key

export const field = (form, offer) => {
  const input = form.querySelector("input");
  const status = form.querySelector("[role=status]");
  const reading = make("p", { class: "checker-reading", "aria-live": "polite", id: `${input.id}-reading` });
  const stops = button("Stop", () => job?.stop(), { class: "checker-button", hidden: true });
  const checks = form.querySelector("button");
  checks.after(stops);
  status.before(reading, progress());
  input.setAttribute("aria-describedby", [input.getAttribute("aria-describedby"), reading.id].filter(Boolean).join(" "));
  let job, reads, timer;
  const { before, exercise } = offer;
  begin();

  const read = async () => {
    const text = input.value;
    reads?.drop();
    if (!text.trim()) return reading.replaceChildren();
    // While another answer or derivation is checked this waits behind it.
    const mine = (reads = ask({ task: "read", text, before }));
    try {
      const found = await mine;
      if (input.value !== text) return;
      if (found.problem) reading.replaceChildren(found.problem);
      else reading.replaceChildren("read as ", formula(found.latex));
    } catch (error) {
      // Else it was overtaken by the next key.
      if (error instanceof Unavailable) reading.replaceChildren(error.message);
    }
  };
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(read, PAUSE);
    // What the answer says is about another text.
    if (!job) status.replaceChildren();
  });
  if (input.value) read();

  const check = async () => {
    if (job) return;
    const text = input.value;
    clearTimeout(timer);
    status.replaceChildren(make("p", {}, current().phase === "ready" ? "Checking …" : "Waiting for the checker …"));
    stops.hidden = false;
    job = ask(
      { task: "check", text, before, exercise },
      { started: () => status.replaceChildren(make("p", {}, "Checking …")) },
    );
    try {
      const found = await job;
      if (found.problem) {
        reading.replaceChildren();
        status.replaceChildren(make("p", { class: "checker-problem" }, found.problem));
      } else {
        reading.replaceChildren("read as ", formula(found.latex));
        status.replaceChildren(bundle(found.shown));
      }
      // What is kept on the device, and shown when the page opens, is checker.js's.
      if (found.correct) form.dispatchEvent(new CustomEvent("right", { bubbles: true, detail: text }));
    } catch (error) {
      status.replaceChildren(make("p", { class: "checker-problem" }, told(error)));
    } finally {
      job = undefined;
      if (document.activeElement === stops) input.focus();
      stops.hidden = true;
    }
  };
  return { check };
};
