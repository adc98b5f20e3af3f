import htmx from "htmx.org";
import { make } from "./page";

/** Opens a fragment of our own server over the page; Esc closes it and the focus returns. */
export function openDialog(html: string): void {
  document.querySelector("dialog[data-shared]")?.remove();
  const close = make("button", { type: "button", class: "close" }, "关闭");
  const body = make("div", { "data-dialog-body": "" });
  const dialog = make("dialog", { "data-shared": "" }, close, body);
  document.body.append(dialog);
  body.innerHTML = html;
  const heading = body.querySelector("h1, h2, h3");
  if (heading) {
    heading.id ||= "dialog-title";
    dialog.setAttribute("aria-labelledby", heading.id);
  }
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  htmx.process(body);
  document.dispatchEvent(new CustomEvent("htmx:load", { detail: { elt: body } }));
  dialog.showModal();
  (body.querySelector<HTMLElement>("input:not([type=hidden]), textarea, select, .btn") ?? close).focus();
}

async function fetchInto(address: string, fallback: () => void): Promise<void> {
  try {
    const answer = await fetch(address, { headers: { "HX-Request": "true" }, credentials: "same-origin" });
    if (answer.redirected || (!answer.ok && answer.status >= 500)) return fallback();
    openDialog(await answer.text());
  } catch {
    fallback();
  }
}

document.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  const target = event.target as Element;
  const link = target.closest<HTMLAnchorElement>("a[data-dialog]");
  if (link) {
    event.preventDefault();
    void fetchInto(link.href, () => location.assign(link.href));
    return;
  }
  const opener = target.closest<HTMLElement>("[data-opens]");
  if (opener) {
    const dialog = document.getElementById(opener.dataset.opens ?? "");
    if (dialog instanceof HTMLDialogElement) {
      event.preventDefault();
      dialog.showModal();
    }
    return;
  }
  const closer = target.closest("[data-closes]");
  if (closer) {
    const dialog = closer.closest("dialog");
    if (dialog) {
      event.preventDefault();
      dialog.close();
    }
    return;
  }
  if (target instanceof HTMLDialogElement) target.close();
  for (const menu of document.querySelectorAll<HTMLDetailsElement>("details.menu[open], .bottom > details[open]"))
    if (!menu.contains(target)) menu.open = false;
});
