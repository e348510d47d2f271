/* gauge.js - draws the places of a group from its table, and follows a run that is being computed. */
import "./echarts.js";

const charts = [];

/* The table is the chart's text alternative and its only source. */
for (const box of document.querySelectorAll("[data-gauge-chart]")) {
	const table = box.parentElement.querySelector("[data-gauge-table]");
	const rows = table ? [...table.tBodies[0].rows].slice(0, 20).reverse() : [];
	if (!rows.length || !globalThis.echarts) continue;
	box.hidden = false;
	box.style.height = `${rows.length * 32 + 40}px`;
	const chart = globalThis.echarts.init(box);
	chart.setOption({
		animation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
		grid: { left: 8, right: 48, top: 8, bottom: 8, containLabel: true },
		xAxis: { type: "value" },
		yAxis: { type: "category", data: rows.map((row) => row.cells[0].textContent) },
		series: [{ type: "bar", data: rows.map((row) => Number(row.cells[1].textContent)), barMaxWidth: 20, itemStyle: { color: "#17495f" },
			label: { show: true, position: "right" } }],
	});
	charts.push(chart);
}
window.addEventListener("resize", () => { for (const chart of charts) chart.resize(); });

const work = document.querySelector("[data-gauge-work]");
async function follow() {
	try {
		const answer = await fetch(work.dataset.gaugeWork, { headers: { accept: "application/json" } });
		const now = await answer.json();
		if (now.state !== "begun" && now.state !== "closing") { location.reload(); return; }
		work.querySelector("progress").value = now.percent;
	} catch { /* asked again below */ }
	setTimeout(follow, 700);
}
if (work) follow();
