import htmx from "htmx.org";
import "./styles/app.css";
import "./requests";
import { enhanceChecks } from "./checks";
import { enhanceFiles } from "./files";
import { enhanceForms } from "./forms";
import "./keys";
import { enhanceLocate } from "./locate";
import { enhanceMessages } from "./messages";
import { each, whenSeen, type Root } from "./page";
import "./dialogs";
import "./rows";

/** Everything here adds to a page that already works; nothing is needed to read or to file. */
function enhance(root: Root): void {
  enhanceForms(root);
  enhanceChecks(root);
  enhanceFiles(root);
  enhanceLocate(root);
  enhanceMessages(root);
  each(root, "[data-map], [data-map-pick]", (element) =>
    whenSeen(element, () => void import("./map").then((module) => module.draw(element))),
  );
  each(root, "[data-chart]", (element) => {
    element.dataset.drawn = "";
    const table = element.nextElementSibling;
    if (table instanceof HTMLDetailsElement) table.open = false;
    whenSeen(element, () => void import("./chart").then((module) => module.draw(element)));
  });
  each(root, "[data-print]", (element) => {
    element.hidden = false;
    element.addEventListener("click", () => window.print());
  });
  each(root, "[data-copy]", (element) => {
    element.hidden = false;
    element.addEventListener("click", () => {
      const field = document.querySelector<HTMLInputElement>(element.dataset.copy ?? "");
      field?.select();
      // Without a safe connection there is no clipboard; the address is selected all the same.
      void navigator.clipboard?.writeText(field?.value ?? "").then(() => (element.textContent = "已复制"));
    });
  });
  each(root, "[data-autosubmit]", (element) =>
    element.addEventListener("change", () => (element as HTMLSelectElement).form?.requestSubmit()),
  );
}

// Once at the start and again for every fragment that htmx brings in.
htmx.onLoad((element) => enhance(element as Element));
