import L from "leaflet";
import "leaflet/dist/leaflet.css";
import "./styles/map.css";
import { colour, make } from "./page";

type Properties = { name?: string; note?: string; href?: string; tone?: string; kind?: string; count?: number; shade?: number; label?: string };
type Feature = GeoJSON.Feature<GeoJSON.Geometry | null, Properties>;

const TONES: Record<string, string> = { late: "--late", soon: "--soon", ok: "--ok" };

/** Text only: whatever a record is called, it can never become markup. */
function words(of: Properties): HTMLElement {
  const box = make("div", {}, make("b", {}, of.name ?? ""));
  if (of.note) box.append(make("div", {}, of.note));
  if (of.href?.startsWith("/")) box.append(make("a", { href: of.href }, "打开"));
  return box;
}

function base(element: HTMLElement): L.Map {
  element.replaceChildren();
  const map = L.map(element, { zoomControl: false, attributionControl: Boolean(element.dataset.tileUrl), minZoom: 5, maxZoom: 18, zoomSnap: 0.25, scrollWheelZoom: false, renderer: L.svg({ padding: 1 }) });
  map.attributionControl?.setPrefix(false);
  L.control.zoom({ position: "bottomright", zoomInTitle: "放大", zoomOutTitle: "缩小" }).addTo(map);
  map.once("focus click", () => map.scrollWheelZoom.enable());
  const { tileUrl, tileAttribution = "" } = element.dataset;
  if (tileUrl) L.tileLayer(tileUrl, { attribution: tileAttribution, subdomains: "01234567", maxZoom: 18 }).addTo(map);
  const [lng, lat] = (element.dataset.center ?? "116.70,23.37").split(",").map(Number);
  new ResizeObserver(() => map.invalidateSize()).observe(element);
  map.setView([lat, lng], Number(element.dataset.zoom ?? 13));
  return map;
}

function area(feature: Feature): L.Layer {
  const { name, count, shade, label } = feature.properties;
  // A figure colours its areas: the larger the number, the darker, from 0.12 to 0.7 as the scale below the map says.
  const fillOpacity = shade === undefined ? 0.05 : 0.12 + 0.58 * shade;
  const shape = L.geoJSON(feature, {
    style: { color: colour("--act"), weight: 1, opacity: 0.45, fillColor: colour("--act"), fillOpacity },
  });
  const told = label ?? (count === undefined ? "" : String(count));
  if (name)
    shape.bindTooltip(make("span", {}, told ? `${name} ${told}` : name), {
      permanent: true,
      direction: "center",
      className: "area-label",
    });
  shape.bindPopup(() => words(feature.properties));
  return shape;
}

function label(feature: Feature, at: L.LatLng): L.Layer {
  const { name = "", label: told } = feature.properties;
  const text = make("span", { class: "area-label nowrap" }, told ? `${name} ${told}` : name);
  return L.marker(at, { interactive: false, keyboard: false, icon: L.divIcon({ className: "area-label", html: text, iconSize: [0, 0] }) });
}

function point(feature: Feature, at: L.LatLng): L.Layer {
  const dot = L.circleMarker(at, {
    radius: 7,
    color: "#fff",
    weight: 2,
    fillColor: colour(TONES[feature.properties.tone ?? ""] ?? "--act"),
    fillOpacity: 0.95,
  });
  return dot.bindPopup(() => words(feature.properties)).bindTooltip(make("span", {}, feature.properties.name ?? ""));
}

async function clusters(): Promise<L.MarkerClusterGroup> {
  // The plugin reads a global; it is set just before the plugin is fetched.
  (window as unknown as { L: typeof L }).L = L;
  await import("leaflet.markercluster");
  return (window as unknown as { L: typeof L }).L.markerClusterGroup({
    showCoverageOnHover: false,
    maxClusterRadius: 64,
    iconCreateFunction: (bunch) => {
      const count = bunch.getChildCount();
      const side = count < 10 ? 30 : count < 100 ? 38 : 46;
      return L.divIcon({ className: "bunch", html: make("span", {}, String(count)), iconSize: [side, side] });
    },
  });
}

