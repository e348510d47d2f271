/* main.js - the little that pages gain from JavaScript. Every page works without it. */
import { initAll } from "./govuk.js";

const words = document.documentElement.lang.startsWith("zh")
	? { show: "显示", hide: "隐藏", showAria: "显示密码", hideAria: "隐藏密码",
		left: { one: "还可输入 %{count} 个字", other: "还可输入 %{count} 个字" },
		over: { one: "超出 %{count} 个字", other: "超出 %{count} 个字" }, limit: "已到字数上限" }
	: null;

initAll(words ? {
	passwordInput: { i18n: { showPassword: words.show, hidePassword: words.hide,
		showPasswordAriaLabel: words.showAria, hidePasswordAriaLabel: words.hideAria } },
	characterCount: { i18n: { charactersUnderLimit: words.left, charactersOverLimit: words.over, charactersAtLimit: words.limit } },
} : {});

/* Buttons that print appear only where printing works. */
for (const button of document.querySelectorAll("[data-print]")) {
	button.hidden = false;
	button.addEventListener("click", () => window.print());
}

/* A click on a demo account fills the form. */
for (const button of document.querySelectorAll("[data-login]")) {
	button.hidden = false;
	button.addEventListener("click", () => {
		document.querySelector("#login").value = button.dataset.login;
		document.querySelector("#password").value = button.dataset.password;
		document.querySelector("#login").form.requestSubmit();
	});
}

/* Filters begin closed, for a phone; a wide screen shows them. The style sheet says so where the browser knows how. */
if (!CSS.supports("selector(::details-content)") && window.matchMedia("(min-width: 641px)").matches)
	for (const fold of document.querySelectorAll(".bj-fold")) fold.open = true;

/* A select that filters a list submits its form at once. */
for (const select of document.querySelectorAll("select[data-submit]"))
	select.addEventListener("change", () => select.form.requestSubmit());

/* Leaving a long form with unsaved changes asks first. */
for (const form of document.querySelectorAll("form[data-guard]")) {
	let changed = false;
	form.addEventListener("input", () => { changed = true; });
	form.addEventListener("submit", () => { changed = false; });
	window.addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });
}

if (document.querySelector('[data-module="moj-sortable-table"]'))
	import("./sortable-table.js").then(({ SortableTable }) => {
		for (const table of document.querySelectorAll('[data-module="moj-sortable-table"]')) new SortableTable(table, words
			? { statusMessage: "按 %heading% 排序(%direction%)", ascendingText: "升序", descendingText: "降序" } : {});
	});
