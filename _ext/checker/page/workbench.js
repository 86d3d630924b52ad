// The workbench: an editor of one's own, kept on the device, sent as a link.
import { bench } from "./bench.js";
import { make } from "./shown.js";
import { button } from "./waiting.js";

const KEPT = "checker-workbench";
const EMPTY = `import sympy as sp

from helpers.derivation import Derivation
from helpers.notation import *

`;

const kept = () => {
  try {
    return localStorage.getItem(KEPT);
  } catch {
    return null;
  }
};
const keep = (text) => {
  try {
    localStorage.setItem(KEPT, text);
  } catch {
    // Without storage it lasts as long as the page.
  }
};

// The code in the address: after the #, which no browser sends to a server.
const packed = (text) =>
  btoa(String.fromCharCode(...new TextEncoder().encode(text))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const unpacked = (hash) => {
  try {
    const bytes = atob(hash.replace(/-/g, "+").replace(/_/g, "/"));
    return new TextDecoder("utf-8", { fatal: true }).decode(Uint8Array.from(bytes, (c) => c.charCodeAt(0)));
  } catch {
    return null;
  }
};
const fromLink = () => {
  const found = /^#code=([\w-]+)$/.exec(location.hash);
  return found && unpacked(found[1]);
};

export const workbench = (place) => {
  const codes = JSON.parse(place.dataset.codes);
  const parts = place.querySelector(".checker-place");
  const note = make("p", { class: "checker-note", hidden: true });
  const linked = fromLink();
  const own = kept();
  let begun = own ?? EMPTY;
  // What came with a link overwrites nothing until the reader changes it.
  const panel = bench({ code: linked ?? begun, asItWas: EMPTY, changed: keep });
  const link = make("input", { type: "text", readonly: true, "aria-label": "Link to this derivation", hidden: true });
  const links = button("Make a link", () => {
    link.value = `${location.href.split("#")[0]}#code=${packed(panel.text.text())}`;
    link.hidden = false;
    link.focus();
    link.select();
  }, { class: "checker-button" });
  parts.replaceChildren(note, panel.whole);
  panel.whole.querySelector(".checker-buttons").append(links);
  panel.whole.querySelector(".checker-buttons").after(link);
  if (linked != null) {
    note.hidden = false;
    note.textContent = "This code came with the link. Read it before you run it: nothing has been run.";
    if (own != null)
      note.append(" ", button("Back to my own", () => {
        panel.text.write(own);
        note.hidden = true;
      }, { class: "checker-button" }));
  }
  place.querySelector("[data-start='-1']").parentElement.hidden = true;
  place.querySelector(".checker-kept").hidden = own == null;
  panel.text.focus();
  return {
    start(number) {
      if (number < 0) return;
      panel.text.write(codes[number].trim() + "\n");
      panel.say();
      note.hidden = true;
      panel.text.focus();
      panel.whole.scrollIntoView({ block: "nearest" });
    },
  };
};
