// build.mjs - turns styles, scripts and images into plain files in the folder given.
//   node build.mjs ../build/web/static
// Needs the packages of package-lock.json (npm ci --ignore-scripts); nothing of them is left at run time but the
// files written here.
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import * as sass from "sass";

const here = dirname(fileURLToPath(import.meta.url));
const out = resolve(process.argv[2] ?? join(here, "..", "build", "web", "static"));
const modules = join(here, "node_modules");
mkdirSync(out, { recursive: true });

const style = sass.compile(join(here, "styles", "main.scss"), {
	loadPaths: [here, modules], style: "compressed", quietDeps: true, charset: true,
});
// fonts and crests that belong to others must never slip in
if (/GDS Transport|crest|crown/i.test(style.css)) {
	const at = style.css.search(/GDS Transport|crest|crown/i);
	throw new Error(`main.css names a font or crest that is not ours: …${style.css.slice(Math.max(0, at - 80), at + 80)}…`);
}
writeFileSync(join(out, "main.css"), style.css + "\n");

const moj = join(modules, "@ministryofjustice", "frontend", "moj", "components");
const copies = [
	[join(modules, "govuk-frontend", "dist", "govuk", "govuk-frontend.min.js"), "govuk.js"],
	[join(moj, "sortable-table", "sortable-table.bundle.mjs"), "sortable-table.js"],
	[join(modules, "echarts", "dist", "echarts.common.min.js"), "echarts.js"],
	[join(modules, "hls.js", "dist", "hls.light.min.mjs"), "hls.js"],
];
// the few icons that the style sheet names
for (const [, name] of style.css.matchAll(/url\(["']?\.\/([^)"']+)["']?\)/g))
	copies.push([join(modules, "@ministryofjustice", "frontend", "moj", "assets", "images", name), name]);
for (const name of readdirSync(join(here, "scripts"))) copies.push([join(here, "scripts", name), name]);
for (const name of readdirSync(join(here, "images"))) copies.push([join(here, "images", name), name]);
for (const [from, name] of copies) {
	if (!existsSync(from)) { console.error(`note: ${from} is missing, pages that need ${name} will do without (cd web && npm ci --ignore-scripts)`); continue; }
	if (!name.endsWith(".js")) copyFileSync(from, join(out, name));
	else writeFileSync(join(out, name), readFileSync(from, "utf8").replace(/\n?\/\/# sourceMappingURL=.*\n?/g, "\n"));
}

// One short word for all of them: pages put it behind each address, so that browsers may keep files for ever.
const hash = createHash("sha256");
for (const name of readdirSync(out).sort()) if (name !== "version") hash.update(name).update(readFileSync(join(out, name)));
writeFileSync(join(out, "version"), hash.digest("hex").slice(0, 12) + "\n");
