// The checker in the page: nothing of it is fetched before a reader asks. Here is only what brings it
// in, and what is kept on the device.
(() => {
  "use strict";
  const parts = [...document.querySelectorAll("[data-checker]")];
  if (!parts.length) return;
  const RIGHT = "checker-right"; // the answers that were right, by exercise

  const kept = () => {
    try {
      return JSON.parse(localStorage.getItem(RIGHT)) ?? {};
    } catch {
      return {};
    }
  };
  const keep = (answers) => {
    try {
      localStorage.setItem(RIGHT, JSON.stringify(answers));
    } catch {
      // Without storage a mark lasts as long as the page.
    }
  };

  const say = (part, words) => {
    let place = part.querySelector("[role=status]");
    if (!place) {
      place = part.nextElementSibling?.matches(".checker-answer") ? part.nextElementSibling : null;
      if (!place) part.after((place = Object.assign(document.createElement("div"), { className: "checker-answer" })));
      place.setAttribute("role", "status");
    }
    place.textContent = words;
  };
  const open = async (part) => {
    if (location.protocol === "file:")
      return say(part, "From a file the checker cannot start: open the book on its website, or run the cell in JupyterLab.");
    try {
      const scripts = `${document.documentElement.dataset.content_root}_static/checker/${part.dataset.scripts}/`;
      const { open } = await import(new URL(`${scripts}page.js`, location.href).href);
      return await open(part);
    } catch {
      say(part, "The checker could not be fetched, so nothing can be tried here now; the rest of the page works as ever.");
    }
  };

  document.addEventListener("focusin", ({ target }) => {
    const part = target.closest("form[data-checker]");
    if (part && target.matches("input") && location.protocol !== "file:") open(part);
  });
  document.addEventListener("submit", async (event) => {
    const part = event.target.closest("form[data-checker]");
    if (!part) return;
    event.preventDefault();
    (await open(part))?.check();
  });
  document.addEventListener("click", ({ target }) => {
    const part = target.closest("button[data-checker]");
    if (part) open(part);
    const start = target.closest("button[data-start]");
    if (start) open(start.closest("[data-checker]")).then((bench) => bench?.start(Number(start.dataset.start)));
  });
  document.addEventListener("input", ({ target }) => {
    if (target.id !== "vocabulary-search") return;
    const sought = target.value.trim().toLowerCase();
    for (const word of document.querySelectorAll(".checker-vocabulary > li"))
      word.hidden = !word.textContent.toLowerCase().includes(sought);
  });

  // Marks of right answers.
  const name = ({ dataset }) => `${dataset.cells}/${dataset.exercise}`;
  const mark = () => {
    const answers = kept();
    for (const form of parts.filter((part) => part.dataset.checker === "exercise")) {
      const place = form.querySelector(".checker-mark");
      place.hidden = !(name(form) in answers);
      place.querySelector("span").textContent = place.hidden ? "" : `Answered right on this device: ${answers[name(form)]}`;
    }
  };
  document.addEventListener("right", ({ target, detail }) => {
    keep({ ...kept(), [name(target)]: detail });
    mark();
  });
  document.addEventListener("click", ({ target }) => {
    const forget = target.closest(".checker-mark button");
    if (!forget) return;
    const form = forget.closest("form");
    keep({});
    mark();
    form.querySelector("input").focus();
  });
  mark();

  // A link that carries a derivation opens the editor with it, and runs nothing.
  const bench = parts.find((part) => part.dataset.checker === "workbench");
  if (bench && location.hash.startsWith("#code=")) open(bench);
})();
