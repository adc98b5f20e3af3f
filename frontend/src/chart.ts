import { BarChart, LineChart } from "echarts/charts";
import { GridComponent, TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import { colour } from "./page";

use([BarChart, LineChart, GridComponent, TooltipComponent, CanvasRenderer]);

/** What a page hands over as JSON: plain figures, no options of the library. */
type Spec = {
  kind: "bar" | "line" | "stack" | "rank";
  labels: string[];
  series: { name: string; values: (number | null)[]; tone?: "act" | "late" | "soon" | "ok" | "muted" }[];
  unit?: string;
  hrefs?: string[];
};

const ORDER = ["act", "muted", "soon", "ok", "late"];

export function draw(element: HTMLElement): void {
  const data = document.getElementById(element.dataset.chart ?? "")?.textContent;
  if (!data) return;
  const spec = JSON.parse(data) as Spec;
  const chart = init(element, undefined, { renderer: "canvas" });
  const size = parseFloat(getComputedStyle(element).fontSize) * 0.875;
  const text = { color: colour("--muted"), fontSize: size, fontFamily: getComputedStyle(element).fontFamily };
  const flat = spec.kind === "rank";
  const names = {
    type: "category" as const,
    data: spec.labels,
    inverse: flat,
    axisTick: { show: false },
    axisLine: { show: !flat, lineStyle: { color: colour("--line") } },
    axisLabel: { ...text, hideOverlap: true, width: flat ? 120 : undefined, overflow: "truncate" as const },
  };
  const values = {
    type: "value" as const,
    min: 0,
    minInterval: 1,
    splitNumber: 4,
    axisLabel: { ...text, show: !flat },
    splitLine: { show: !flat, lineStyle: { color: colour("--line") } },
  };
  const several = spec.series.length > 1;
  chart.setOption({
    animation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
    animationDuration: 300,
    grid: { left: 4, right: several && spec.kind === "line" ? 84 : 24, top: 28, bottom: 4, containLabel: true },
    // richText: the other mode would need inline styles, which the page's policy forbids.
    tooltip: { trigger: "axis", renderMode: "richText", confine: true, valueFormatter: (v: unknown) => `${String(v ?? "无")} ${spec.unit ?? ""}` },
    xAxis: flat ? values : names,
    yAxis: flat ? names : values,
    series: spec.series.map((row, index) => {
      const tint = colour(`--${row.tone ?? ORDER[index % ORDER.length]}`);
      const last = index === spec.series.length - 1;
      if (spec.kind === "line")
        return {
          type: "line" as const,
          name: row.name,
          data: row.values,
          symbol: "circle",
          symbolSize: 5,
          color: tint,
          lineStyle: { width: 2 },
          endLabel: { show: several, formatter: row.name, ...text, color: tint },
        };
      return {
        type: "bar" as const,
        name: row.name,
        data: row.values,
        color: tint,
        barMaxWidth: 28,
        stack: spec.kind === "stack" ? "all" : undefined,
        itemStyle: { borderRadius: spec.kind === "stack" && !last ? 0 : flat ? [0, 3, 3, 0] : [3, 3, 0, 0] },
        label: { show: !several, position: flat ? ("right" as const) : ("top" as const), ...text, color: colour("--ink") },
      };
    }),
  });
  if (spec.hrefs)
    chart.on("click", (event) => {
      const href = spec.hrefs?.[event.dataIndex];
      if (href?.startsWith("/")) location.assign(href);
    });
  new ResizeObserver(() => chart.resize()).observe(element);
}
