// An editor with its buttons and its answer: under a derivation of the book, and on the workbench.
import { ask, begin } from "./engine.js";
import { editor } from "./editor.js";
import { bundle, make } from "./shown.js";
import { button, progress, told } from "./waiting.js";

export const bench = ({ code, before = "", asItWas = code, changed }) => {
  let job;
  const status = make("div", { class: "checker-answer", role: "status" });
  const place = make("div", { class: "checker-editor" });
  const say = (...parts) => status.replaceChildren(...parts);

  const run = async () => {
    if (job) return;
    text.mark(0);
    runs.disabled = true;
    stops.disabled = false;
    say(make("p", {}, "Waiting for the checker …"));
    job = ask({ task: "run", code: text.text(), before }, { started: () => say(make("p", {}, "Checking …")) });
    try {
      const { shown, printed, problem } = await job;
      say();
      if (printed) status.append(make("pre", {}, printed));
      status.append(...shown.map(bundle));
      if (problem) {
        const where = problem.line ? `Line ${problem.line}: ` : "";
        status.append(make("p", { class: `checker-problem checker-${problem.kind}` }, where + problem.message));
        if (problem.shown) status.append(bundle(problem.shown));
        text.mark(problem.line ?? 0);
      } else if (!status.hasChildNodes())
        say(make("p", {}, "Done. Nothing is shown: let the last line be what you want to see."));
    } catch (error) {
      say(make("p", { class: "checker-problem" }, told(error)));
    } finally {
      job = undefined;
      runs.disabled = false;
      // A button that vanishes or is switched off under the focus would lose it.
      if (document.activeElement === stops) runs.focus();
      stops.disabled = true;
    }
  };
  const runs = button("Run", run, { class: "checker-button checker-first" });
  const stops = button("Stop", () => job?.stop(), { class: "checker-button", disabled: true });
  const restores = button("As it was", () => (text.write(asItWas), text.focus()), { class: "checker-button" });
  const text = editor(place, code, { run: () => (run(), true), changed });
  begin();
  const parts = [place, make("div", { class: "checker-buttons" }, runs, stops, restores), progress(), status];
  if (before)
    parts.unshift(
      make("details", { class: "checker-before" },
        make("summary", {}, "What it takes from earlier cells"),
        make("pre", {}, before)),
    );
  const whole = make("section", { class: "checker-bench", "aria-label": "The derivation, to be changed" }, ...parts);
  return { whole, text, run, stop: () => job?.stop(), say };
};
