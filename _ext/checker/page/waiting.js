// What a reader is told while the checker is fetched, and when no answer comes.
import { OutOfTime, Stopped, Unavailable, limit, listen } from "./engine.js";
import { make } from "./shown.js";

export const button = (name, action, attributes = {}) => {
  const made = make("button", { type: "button", ...attributes }, name);
  made.addEventListener("click", action);
  return made;
};

const megabytes = (bytes) => (bytes / 1e6).toFixed(1);

// How far the checker is, where someone waits for it. Not read aloud: it changes all the time.
export const progress = () => {
  const bar = make("progress", { "aria-hidden": "true" });
  const words = make("span");
  const whole = make("p", { class: "checker-progress", hidden: true }, bar, words);
  listen(({ phase, loaded, bytes }) => {
    whole.hidden = phase !== "loading" && phase !== "starting";
    if (phase === "loading" && bytes) {
      bar.max = bytes;
      bar.value = Math.min(loaded, bytes);
      words.textContent = `Loading the checker: ${megabytes(loaded)} of ${megabytes(bytes)} MB`;
    } else {
      bar.removeAttribute("value");
      words.textContent = phase === "starting" ? "Starting Python" : "Loading the checker";
    }
  });
  return whole;
};

export const told = (error) => {
  if (error instanceof Stopped) return "Stopped.";
  if (error instanceof OutOfTime)
    return `Stopped after ${limit} seconds without an answer. That says nothing about whether it is true.`;
  if (error instanceof Unavailable) return error.message;
  return `The checker broke off (${error.message}) and has been started again.`;
};
