import { each, isElder, make } from "./page";

/** Shows a sentence in the corner; it stays in elder mode and when it reports a failure. */
export function toast(text: string, tone = "ok"): void {
  let corner = document.querySelector<HTMLElement>(".toasts");
  if (!corner) document.body.append((corner = make("div", { class: "toasts", role: "status", "aria-live": "polite" })));
  const close = make("button", { type: "button", class: "close" }, "知道了");
  const note = make("div", { class: `note ${tone}` }, make("div", {}, text), close);
  close.addEventListener("click", () => note.remove());
  corner.append(note);
  if (!isElder() && tone !== "late") window.setTimeout(() => note.remove(), 6000);
}

export function enhanceMessages(root: Document | Element): void {
  each(root, ".messages > .note", function closable(note) {
    const close = make("button", { type: "button", class: "close" }, "知道了");
    close.addEventListener("click", () => note.remove());
    note.append(close);
  });
}

document.addEventListener("toast", (event) => {
  const said = (event as CustomEvent<{ value?: string; text?: string; tone?: string }>).detail;
  toast(said.text ?? said.value ?? "", said.tone);
});
