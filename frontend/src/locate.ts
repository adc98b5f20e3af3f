import { each, make } from "./page";

/** "用我现在的位置": fills two fields; absent where the browser cannot or may not tell. */
export function enhanceLocate(root: Document | Element): void {
  if (!("geolocation" in navigator) || !window.isSecureContext) return;
  each(root, "[data-locate]", function locate(button) {
    button.hidden = false;
    const says = make("p", { class: "hint", role: "status" });
    button.after(says);
    button.addEventListener("click", () => {
      says.textContent = "正在定位…";
      navigator.geolocation.getCurrentPosition(
        ({ coords }) => {
          set(button.dataset.lng, coords.longitude);
          set(button.dataset.lat, coords.latitude);
          says.textContent = `已定位，误差约 ${Math.round(coords.accuracy)} 米。不准可以在图上移动。`;
        },
        () => (says.textContent = "没有取到位置。可以在图上点，或写地址。"),
        { enableHighAccuracy: true, timeout: 10000, maximumAge: 60000 },
      );
    });
  });
}

function set(selector: string | undefined, value: number): void {
  const field = selector ? document.querySelector<HTMLInputElement>(selector) : null;
  if (!field) return;
  field.value = value.toFixed(6);
  field.dispatchEvent(new Event("change", { bubbles: true }));
}
