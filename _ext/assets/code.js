// The code of the whole book, shown or hidden: what the reader chose holds on every page.
(() => {
  "use strict";
  const root = document.documentElement;
  const folds = () => document.querySelectorAll("details.cell-code");
  const say = () => {
    for (const button of document.querySelectorAll(".code-switch"))
      button.setAttribute("aria-pressed", root.dataset.code === "show");
  };
  const wake = () => {
    if (root.dataset.code === "show") for (const fold of folds()) fold.open = true;
    say();
  };

  document.addEventListener("click", (event) => {
    if (!event.target.closest(".code-switch")) return;
    root.dataset.code = root.dataset.code === "show" ? "hide" : "show";
    // Kept with the reader, and no longer said by the address.
    try { localStorage.setItem("code", root.dataset.code); } catch {}
    const url = new URL(location);
    url.searchParams.delete("code");
    history.replaceState(history.state, "", url);
    window.bookPlace.keep(() => {
      for (const fold of folds()) fold.open = root.dataset.code === "show";
    });
    say();
  });
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", wake);
  else wake();
})();
