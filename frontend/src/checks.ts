import { csrf, each, make } from "./page";

type Field = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

const PAUSE = 250; // milliseconds

/** Asks the server about one field when the person leaves it, and says the answer where the field is. */
export function enhanceChecks(root: Document | Element): void {
  each(root, "form[data-check-url]", function perField(element) {
    const form = element as HTMLFormElement;
    const waiting = new Set<number>();
    form.addEventListener("change", (event) => {
      const field = event.target as Field;
      if (!field.name || field.type === "file" || field.matches("[data-no-check]")) return;
      const timer = window.setTimeout(() => {
        waiting.delete(timer);
        void ask(form, field);
      }, PAUSE);
      waiting.add(timer);
    });
    // The press that leaves the last field is often the one that sends: then the form itself is the check, and no
    // second answer may arrive after its own (it could undo the session the first one began).
    form.addEventListener("submit", () => {
      for (const timer of waiting) window.clearTimeout(timer);
      waiting.clear();
    });
  });
}

async function ask(form: HTMLFormElement, field: Field): Promise<void> {
  const body = new FormData(form);
  for (const [name, value] of [...body.entries()]) if (value instanceof File) body.delete(name);
  body.set("field", field.name);
  try {
    const answer = await fetch(form.dataset.checkUrl ?? "", {
      method: "POST",
      body,
      headers: { "X-CSRFToken": csrf(form), "HX-Request": "true" },
      credentials: "same-origin",
    });
    if (!answer.ok) return;
    const told = (await answer.json()) as { error?: string; fine?: string; revision?: number };
    const revision = form.elements.namedItem("revision");
    // The draft was kept just now: what the form sends next builds on that.
    if (told.revision && revision instanceof HTMLInputElement) revision.value = String(told.revision);
    show(field, told);
    if (told.revision && !form.querySelector(".field.wrong")) form.dispatchEvent(new Event("kept"));
  } catch {
    // Offline: the whole form is checked when it is sent.
  }
}

function show(field: Field, { error = "", fine = "" }: { error?: string; fine?: string }): void {
  const group = field.closest(".field");
  if (!group) return;
  const id = `${field.id}_error`;
  let list = document.getElementById(id);
  if (!list) {
    list = make("ul", { class: "errors", id, "aria-live": "polite" });
    const before = group.querySelector(":scope > .control") ?? field;
    before.before(list);
  }
  list.replaceChildren(...(error ? [make("li", {}, error)] : []));
  group.classList.toggle("wrong", Boolean(error));
  if (error) {
    field.setAttribute("aria-invalid", "true");
    const told = new Set((field.getAttribute("aria-describedby") ?? "").split(" ").filter(Boolean));
    field.setAttribute("aria-describedby", [...told.add(id)].join(" "));
  } else field.removeAttribute("aria-invalid");
  group.querySelector(".fine")?.remove();
  if (fine && !error) group.append(make("p", { class: "fine", role: "status" }, fine));
}