/** Many records of one place as a circle with their number; a press looks closer. */
function cell(feature: Feature, at: L.LatLng, map: L.Map): L.Layer {
  const count = feature.properties.count ?? 0;
  const side = count < 10 ? 30 : count < 100 ? 38 : count < 1000 ? 46 : 54;
  const icon = L.divIcon({ className: "bunch", html: make("span", {}, String(count)), iconSize: [side, side] });
  return L.marker(at, { icon, alt: feature.properties.name }).on("click", () => map.setView(at, Math.min(map.getZoom() + 2, 18)));
}

type Answer = { features: Feature[]; more?: boolean };

async function ask(element: HTMLElement, map?: L.Map): Promise<Answer> {
  const address = new URL(element.dataset.src ?? "", location.href);
  if (map) {
    address.searchParams.set("bbox", map.getBounds().toBBoxString());
    address.searchParams.set("zoom", String(map.getZoom()));
  }
  const answer = await fetch(address, { credentials: "same-origin" });
  if (!answer.ok) throw new Error(String(answer.status));
  return (await answer.json()) as Answer;
}

/** Where there is more than goes on one map, each look asks for what lies in sight. */
function follow(element: HTMLElement, map: L.Map): void {
  const inSight = L.layerGroup().addTo(map);
  let asked = 0;
  const look = async (): Promise<void> => {
    const mine = ++asked;
    const { features } = await ask(element, map);
    if (mine !== asked) return;
    inSight.clearLayers();
    for (const feature of features) {
      if (feature.geometry?.type !== "Point" || feature.properties.kind === "area") continue;
      const at = L.latLng(feature.geometry.coordinates[1], feature.geometry.coordinates[0]);
      inSight.addLayer(feature.properties.kind === "cell" ? cell(feature, at, map) : point(feature, at));
    }
  };
  let timer = 0;
  map.on("moveend", () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => void look().catch(console.error), 250);
  });
  void look().catch(console.error);
}

async function show(element: HTMLElement): Promise<void> {
  const { features, more } = await ask(element);
  const map = base(element);
  const bounds = L.latLngBounds([]);
  const group = await clusters();
  for (const feature of features) {
    if (!feature.geometry) continue;
    if (feature.geometry.type === "Point") {
      const [lng, lat] = feature.geometry.coordinates;
      const at = L.latLng(lat, lng);
      bounds.extend(at);
      if (feature.properties.kind === "area") label(feature, at).addTo(map);
      else group.addLayer(point(feature, at));
    } else {
      const shape = area(feature).addTo(map) as L.GeoJSON;
      bounds.extend(shape.getBounds());
    }
  }
  group.addTo(map);
  if (bounds.isValid()) map.fitBounds(bounds, { padding: [12, 12], maxZoom: 16, animate: false });
  if (more) follow(element, map);
}

function pick(element: HTMLElement): void {
  const lng = document.querySelector<HTMLInputElement>(element.dataset.lng ?? "");
  const lat = document.querySelector<HTMLInputElement>(element.dataset.lat ?? "");
  if (!lng || !lat) return;
  if (lng.value && lat.value) element.dataset.center = `${lng.value},${lat.value}`;
  const map = base(element);
  const icon = L.divIcon({ className: "", html: make("div", { class: "pin" }), iconSize: [22, 22], iconAnchor: [11, 26] });
  (icon.options.html as HTMLElement).style.cssText = "width:22px;height:22px";
  const pin = L.marker(map.getCenter(), { draggable: true, icon, alt: "位置" });
  const write = (at: L.LatLng): void => {
    pin.setLatLng(at).addTo(map);
    lng.value = at.lng.toFixed(6);
    lat.value = at.lat.toFixed(6);
  };
  if (lng.value && lat.value) pin.addTo(map);
  pin.on("dragend", () => write(pin.getLatLng()));
  map.on("click", (event) => write(event.latlng));
  for (const field of [lng, lat])
    field.addEventListener("change", () => {
      if (!lng.value || !lat.value) return;
      const at = L.latLng(Number(lat.value), Number(lng.value));
      pin.setLatLng(at).addTo(map);
      map.panTo(at);
    });
}

export async function draw(element: HTMLElement): Promise<void> {
  if (element.hasAttribute("data-map-pick")) return pick(element);
  try {
    await show(element);
  } catch (error) {
    console.error(error);
    element.replaceChildren(make("p", {}, "地图没有取到。同样的内容在列表里，也可以刷新再试。"));
  }
}
