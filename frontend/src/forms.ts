import htmx from "htmx.org";
import { each, make } from "./page";

const buttons = (form: HTMLFormElement): (HTMLButtonElement | HTMLInputElement)[] =>
  [...form.elements].filter((part): part is HTMLButtonElement => part instanceof HTMLButtonElement && part.type === "submit");

export function hold(form: HTMLFormElement, held: boolean): void {
  for (const button of buttons(form)) button.toggleAttribute("disabled", held);
}

let dirty: HTMLFormElement | null = null;

export function enhanceForms(root: Document | Element): void {
  // A second click sends nothing. The pressed button's own name and value go out before it is held.
  each(root, "form", function onceOnly(element) {
    const form = element as HTMLFormElement;
    form.addEventListener("submit", (event) => {
      if (form.dataset.sent) {
        event.preventDefault();
        return;
      }
      if (dirty === form) dirty = null;
      if (form.method !== "post" || form.matches("[hx-post], [hx-boost]") || event.defaultPrevented) return;
      form.dataset.sent = "1";
      window.setTimeout(() => hold(form, true), 0);
      window.setTimeout(() => release(form), 20000);
    });
  });
  each(root, "form[data-guard]", function guard(element) {
    element.addEventListener("input", () => (dirty = element as HTMLFormElement));
    element.addEventListener("kept", () => (dirty = dirty === element ? null : dirty));
  });
  each(root, ".error-summary", function readFirst(element) {
    element.tabIndex = -1;
    element.focus({ preventScroll: true });
    element.scrollIntoView({ block: "start" });
  });
  // Files take time: send the form by htmx, so that a bar can tell how far it is.
  each(root, "form[enctype='multipart/form-data']:not([hx-post])", function byPieces(element) {
    element.setAttribute("hx-boost", "true");
    element.setAttribute("hx-encoding", "multipart/form-data");
    htmx.process(element);
    const bar = make("progress", { max: "100", "aria-label": "上传进度", hidden: "" });
    element.append(bar);
    element.addEventListener("htmx:xhr:progress", (event) => {
      const { loaded, total } = (event as CustomEvent<{ loaded: number; total: number }>).detail;
      if (!total || total < 500_000) return;
      bar.hidden = false;
      bar.value = (loaded / total) * 100;
    });
  });
}

function release(form: HTMLFormElement): void {
  delete form.dataset.sent;
  hold(form, false);
}

window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll<HTMLFormElement>("form[data-sent]")) release(form);
});
window.addEventListener("beforeunload", (event) => {
  if (dirty?.isConnected) event.preventDefault();
});
document.addEventListener("htmx:beforeRequest", (event) => {
  const form = (event as CustomEvent<{ elt: Element }>).detail.elt;
  if (form instanceof HTMLFormElement) hold(form, true);
});
document.addEventListener("htmx:afterRequest", (event) => {
  const form = (event as CustomEvent<{ elt: Element }>).detail.elt;
  if (form instanceof HTMLFormElement) hold(form, false);
});
