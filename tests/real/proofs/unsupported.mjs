// Prints as JSON which features of the pages named on the command line which mail programs lack.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [home, ...pages] = process.argv.slice(2);
const packages = createRequire(`${home}/package.json`);
const { caniemail } = await import(pathToFileURL(packages.resolve("caniemail")));
const clients = ["gmail.*", "outlook.*", "apple-mail.*"];
const lacking = {};
for (const page of pages) {
  const { issues } = caniemail({ clients, html: readFileSync(page, "utf8") });
  for (const [client, found] of issues.errors) {
    for (const { title } of found) (lacking[title] ??= new Set()).add(client);
  }
}
console.log(JSON.stringify(Object.fromEntries(
  Object.entries(lacking).map(([title, names]) => [title, [...names].sort()]),
)));
