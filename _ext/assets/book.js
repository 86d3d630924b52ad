// What the pages do besides the theme: all of it optional, nothing is hidden without it.
(() => {
  "use strict";
  const SIDEWAYS = ".math-scroll, pre, .cell_output > .output, .cell_output, .pst-scrollable-table-container, .claim-graph-scroll, .ledger-statement";
  const all = (selector) => [...document.querySelectorAll(selector)];

  // Menus of the header are <details>: a click elsewhere or Escape closes them.
  document.addEventListener("click", (event) => {
    for (const menu of all(".header-menu[open]"))
      if (!menu.contains(event.target) || event.target.closest("a, button")) menu.open = false;
    if (event.target.closest("[data-action='window.print']")) window.print();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of all(".header-menu[open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });

  // From disk a browser may not read other pages, so results come without their excerpts.
  if (location.protocol === "file:" && typeof DOCUMENTATION_OPTIONS !== "undefined")
    DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;

  // A link into something folded opens it.
  const unfold = () => {
    // Behind a tilde explorer.js keeps where sliders stand.
    const anchor = decodeURIComponent(location.hash.slice(1).split("~")[0]);
    const target = anchor && document.getElementById(anchor);
    for (let box = target && target.closest("details"); box; box = box.parentElement.closest("details"))
      box.open = true;
    if (!target) return;
    window.bookPlace.land(target);
  };

  // What scrolls sideways can be reached and scrolled by keyboard. Measured when it comes into view:
  // measuring all of it at once would lay out the whole page.
  const measure = (boxes) => {
    // First all are read, then all are written: one by one, each would be laid out anew.
    const wide = boxes.map((box) => box.scrollWidth > box.clientWidth || box.scrollHeight > box.clientHeight);
    boxes.forEach((box, k) => {
      if (!wide[k]) return box.removeAttribute("tabindex");
      box.tabIndex = 0;
      box.setAttribute("role", "group");
      if (!box.hasAttribute("aria-label"))
        box.setAttribute("aria-label", box.matches(".math-scroll") ? "Wide formula" : "Wide part, scrolls sideways");
    });
  };
  const reachable = () => {
    const sizes = new ResizeObserver((entries) => measure(entries.map(({ target }) => target)));
    const views = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries)
        if (isIntersecting) {
          views.unobserve(target);
          sizes.observe(target);
        }
    });
    for (const box of all(SIDEWAYS)) views.observe(box);
    // What was folded has no size until it is opened.
    document.addEventListener(
      "toggle",
      ({ target }) => target.open && measure([...target.querySelectorAll(SIDEWAYS)].filter((box) => box.offsetParent)),
      true,
    );
  };

  // The contents of the page mark the section being read.
  const follow = () => {
    const links = new Map(all("#pst-page-toc-nav a").map((link) => [link.hash.slice(1), link]));
    const sections = all("article section[id]").filter((section) => links.has(section.id));
    if (!sections.length || !("IntersectionObserver" in window)) return;
    const seen = new Set();
    const observer = new IntersectionObserver(
      (entries) => {
        for (const { target, isIntersecting } of entries)
          if (isIntersecting) seen.add(target);
          else seen.delete(target);
        const now = sections.filter((section) => seen.has(section)).pop();
        // Below the last section it stays marked; above the first, none is being read.
        if (!now && sections[0].getBoundingClientRect().top < 0) return;
        for (const [id, link] of links)
          if (now && id === now.id) link.setAttribute("aria-current", "true");
          else link.removeAttribute("aria-current");
      },
      // A thin line: where a section begins with another below it, the one whose heading was passed.
      { rootMargin: "-20% 0px -79% 0px" },
    );
    for (const section of sections) observer.observe(section);
  };

  // Letters and brackets of formulas further down: fetched when they come into view, they would
  // move what stands beside them. One that does not come is asked for again by its formula.
  const fetchFaces = () => {
    if (!document.querySelector(".katex")) return;
    for (const face of document.fonts)
      if (/KaTeX_(AMS|Size\d)/.test(face.family)) face.load().catch(() => {});
  };

  const begin = () => {
    if (location.hash && !window.bookPlace.restored) unfold();
    addEventListener("hashchange", unfold);
    // Both look through the whole page, and the reader need not wait for either.
    setTimeout(reachable);
    setTimeout(follow);
    if (document.readyState === "complete") fetchFaces();
    else addEventListener("load", fetchFaces);
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin);
  else begin();
})();
