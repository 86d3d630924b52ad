// What the theme's own scripts would do, as far as this book has it: colours, contents, search box.
(() => {
  "use strict";
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const narrow = matchMedia("(max-width: 991.98px)");
  const one = (selector) => document.querySelector(selector);

  const setMode = (mode) => {
    root.dataset.mode = mode;
    root.dataset.theme = mode === "auto" ? (dark.matches ? "dark" : "light") : mode;
    try { localStorage.setItem("mode", mode); } catch {}
  };
  const nextMode = () => {
    // From the system's colours to the others, so that the first press changes something.
    const turn = dark.matches ? ["auto", "light", "dark"] : ["auto", "dark", "light"];
    setMode(turn[(turn.indexOf(root.dataset.mode) + 1) % 3]);
  };
  dark.addEventListener("change", () => {
    if (root.dataset.mode === "auto") root.dataset.theme = dark.matches ? "dark" : "light";
  });

  // The search box. Not where the page has one of its own.
  const search = () => {
    const field = one(".bd-search-container input");
    if (field) return field.focus();
    const box = one("#pst-search-dialog");
    if (box.open) return box.close();
    box.showModal();
    box.querySelector("input").select();
  };

  // On a small screen contents are a sheet over the page, which gives its parts back when it closes.
  const sheet = (side) => {
    const bar = one(`#pst-${side}-sidebar`), box = one(`#pst-${side}-sidebar-modal`);
    if (!bar || !box) return;
    box.className = bar.className;
    box.append(...bar.childNodes);
    box.showModal();
    box.addEventListener("close", () => {
      bar.append(...box.childNodes);
      box.className = "";
    }, { once: true });
  };
  const toggle = (side) => {
    if (side === "primary" && !narrow.matches) root.toggleAttribute("data-without-contents");
    else sheet(side);
  };

  document.addEventListener("click", (event) => {
    const { target } = event;
    const on = (selector) => target.closest(selector);
    if (on(".theme-switch-button")) nextMode();
    else if (on(".search-button__button")) search();
    else if (on(".primary-toggle")) toggle("primary");
    else if (on(".secondary-toggle")) toggle("secondary");
    const box = on("dialog[open]");
    // Beside the box, or on a link in it: the reader is done with it.
    if (box && (target === box ? outside(box, event) : on("a[href]"))) box.close();
  });
  const outside = (box, { clientX: x, clientY: y }) => {
    const edge = box.getBoundingClientRect();
    return x < edge.left || x > edge.right || y < edge.top || y > edge.bottom;
  };
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      search();
    }
  });
  // Sphinx's own scripts take Escape for themselves, and a dialog would stay open.
  document.addEventListener(
    "keydown",
    (event) => {
      if (event.key === "Escape") one("dialog[open]")?.close();
    },
    true,
  );
  addEventListener("scroll", () => document.body.classList.toggle("scrolled", scrollY > 0), { passive: true });
})();
