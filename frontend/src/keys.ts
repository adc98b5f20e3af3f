/** `/` goes to the search, Esc closes, j and k walk through rows, Ctrl+Enter sends from a long text. */
const writes = (element: Element | null): boolean =>
  element instanceof HTMLElement && (element.isContentEditable || element.matches("input, select, textarea"));

function walk(step: number): boolean {
  const rows = [...document.querySelectorAll<HTMLElement>("[data-row]")];
  if (!rows.length) return false;
  const here = rows.findIndex((row) => row.contains(document.activeElement));
  const row = rows[Math.min(rows.length - 1, Math.max(0, here < 0 ? 0 : here + step))];
  row.querySelector<HTMLElement>("a, button")?.focus();
  row.scrollIntoView({ block: "nearest" });
  return true;
}

document.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  const target = event.target as Element;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && target instanceof HTMLTextAreaElement) {
    target.form?.requestSubmit();
    return;
  }
  if (event.key === "Escape") {
    const open = [...document.querySelectorAll<HTMLDetailsElement>("details.menu[open], .bottom > details[open], [data-row] details[open]")].pop();
    if (open) {
      open.open = false;
      open.querySelector("summary")?.focus();
    } else if (writes(target) && target.closest("[role=search]")) (target as HTMLElement).blur();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || writes(target) || document.querySelector("dialog[open]")) return;
  if (event.key === "/") {
    const search = document.querySelector<HTMLInputElement>("[data-search]");
    if (search) {
      event.preventDefault();
      search.focus();
      search.select();
    }
  } else if ((event.key === "j" && walk(1)) || (event.key === "k" && walk(-1))) event.preventDefault();
});
