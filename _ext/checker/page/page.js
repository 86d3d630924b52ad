// What a reader's click or focus brings in; see checker.js, which calls `open`.
const root = new URL("../", import.meta.url);
const fetched = new Map();

// The cells of this page that can run, with what they need from earlier ones.
const cells = (name) => {
  if (!fetched.has(name))
    fetched.set(
      name,
      fetch(new URL(`cells/${name}.json`, root), { cache: "no-cache" }).then((answer) => {
        if (!answer.ok) throw new Error(`${answer.status}`);
        return answer.json();
      }),
    );
  return fetched.get(name);
};

const opened = new Map();

// Makes a part of the page live, once; what comes back can be told to go on.
export const open = (element) => {
  if (element.dataset.checker === "change") return change(element);
  if (!opened.has(element)) {
    const part = element.dataset.checker === "exercise" ? exercise(element) : bring(element);
    opened.set(element, part);
    part.catch(() => opened.delete(element));
  }
  return opened.get(element);
};

const exercise = async (form) => {
  const { cell, cells: name } = form.dataset;
  const [{ field }, { [cell]: offer }] = await Promise.all([import("./field.js"), cells(name)]);
  return field(form, offer);
};

const bring = async (place) => (await import("./workbench.js")).workbench(place);

const benches = new WeakMap();

const change = async (button) => {
  const { cell, cells: name } = button.dataset;
  let panel = benches.get(button);
  if (panel) {
    panel.whole.hidden = !panel.whole.hidden;
  } else {
    benches.set(button, {});
    try {
      const [{ bench }, { [cell]: offer }] = await Promise.all([import("./bench.js"), cells(name)]);
      panel = bench(offer);
    } catch (error) {
      benches.delete(button);
      throw error;
    }
    benches.set(button, panel);
    (button.closest("[data-bench]") ?? button.parentElement).after(panel.whole);
  }
  const shown = !panel.whole?.hidden;
  button.setAttribute("aria-expanded", String(shown));
  if (shown) panel.text?.focus();
};

// The way to the page's worker, for whoever builds on it, the tests among them.
export { ask } from "./engine.js";
