// merge.mjs - joins the schemas of the API's domains into one document of components.
//   node merge.mjs OUT components.json watch.json …
// A name that two files give is an error: one of them would silently be lost.
import { readFileSync, writeFileSync } from "node:fs";

const [out, ...files] = process.argv.slice(2);
const all = {};
for (const file of files) {
	for (const [kind, entries] of Object.entries(JSON.parse(readFileSync(file, "utf8")))) {
		all[kind] ??= {};
		for (const [name, value] of Object.entries(entries)) {
			if (name in all[kind]) throw new Error(`${file}: ${kind}.${name} is there already`);
			all[kind][name] = value;
		}
	}
}
writeFileSync(out, JSON.stringify(all, null, 1) + "\n");
