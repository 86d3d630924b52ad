// The reader's place: kept over a reload, the way back, a change of width.
//
// What is far below the screen is laid out in idle moments after the page is shown (a chapter's
// formulas are tens of thousands of boxes); until then its height is an estimate. So the place is
// not a number of pixels but a part of the text, and how much of it is above the screen.
(() => {
  "use strict";
  const BLOCKS = "article section > :not(section)";
  const bar = () => (document.querySelector(".bd-header-article")?.offsetHeight ?? 0) + 8;
  const blocks = () => [...document.querySelectorAll(BLOCKS)];
  // A busy machine has no idle moments: after a while it goes on without one.
  const idle = (work) =>
    window.requestIdleCallback
      ? requestIdleCallback(work, { timeout: 250 })
      : setTimeout(() => work({ timeRemaining: () => 8 }), 16);

  // The first part that reaches below the header, and the share of it that is above.
  const find = () => {
    const edge = bar(), all = blocks();
    let low = 0, high = all.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (all[middle].getBoundingClientRect().bottom > edge) high = middle;
      else low = middle + 1;
    }
    if (!all[low]) return null;
    const box = all[low].getBoundingClientRect();
    const above = edge - box.top;
    return { at: low, share: above > 0 ? above / (box.height || 1) : 0, gap: above > 0 ? 0 : above };
  };
  const go = ({ at, share, gap, element }) => {
    const part = element ?? blocks()[at];
    if (!part) return;
    if (element) {
      layOut(element);
      return element.scrollIntoView();
    }
    layOut(part);
    const box = part.getBoundingClientRect();
    scrollBy(0, box.top + share * box.height + gap - bar());
  };
  // What is laid out around it moves it: it is put right until the reader moves, or all is laid out.
  let held = null;
  const settle = (where, frames = 4) => {
    held = where;
    const again = () => {
      if (held !== where) return;
      go(where);
      if (--frames) requestAnimationFrame(again);
      else if (!waiting().length) held = null;
    };
    again();
  };
  for (const moved of ["wheel", "touchmove", "pointerdown", "keydown"])
    addEventListener(moved, () => { held = null; }, { passive: true, capture: true });
  const atTop = () => scrollY < 4;

  const waiting = () => [...document.querySelectorAll(".later")];
  function layOut(part) {
    const box = part.closest(".later");
    if (box) box.classList.remove("later");
  }
  const layOutAll = () => {
    for (const part of waiting()) part.classList.remove("later");
  };
  const layOutInTurn = () => {
    const parts = waiting();
    const work = (deadline) => {
      do {
        const part = parts.shift();
        if (!part) break;
        part.classList.remove("later");
        part.getBoundingClientRect();
      } while (deadline.timeRemaining() > 8);
      if (held) settle(held, parts.length ? 1 : 4);
      if (parts.length) idle(work);
    };
    idle(work);
  };

  // For this page and as long as the tab is open: the history's own state Sphinx's script empties.
  const KEY = "place:" + location.pathname;
  const keepPlace = (place) => {
    try { sessionStorage.setItem(KEY, JSON.stringify(place)); } catch {}
  };
  const kept = () => {
    try { return JSON.parse(sessionStorage.getItem(KEY)); } catch { return null; }
  };
  const remember = () => {
    // While it is being put right, what is at the top may be another part.
    keepPlace(atTop() ? null : held && !held.element ? held : find());
  };
  let timer = 0;
  const begin = () => {
    const how = performance.getEntriesByType("navigation")[0]?.type;
    const place = kept();
    if (place && (how === "reload" || how === "back_forward")) {
      history.scrollRestoration = "manual";
      settle(place);
      window.bookPlace.restored = true;
      addEventListener("load", () => settle(place), { once: true });
      addEventListener("load", () => setTimeout(() => { history.scrollRestoration = "auto"; }, 100), { once: true });
    }
    addEventListener("scroll", () => {
      clearTimeout(timer);
      timer = setTimeout(remember, 120);
    }, { passive: true });
    addEventListener("beforeprint", layOutAll);
    // A jump to the end needs to know where it is.
    addEventListener("keydown", (event) => {
      const typing = "input, textarea, select, [contenteditable], [role=slider], dialog, pre";
      if (event.key !== "End" || event.shiftKey || event.defaultPrevented || event.target.closest?.(typing)) return;
      event.preventDefault();
      layOutAll();
      scrollTo({ top: document.documentElement.scrollHeight, behavior: "instant" });
    });
    let width = innerWidth;
    addEventListener("resize", () => {
      if (innerWidth === width || atTop()) return;
      width = innerWidth;
      const place = kept();
      if (place) settle(place);
    });
    if (document.readyState === "complete") layOutInTurn();
    else addEventListener("load", layOutInTurn, { once: true });
  };

  window.bookPlace = {
    restored: false,
    // Bring an element to the top, and hold it there.
    land: (element) => settle({ element }),
    // Do what changes heights with the reader's place held.
    keep(change) {
      const place = atTop() ? null : find();
      change();
      if (place) settle(place);
    },
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin);
  else begin();
})();
