// What `npm pack` would publish: these files and no others, small, with nothing to install beside it, the same each time.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { type Bundle, bundleProgram } from "../../scripts/build.ts";
import { billOfMaterials, bundledPackages, licensesText } from "../../scripts/bundled-packages.ts";

const ROOT = join(import.meta.dirname, "../..");
const manifest = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
let bundle: Bundle;
beforeAll(async () => {
  bundle = await bundleProgram();
});

test("the package has nothing to install and runs nothing when it is installed", () => {
  expect(manifest.dependencies ?? {}).toEqual({});
  expect(manifest.optionalDependencies ?? {}).toEqual({});
  expect(manifest.peerDependencies ?? {}).toEqual({});
  const scripts = Object.keys(manifest.scripts);
  expect(scripts.filter((name) => /^(pre|post)?install$|^prepare$|^prepublish$/.test(name))).toEqual([]);
});

test("a global installation brings every page of the manual to where `man` looks", () => {
  const pages = readdirSync(join(ROOT, "docs/man")).map((name) => `docs/man/${name}`);
  expect(manifest.man).toEqual(pages.sort());
});

test("no file of the bundle asks for a package at run time", () => {
  for (const [name, code] of bundle.files) {
    const asked = [...code.matchAll(/\brequire\("([^"]+)"\)/g)].map((match) => match[1] ?? "");
    const foreign = asked.filter(
      (path) => !path.startsWith("./") && !path.startsWith("node:") && !BUILTINS.has(path),
    );
    expect(
      foreign.filter((path) => !ASKED_IN_VAIN.has(path) && !path.startsWith("ajv/dist/runtime/")),
      name,
    ).toEqual([]);
  }
});

/** ajv writes its own into code that is only ever printed. The others are tried for algorithms that Bedrock and most proxies do not use. */
const ASKED_IN_VAIN = new Set(["@aws-sdk/signature-v4-crt", "@aws-sdk/signature-v4a", "kerberos"]);
const BUILTINS = new Set(
  execFileSync(process.execPath, ["-p", "require('node:module').builtinModules.join()"], { encoding: "utf8" })
    .trim()
    .split(","),
);

test("the tarball holds these files and is at most 1.5 MB", () => {
  const to = mkdtempSync(join(tmpdir(), "cbr-pack-"));
  const [packed] = JSON.parse(
    execFileSync("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", to], {
      cwd: ROOT,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }),
  );
  const files: string[] = packed.files.map((file: { path: string }) => file.path);
  const expected = [
    /^package\.json$/,
    /^README\.md$/,
    /^LICENSE$/,
    /^CHANGELOG\.md$/,
    /^THIRD-PARTY-LICENSES\.txt$/,
    /^bin\/(cbr|load)\.js$/,
    /^bin\/package\.json$/,
    /^dist\/package\.json$/,
    /^dist\/[\w.-]+\.js$/,
    /^docs\/man\/cbr[\w-]*\.1$/,
  ];
  expect(files.filter((file) => !expected.some((pattern) => pattern.test(file)))).toEqual([]);
  expect(files).toEqual(
    expect.arrayContaining(["bin/cbr.js", "dist/main.js", "dist/start.js", "dist/ask.js"]),
  );
  expect(packed.size).toBeLessThan(1_500_000);
});

test("two builds have the same bytes", async () => {
  const hash = ({ files }: Bundle) =>
    createHash("sha256")
      .update(JSON.stringify([...files].sort()))
      .digest("hex");
  const first = hash(await bundleProgram());
  expect(hash(await bundleProgram())).toBe(first);
});

test.skipIf(process.platform === "win32")("who may read what is built is not up to the umask", () => {
  const to = mkdtempSync(join(tmpdir(), "cbr-umask-"));
  const build = `import("./scripts/build.ts").then((it) => it.buildProgram(${JSON.stringify(relative(ROOT, to))}))`;
  execFileSync("sh", ["-c", 'umask 077 && exec node_modules/.bin/tsx -e "$1"', "sh", build], { cwd: ROOT });
  const modes = readdirSync(to).map((name) => statSync(join(to, name)).mode & 0o777);
  expect(modes.length).toBeGreaterThan(1);
  expect(new Set(modes)).toEqual(new Set([0o644]));
});

test("every package inside is named with its licence, and the bill of materials lists the same", async () => {
  const packages = await bundledPackages(bundle.metafile, ROOT);
  const text = licensesText(packages);
  const bill = JSON.parse(billOfMaterials(packages, { name: "cbr", version: manifest.version }));
  expect(packages.map(({ name }) => name)).toEqual(
    expect.arrayContaining(["commander", "@aws-sdk/client-sts"]),
  );
  for (const { name, version, license } of packages) {
    expect(text).toContain(`${name} ${version} (${license})`);
    expect(license).toMatch(/^(MIT|Apache-2\.0|ISC|BSD-[23]-Clause|0BSD|BlueOak-1\.0\.0)$/);
  }
  expect(bill.components.map((each: { name: string }) => each.name)).toEqual(
    packages.map(({ name }) => name),
  );
});
