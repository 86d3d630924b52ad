// The search page, on top of Sphinx's: equations by number and by formula, chapters before the
// package's functions, excerpts from prose.
(() => {
  "use strict";
  const ASIDE = ".headerlink, script, style, svg, pre, summary, button, .katex-mathml, .explorer-controls, .explorer-still, .derivation-checks";
  const LAST = ["book/api", "book/ledger", "book/bibliography"];

  Search.htmlToText = (page, anchor) => {
    const whole = new DOMParser().parseFromString(page, "text/html");
    const part = (anchor && whole.querySelector(anchor)) || whole.querySelector("article");
    if (!part) return "";
    for (const box of part.querySelectorAll(ASIDE)) box.remove();
    // Sentences; and where a part has none, whatever it says.
    const words = [...part.querySelectorAll("p, li:not(:has(p))")].map((line) => line.textContent);
    return (words.join(" ") || part.textContent).replace(/\s+/g, " ");
  };

  // As _ext/search_terms.py writes formulas.
  const bare = (text) => text.toLowerCase().replace(/[‖∥]|\\\|/g, "||").replace(/[\s_\\{}$]|left|right|mathrm/g, "");
  const equations = (query) => {
    const number = query.trim().match(/^(?:eq(?:uation)?\.?\s*)?\(?(\d+\.\d+)\)?$/i);
    const formula = bare(query);
    const isFormula = /[_|‖∥(\\^=]/.test(query) && /[a-zα-ω]/i.test(formula);
    return BOOK_EQUATIONS.filter((one) => (number ? one.number === number[1] : isFormula && one.formula.includes(formula)))
      // The shortest says least else.
      .sort((a, b) => a.formula.length - b.formula.length)
      .slice(0, 12)
      .map((one) => [one.page, `(${one.number}) ${one.title}`, "#" + one.anchor, null, 100, ""]);
  };

  const perform = Search._performSearch;
  Search._performSearch = (query, ...rest) => {
    const found = perform(query, ...rest);
    const last = found.filter(([page]) => LAST.includes(page));
    // Shown from the end.
    return [...last, ...found.filter(([page]) => !LAST.includes(page)), ...equations(query).reverse()];
  };
})();
