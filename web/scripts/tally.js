/* tally.js - draws the charts of statistics pages from the figures that the table beside them shows. Without it the table alone stands. */
import "./echarts.js";

const palette = ["#1c5799", "#ed9926", "#40996b", "#b8333d", "#8cbfe6", "#6b5294", "#ccc24d", "#737373"];
const quiet = matchMedia("(prefers-reduced-motion: reduce)").matches;
const charts = [];

for (const box of document.querySelectorAll("[data-tally]")) {
	if (!globalThis.echarts) break;
	const spec = JSON.parse(box.dataset.tally);
	const unit = 10 ** spec.scale;
	const numbers = (values) => values.map((v) => (v === null ? null : v / unit));
	const line = spec.kind === "lines";
	// many long names: the bars lie, so that each name is read whole
	const lying = !line && spec.categories.length > 5 && spec.categories.some((name) => name.length > 7);
	const names = { type: "category", data: spec.categories, inverse: lying, axisLabel: { hideOverlap: !lying, interval: lying ? 0 : undefined, width: lying ? 150 : 110, overflow: "truncate" } };
	const values = { type: "value", minInterval: spec.scale ? 0 : 1 };
	box.hidden = false;
	if (lying) box.style.height = `${spec.categories.length * (spec.kind === "stacked" ? 26 : 12 + 12 * spec.series.length) + 80}px`;
	const chart = globalThis.echarts.init(box);
	chart.setOption({
		animation: !quiet,
		color: palette,
		grid: { left: 8, right: 16, top: spec.series.length > 4 ? 64 : 40, bottom: 8, containLabel: true },
		legend: { top: 0, left: 0 },
		tooltip: { trigger: "axis", axisPointer: { type: line ? "line" : "shadow" }, confine: true },
		xAxis: lying ? values : names,
		yAxis: lying ? names : values,
		series: spec.series.map((s, i) => ({
			name: s.name, type: line ? "line" : "bar", stack: spec.kind === "stacked" ? "all" : undefined, data: numbers(s.values),
			barMaxWidth: 44, symbol: ["circle", "rect", "triangle"][i % 3], symbolSize: 7, connectNulls: false,
			itemStyle: line || i % 2 === 0 ? undefined : { decal: { symbol: "rect", dashArrayX: [1, 0], dashArrayY: [2, 4], rotation: Math.PI / 4, color: "rgba(255,255,255,.45)" } },
		})),
	});
	charts.push(chart);
}

const resize = () => charts.forEach((c) => c.resize());
window.addEventListener("resize", resize);
window.addEventListener("beforeprint", resize);
