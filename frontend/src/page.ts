export type Root = Document | Element;

const seen = new WeakMap<Element, Set<string>>();

/** Calls `act` once for each element below (or at) `root` that matches. */
export function each(root: Root, selector: string, act: (element: HTMLElement) => void): void {
  const found = [...root.querySelectorAll<HTMLElement>(selector)];
  if (root instanceof HTMLElement && root.matches(selector)) found.push(root);
  for (const element of found) {
    const done = seen.get(element) ?? new Set<string>();
    const key = selector + act.name;
    if (done.has(key)) continue;
    seen.set(element, done.add(key));
    act(element);
  }
}

/** Acts when the element comes near the screen, which a map in a closed drawer only does when it is opened. */
export function whenSeen(element: Element, act: () => void): void {
  const watch = new IntersectionObserver(
    (entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      watch.disconnect();
      act();
    },
    { rootMargin: "200px" },
  );
  watch.observe(element);
}

export function make<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Record<string, string> = {},
  ...children: (string | Node)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

export function cookie(name: string): string {
  const found = document.cookie.split("; ").find((part) => part.startsWith(`${name}=`));
  return found ? decodeURIComponent(found.slice(name.length + 1)) : "";
}

/** The token of the nearest form, else of the cookie. */
export function csrf(near?: Element | null): string {
  const field = (near?.closest("form") ?? document).querySelector<HTMLInputElement>("[name=csrfmiddlewaretoken]");
  return field?.value || cookie("csrftoken");
}

export const isElder = (): boolean => document.documentElement.classList.contains("elder");

export function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}
