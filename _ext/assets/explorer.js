// Moves the figures of helpers/explorer.py between the frames drawn when the page was built.
(() => {
  "use strict";
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const paper = matchMedia("print");

  class Explorer {
    constructor(root) {
      this.root = root;
      this.inputs = [...root.querySelectorAll("input")];
      this.start = this.inputs.map((input) => +input.defaultValue);
      this.now = [];
      this.recall();
      // The page came with its sliders at the start; a browser may bring back where they stood.
      if (this.positions().some((at, k) => at !== this.start[k])) this.show(this.positions());
      root.setAttribute("data-ready", "");
    }

    // The frames are read when the figure is first moved: most readers do not move them all.
    load() {
      const svg = this.root.querySelector("svg");
      this.data = JSON.parse(this.root.querySelector("script").textContent);
      this.nodes = [svg, ...svg.querySelectorAll("*")];
    }

    // Where the sliders stand is kept in the address, behind the page's anchor if it has one: a
    // figure can be shared as it was left, and a reload leaves it so.
    recall() {
      const name = this.inputs[0].id;
      const kept = new URLSearchParams(location.hash.split("~")[1] ?? "").get(name);
      if (!kept) return;
      kept.split(".").forEach((at, k) => {
        const input = this.inputs[k];
        if (input && /^\d+$/.test(at) && +at <= +input.max) input.value = at;
      });
    }

    keep() {
      const [anchor, kept = ""] = location.hash.split("~");
      const all = new URLSearchParams(kept);
      const now = this.positions();
      const name = this.inputs[0].id;
      if (now.every((at, k) => at === this.start[k])) all.delete(name);
      else all.set(name, now.join("."));
      const url = new URL(location);
      url.hash = anchor + (all.size ? `~${all}` : "");
      history.replaceState(history.state, "", url);
    }

    positions() {
      return this.inputs.map((input) => +input.value);
    }

    show(positions) {
      if (!this.data) this.load();
      const { values, patterns, tracks, said } = this.data;
      const frame = positions.reduce((sum, at, k) => sum * values[k].length + at, 0);
      tracks.forEach(([node, name, pattern, list], t) => {
        const at = patterns[pattern][frame];
        if (this.now[t] === at) return;
        this.now[t] = at;
        if (list[at] === null) this.nodes[node].removeAttribute(name);
        else this.nodes[node].setAttribute(name, list[at]);
      });
      this.inputs.forEach((input, k) => {
        const text = values[k][positions[k]];
        input.setAttribute("aria-valuetext", said.length ? `${text}. ${said[frame]}` : text);
        input.parentNode.querySelector("output").textContent = text;
      });
    }

    play(button) {
      const input = button.parentNode.querySelector("input");
      if (this.playing) return this.stop();
      if (calm.matches) return;
      if (input.value === input.max) {
        input.value = 0;
        this.show(this.positions());
      }
      button.setAttribute("aria-pressed", "true");
      this.playing = button;
      let last = 0;
      const step = (time) => {
        if (this.playing !== button) return;
        if (time - last >= 100) {
          last = time;
          input.stepUp();
          this.show(this.positions());
          if (input.value === input.max) return this.stop();
        }
        requestAnimationFrame(step);
      };
      requestAnimationFrame(step);
    }

    stop() {
      if (this.playing) this.playing.setAttribute("aria-pressed", "false");
      this.playing = null;
    }
  }

  const explorers = new Map();
  const of = (target) => explorers.get(target.closest("[data-explorer]"));
  const wake = () => {
    for (const root of document.querySelectorAll("[data-explorer]"))
      if (!explorers.has(root)) explorers.set(root, new Explorer(root));
  };
  document.addEventListener("input", (event) => {
    const explorer = of(event.target);
    if (!explorer) return;
    explorer.stop();
    explorer.show(explorer.positions());
  });
  document.addEventListener("change", (event) => of(event.target)?.keep());
  // A finger that begins on a slider and goes up or down scrolls the page: the browser says so by
  // taking the touch away, and what it had moved meanwhile goes back.
  let touched = null;
  document.addEventListener("pointerdown", (event) => {
    const slider = event.pointerType === "touch" && event.target.closest("[data-explorer] input");
    touched = slider ? [slider, slider.value] : null;
  }, { capture: true });
  document.addEventListener("pointercancel", () => {
    if (!touched) return;
    const [slider, value] = touched;
    slider.value = value;
    const explorer = of(slider);
    explorer.show(explorer.positions());
    explorer.keep();
    touched = null;
  });
  // Taking the slider holds it even where it stays in place (Home at the start).
  for (const taken of ["pointerdown", "keydown"])
    document.addEventListener(taken, (event) => {
      if (event.target.matches("[data-explorer] input")) of(event.target)?.stop();
    });
  document.addEventListener("click", (event) => {
    const button = event.target.closest(".explorer-play");
    if (button) of(button).play(button);
  });
  calm.addEventListener("change", () => explorers.forEach((explorer) => explorer.stop()));
  paper.addEventListener("change", () => {
    for (const explorer of explorers.values())
      if (explorer.data) explorer.show(paper.matches ? explorer.start : explorer.positions());
  });
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", wake);
  else wake();
})();
