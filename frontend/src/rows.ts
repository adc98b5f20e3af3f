/** A row of work opens in place; the same press, or Esc, closes it again. */
export {};

const opener = "[data-row-open]";

function place(link: Element): HTMLElement | null {
  return document.querySelector<HTMLElement>(link.getAttribute("hx-target") ?? "#none");
}

function close(link: HTMLElement): void {
  place(link)?.replaceChildren();
  link.setAttribute("aria-expanded", "false");
  link.focus();
}

document.addEventListener("htmx:beforeRequest", (event) => {
  const link = (event as CustomEvent<{ elt: Element }>).detail.elt;
  if (!(link instanceof HTMLElement) || !link.matches(opener) || !place(link)?.childElementCount) return;
  event.preventDefault();
  close(link);
});

document.addEventListener("htmx:afterSwap", (event) => {
  const { elt, target } = (event as CustomEvent<{ elt: Element; target: Element }>).detail;
  for (const link of document.querySelectorAll<HTMLElement>(opener)) {
    const panel = place(link);
    if (panel !== target && panel !== elt) continue;
    link.setAttribute("aria-expanded", "true");
    panel?.scrollIntoView({ block: "nearest" });
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || document.querySelector("dialog[open], details.menu[open]")) return;
  const links = [...document.querySelectorAll<HTMLElement>(`${opener}[aria-expanded=true]`)];
  const here = links.find((link) => place(link)?.contains(document.activeElement)) ?? links.pop();
  if (here && place(here)?.childElementCount) close(here);
});

// A step that opens is about to be filled in: its first field takes the focus and comes into sight.
document.addEventListener(
  "toggle",
  (event) => {
    const step = event.target;
    if (!(step instanceof HTMLDetailsElement) || !step.open || !step.matches(".step-choice")) return;
    if (step.querySelector(".error-summary")) return; // what is wrong is read first
    step.querySelector<HTMLElement>("textarea, input:not([type=hidden]), .step-sheet .btn")?.focus();
  },
  true,
);
