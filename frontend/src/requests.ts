import htmx from "htmx.org";
import { toast } from "./messages";
import { openDialog } from "./dialogs";
import { csrf } from "./page";

Object.assign(htmx.config, {
  allowEval: false,
  includeIndicatorStyles: false,
  selfRequestsOnly: true,
  historyCacheSize: 0,
  // The default copies style attributes too, which the page's policy forbids.
  attributesToSettle: ["class"],
  responseHandling: [
    { code: "204", swap: false },
    { code: "[23]..", swap: true },
    { code: "4(03|04|09|22|29)", swap: true, error: false },
    { code: "...", swap: false, error: true },
  ],
});

type Detail = {
  elt: Element;
  target: Element;
  headers: Record<string, string>;
  verb: string;
  path: string;
  xhr: XMLHttpRequest;
  shouldSwap: boolean;
  swapOverride?: string;
  parameters?: unknown;
};
const on = (name: string, act: (detail: Detail, event: Event) => void): void =>
  document.addEventListener(name, (event) => act((event as CustomEvent<Detail>).detail, event));

on("htmx:configRequest", (detail) => {
  if (detail.verb !== "get") detail.headers["X-CSRFToken"] = csrf(detail.elt);
});

// A refusal answers the person, not the row: it opens over the page and the page stays as it was.
on("htmx:beforeSwap", (detail) => {
  if (detail.xhr.status < 400 || !detail.xhr.responseText.includes("data-refusal")) return;
  detail.shouldSwap = false;
  openDialog(detail.xhr.responseText);
});
on("htmx:responseError", () => toast("服务器没有办成这一步，填写的内容还在。请过一会儿再试。", "late"));
on("htmx:sendError", () => toast("网络断了，填写的内容还在。连上后请再试一次。", "late"));
on("htmx:timeout", () => toast("等得太久了，这一步可能没有办成。请刷新看看。", "late"));

// The thin line: only for what takes longer than 300 ms.
let waiting = 0;
export function wait(): void {
  window.clearTimeout(waiting);
  waiting = window.setTimeout(() => document.documentElement.classList.add("is-waiting"), 300);
}
export function ready(): void {
  window.clearTimeout(waiting);
  document.documentElement.classList.remove("is-waiting");
}
on("htmx:beforeRequest", wait);
on("htmx:afterRequest", ready);
window.addEventListener("beforeunload", wait);
window.addEventListener("pageshow", ready);
// A download leaves no page, so the line must not stay.
document.addEventListener("click", (event) => {
  if ((event.target as Element).closest("a[download], a[href$='.xlsx'], a[href$='.pdf'], a[href^='tel:']"))
    window.setTimeout(ready, 1500);
});
