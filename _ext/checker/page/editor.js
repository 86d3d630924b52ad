// The editor: CodeMirror in the book's colours, which are variables and so are light or dark.
import { EditorState, StateEffect, StateField } from "@codemirror/state";
import { Decoration, EditorView, drawSelection, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { HighlightStyle, bracketMatching, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { python } from "@codemirror/lang-python";
import { tags } from "@lezer/highlight";

const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.modifier], color: "var(--status-sampled)" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--status-proved)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--status-cited)" },
  { tag: [tags.function(tags.variableName), tags.className], color: "var(--status-numeric)" },
  { tag: tags.comment, color: "var(--fig-muted)", fontStyle: "italic" },
]);
const look = EditorView.theme({
  "&": { fontSize: ".875rem", background: "var(--fig-paper)", color: "var(--fig-ink)" },
  "&.cm-focused": { outline: "none" }, // the frame around it shows the focus
  ".cm-content": { fontFamily: "var(--pst-font-family-monospace)", caretColor: "var(--fig-ink)" },
  ".cm-gutters": { background: "var(--shade)", color: "var(--fig-muted)", border: "0" },
  ".cm-activeLine, .cm-activeLineGutter": { background: "color-mix(in srgb, var(--fig-p) 8%, transparent)" },
  ".cm-cursor": { borderLeftColor: "var(--fig-ink)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    background: "color-mix(in srgb, var(--fig-p) 28%, transparent) !important",
  },
  "&.cm-focused .cm-matchingBracket": { background: "color-mix(in srgb, var(--fig-p) 22%, transparent)" },
  ".checker-line": { background: "color-mix(in srgb, var(--status-refuted) 16%, transparent)" },
});

const mark = StateEffect.define();
const marked = StateField.define({
  create: () => Decoration.none,
  update(lines, transaction) {
    if (transaction.docChanged) lines = Decoration.none;
    for (const effect of transaction.effects)
      if (effect.is(mark)) {
        const { doc } = transaction.state;
        const at = effect.value;
        lines =
          at && at <= doc.lines
            ? Decoration.set(Decoration.line({ class: "checker-line" }).range(doc.line(at).from))
            : Decoration.none;
      }
    return lines;
  },
  provide: (field) => EditorView.decorations.from(field),
});

export const editor = (parent, code, { run, changed }) => {
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: code,
      extensions: [
        lineNumbers(),
        history(),
        drawSelection(),
        indentOnInput(),
        indentUnit.of("    "),
        bracketMatching(),
        highlightActiveLine(),
        python(),
        syntaxHighlighting(colours),
        look,
        marked,
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ "aria-label": "Derivation", spellcheck: "false", autocapitalize: "off" }),
        EditorView.updateListener.of((update) => update.docChanged && changed?.(update.state.doc.toString())),
        // Tab is not among them: it leaves the editor, as it leaves every field.
        keymap.of([{ key: "Mod-Enter", run }, { key: "Shift-Enter", run }, ...historyKeymap, ...defaultKeymap]),
      ],
    }),
  });
  return {
    focus: () => view.focus(),
    text: () => view.state.doc.toString(),
    write: (text) => view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } }),
    mark: (line) => view.dispatch({ effects: mark.of(line) }),
  };
};
