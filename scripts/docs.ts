// Writes docs/reference from the code, or with --check says what is stale. `npm run docs`, and part of `npm test`.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { commandsReference } from "./docs-commands.ts";
import { errorsReference } from "./docs-errors.ts";
import { manPages } from "./docs-man.ts";
import { settingsReference } from "./docs-settings.ts";

const root = join(import.meta.dirname, "..");
const isCheck = process.argv.includes("--check");
const files: Record<string, string> = {
  "docs/reference/commands.md": await commandsReference(),
  "docs/reference/errors.md": errorsReference(),
  "docs/reference/settings.md": settingsReference(),
  ...(await manPages()),
};

const stale: string[] = [];
for (const [name, content] of Object.entries(files)) {
  const path = join(root, name);
  const text = content.endsWith("\n") ? content : `${content}\n`;
  const current = await readFile(path, "utf8").catch(() => "");
  if (current === text) continue;
  stale.push(name);
  if (isCheck) continue;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}
if (stale.length > 0) console.log(`${isCheck ? "stale" : "written"}: ${stale.join(", ")}`);
if (isCheck && stale.length > 0) {
  console.error("run `npm run docs` and commit the result");
  process.exitCode = 1;
}
