// Copying: an equation's LaTeX or link, a derivation in three forms, the code of a cell.
(() => {
  "use strict";
  const said = document.createElement("div");
  said.setAttribute("role", "status");
  said.className = "copied-status";

  // Without the clipboard's interface (an old browser, a page that is not secure) a selection does.
  const write = (text) =>
    navigator.clipboard
      ? navigator.clipboard.writeText(text)
      : new Promise((done, failed) => {
          const field = Object.assign(document.createElement("textarea"), { value: text });
          document.body.append(field);
          field.select();
          (document.execCommand("copy") ? done : failed)();
          field.remove();
        });
  const copy = (button, text) =>
    write(text).then(
      () => {
        said.textContent = "Copied";
        button.classList.add("success");
        setTimeout(() => {
          said.textContent = "";
          button.classList.remove("success");
        }, 1500);
      },
      () => { said.textContent = "The browser did not allow copying"; },
    );

  const code = (box) => {
    const listing = box && box.querySelector(".cell_input pre");
    return listing ? listing.textContent.trimEnd() : "";
  };
  const form = (button) => {
    const kind = button.dataset.copy;
    if (kind === "listing") return button.parentNode.querySelector("pre").textContent.trimEnd();
    const whole = button.closest(".derivation");
    if (kind === "link") return Object.assign(new URL(location), { hash: whole.id, search: "" }).href;
    if (kind === "code") return code(whole.closest(".cell"));
    return JSON.parse(whole.querySelector('script[type="application/json"]').textContent)[kind];
  };

  const wake = () => {
    document.body.append(said);
    const listings = "div.cell_input, div.highlight-shell, div.highlight-python, div.highlight-bibtex";
    for (const box of document.querySelectorAll(listings)) {
      const button = document.createElement("button");
      Object.assign(button, { type: "button", className: "copy copybtn", title: "Copy", textContent: "Copy" });
      button.dataset.copy = "listing";
      box.append(button);
    }
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button.copy");
    if (button) copy(button, form(button));
  });
  // After the page stands: most readers copy nothing.
  const later = () => setTimeout(wake);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", later);
  else later();
})();
