// What Python shows, as elements: the same that the build makes of the same data.
import katex from "katex";

const root = new URL("../", import.meta.url);

export const make = (tag, attributes = {}, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes))
    if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  element.append(...children.filter((child) => child != null));
  return element;
};

// The pages have only the rules and the letters that they use: here come all of them, before the
// book's own style sheet, which has the last word.
export const letters = () => {
  if (document.querySelector("link[data-letters]")) return;
  const href = new URL("katex.css", root).href;
  const link = make("link", { rel: "stylesheet", href, "data-letters": true });
  document.head.insertBefore(link, document.querySelector("link[rel=stylesheet]"));
};

export const formula = (latex, displayMode = false) => {
  const span = make("span", { class: "math" });
  try {
    katex.render(latex, span, { throwOnError: true, strict: "ignore", trust: false, displayMode });
  } catch {
    span.append(make("code", {}, latex));
  }
  return span;
};

// A sentence: formulas between dollar signs, code between backticks, roles by their words.
export const sentence = (text) => {
  const nodes = [];
  for (const [, math, role, named, code, plain] of text.matchAll(
    /\$([^$]+)\$|\{([\w:]+)\}`([^`]*)`|`([^`]*)`|((?:[^$`{]|\{(?![\w:]+\}`)|[$`])+?(?=[$`]|\{[\w:]+\}`|$))/gs,
  )) {
    if (math) nodes.push(formula(math));
    else if (role) {
      const words = /^(.*?)\s*<(.*)>$/s.exec(named);
      const label = words ? words[1] : named.replace(/^eq-/, "");
      nodes.push(role === "eq" ? `(${label})` : role.startsWith("cite") ? `[${label}]` : label);
    } else if (code != null) nodes.push(make("code", {}, code));
    else nodes.push(plain);
  }
  return nodes;
};

const badge = (status, meanings) =>
  make("span", { class: `badge-status badge-${status}`, title: meanings[status] }, status);

const line = (latex) =>
  make("div", { class: "derivation-expression" },
    make("div", { class: "math" }, make("div", { class: "math-scroll" }, formula(latex, true))));

const given = (begins, parts) => {
  if (!parts?.length) return null;
  const words = parts.flatMap((part, k) => [...(k ? ["; "] : []), ...sentence(part)]);
  return make("div", { class: "derivation-hypotheses" }, begins, ...words, ".");
};

const derivation = (data) => {
  const { meanings } = data;
  const [start, ...steps] = data.steps;
  const whole = make("div", { class: "derivation", role: "group", "aria-label": data.title || data.name });
  if (data.title || data.name)
    whole.append(
      make("div", { class: "derivation-head" },
        make("div", { class: "derivation-title" }, ...sentence(data.title || data.name), " ", badge(data.status, meanings))),
    );
  const chain = make("ol", { class: "derivation-steps", role: "list" },
    make("li", { class: "derivation-step derivation-start" }, line(start.latex)));
  for (const step of steps) {
    const because = make("div", { class: "derivation-because" }, ...sentence(step.because));
    if (step.subject_to)
      because.append(step.because ? "; subject to " : "subject to ", formula(step.subject_to));
    if (step.reference) because.append(` [${step.reference}]`);
    because.append(" ", badge(step.status, meanings));
    const assumed = given("Assumed, not checked: ", step.hypotheses);
    if (assumed) because.append(assumed);
    chain.append(
      make("li", { class: "derivation-step" }, line(`{} ${step.relation_latex}{} ${step.latex}`), because),
    );
  }
  whole.append(chain);
  const where = [...(data.domain ?? []), ...data.hypotheses.filter(({ latex }) => latex)];
  const words = data.hypotheses.filter(({ latex }) => !latex).map(({ text }) => text);
  whole.append(
    ...[given("For ", where.map(({ latex }) => `$${latex}$`)), given("Assumed, not checked: ", words)].filter(Boolean),
  );
  const list = make("ol");
  for (const step of steps) {
    const item = make("li", {}, make("p", {}, formula(step.relation_latex), " ", badge(step.status, meanings)));
    const found = step.witnesses.map(({ kind, text }) => [kind[0].toUpperCase() + kind.slice(1), text]);
    if (step.tightest) found.push(["Tightest", step.tightest]);
    if (found.length)
      item.append(make("ul", {}, ...found.map(([kind, text]) =>
        make("li", {}, make("p", {}, make("strong", {}, kind), `: ${text}`)))));
    else item.firstChild.append(` ${meanings[step.status]}`);
    list.append(item);
  }
  if (steps.length)
    whole.append(make("details", { class: "derivation-checks" }, make("summary", {}, "How this was checked"), list));
  return whole;
};

const admonition = (title, kind, body) =>
  make("div", { class: `admonition ${kind}` },
    make("p", { class: "admonition-title" }, title),
    ...body.split(/\n\n+/).map((part) => make("p", {}, ...sentence(part))));

// One MIME bundle, as a notebook stores it.
export const bundle = (data) => {
  if (data.derivation) return derivation(data.derivation);
  const markdown = data["text/markdown"];
  const boxed = markdown && /^:::\{admonition\} (.*)\n:class: (.*)\n([\s\S]*)\n:::$/.exec(markdown.trim());
  if (boxed) return admonition(boxed[1], boxed[2], boxed[3].trim());
  const latex = data["text/latex"];
  if (latex) return make("div", { class: "math-scroll" }, formula(latex.replace(/^\$+|\$+$/g, ""), true));
  if (markdown) return make("div", {}, ...markdown.split(/\n\n+/).map((part) => make("p", {}, ...sentence(part))));
  return make("pre", {}, data["text/plain"]);
};

letters();
