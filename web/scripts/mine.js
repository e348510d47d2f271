/* mine.js - the load by hour as a picture over its table, which stays the only source and the text alternative. */
import "./echarts.js";

const box = document.querySelector('[data-chart="load"]');
const table = document.querySelector('[data-chart-table="load"]');
if (box && table && globalThis.echarts) {
	const hours = [...table.tHead.rows[0].cells].slice(1).map((cell) => cell.textContent);
	const rows = [...table.tBodies[0].rows];
	const days = rows.map((row) => row.cells[0].textContent);
	const points = rows.flatMap((row, day) => [...row.cells].slice(1).map((cell, hour) => [hour, day, Number(cell.textContent)]));
	const most = Math.max(1, ...points.map((point) => point[2]));
	box.hidden = false;
	box.style.height = "260px";
	const chart = globalThis.echarts.init(box);
	chart.setOption({
		animation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
		grid: { left: 8, right: 16, top: 12, bottom: 8, containLabel: true },
		tooltip: { formatter: (p) => `${days[p.value[1]]} ${hours[p.value[0]]}:00 · ${p.value[2]}` },
		xAxis: { type: "category", data: hours, splitLine: { show: true, lineStyle: { color: "#eef3f4" } } },
		yAxis: { type: "category", data: days, inverse: true },
		series: [{ type: "scatter", data: points.filter((point) => point[2] > 0), symbolSize: (v) => 4 + 26 * Math.sqrt(v[2] / most), itemStyle: { color: "#17495f", opacity: 0.8 } }],
	});
	window.addEventListener("resize", () => chart.resize());
}
