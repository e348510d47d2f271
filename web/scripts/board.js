/* board.js - keeps the supervisor's board current. Without it the page reloads by itself. */
import "./echarts.js";
import { live } from "./live.js";

const board = document.querySelector("#board");
const part = document.querySelector("#board-live");
const colours = { none: "#0d6b4a", notice: "#0f5c80", yellow: "#f2b705", red: "#b3261e" };
let chart = null;

/* The table is the chart's text alternative and its only source. */
function draw() {
	const box = part.querySelector("[data-chart]");
	const table = part.querySelector("[data-chart-table]");
	if (!box || !table || !globalThis.echarts) return;
	chart?.dispose();
	const heads = [...table.tHead.rows[0].cells].map((cell) => cell.textContent);
	const rows = [...table.tBodies[0].rows].slice(0, 12).reverse();
	if (!rows.length) return;
	const numbers = (column) => rows.map((row) => Number(row.cells[column].textContent));
	const open = numbers(1), red = numbers(2), yellow = numbers(3), notice = numbers(4);
	const calm = open.map((all, i) => Math.max(0, all - red[i] - yellow[i] - notice[i]));
	const quiet = matchMedia("(prefers-reduced-motion: reduce)").matches;
	const bar = (name, data, color) => ({ name, type: "bar", stack: "all", data, itemStyle: { color }, barMaxWidth: 22 });
	box.hidden = false;
	box.style.height = `${rows.length * 34 + 70}px`;
	chart = globalThis.echarts.init(box);
	chart.setOption({
		animation: !quiet,
		grid: { left: 8, right: 24, top: 36, bottom: 8, containLabel: true },
		legend: { top: 0, left: 0 },
		tooltip: { trigger: "axis", axisPointer: { type: "shadow" } },
		xAxis: { type: "value", minInterval: 1 },
		yAxis: { type: "category", data: rows.map((row) => row.cells[0].textContent) },
		series: [bar(heads[2], red, colours.red), bar(heads[3], yellow, colours.yellow),
			bar(heads[4], notice, colours.notice), bar(board.dataset.calm, calm, colours.none)],
	});
}

const state = board.querySelector("[data-live-state]");
const say = (on) => { state.textContent = on ? state.dataset.on : state.dataset.off; };

function show(html) {
	const focus = document.activeElement?.getAttribute("href");
	part.innerHTML = html;
	if (focus) part.querySelector(`a[href="${CSS.escape(focus)}"]`)?.focus();
	board.querySelector('[data-live="at"]').textContent = part.querySelector("[data-at]")?.dataset.at ?? "";
	draw();
}

draw();
window.addEventListener("resize", () => chart?.resize());
live(board.dataset.events, ["board"], show, say);
