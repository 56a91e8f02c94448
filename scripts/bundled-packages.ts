// What other people's code is inside dist/: the text of their licences, and a bill of materials.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Metafile } from "esbuild";

export interface BundledPackage {
  name: string;
  version: string;
  /** SPDX expression. */
  license: string;
  /** The text that must go with every copy; null where the package has none. */
  text: string | null;
}

/** The packages of which at least one byte is in the bundle, by name and version. Throws where one has no licence. */
export async function bundledPackages(metafile: Metafile, root: string): Promise<BundledPackage[]> {
  const folders = new Set<string>();
  for (const output of Object.values(metafile.outputs)) {
    for (const [input, { bytesInOutput }] of Object.entries(output.inputs)) {
      const folder = /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(input)?.[0];
      if (folder !== undefined && bytesInOutput > 0) folders.add(folder);
    }
  }
  const packages = await Promise.all([...folders].map((folder) => readPackage(join(root, folder))));
  const unique = new Map(packages.map((each) => [`${each.name}@${each.version}`, each]));
  return [...unique.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each);
}

async function readPackage(folder: string): Promise<BundledPackage> {
  const { name, version, license } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  if (typeof license !== "string") throw new Error(`${name} names no licence`);
  const file = (await readdir(folder)).sort().find((entry) => /^licen[cs]e(\.\w+)?$/i.test(entry));
  return { name, version, license, text: file ? await readFile(join(folder, file), "utf8") : null };
}

/** `THIRD-PARTY-LICENSES.txt`: each text once, under the packages it belongs to. */
export function licensesText(packages: readonly BundledPackage[]): string {
  const byText = new Map<string, BundledPackage[]>();
  for (const each of packages) {
    const text = each.text?.replace(/\r\n/g, "\n").trim() ?? `Licensed under ${each.license}.`;
    byText.set(text, [...(byText.get(text) ?? []), each]);
  }
  const sections = [...byText].map(([text, those]) => {
    const names = those.map(({ name, version, license }) => `${name} ${version} (${license})`);
    return `${names.join("\n")}\n\n${text}\n`;
  });
  return `cbr contains code of these packages.\n\n${sections.join(`\n${"-".repeat(78)}\n\n`)}`;
}

/** CycloneDX 1.6, without times and serial numbers: the same bundle has the same bill. */
export function billOfMaterials(
  packages: readonly BundledPackage[],
  self: { name: string; version: string },
): string {
  const component = ({ name, version, license }: BundledPackage) => ({
    type: "library",
    "bom-ref": purl(name, version),
    name,
    version,
    purl: purl(name, version),
    licenses: [/^[\w.+-]+$/.test(license) ? { license: { id: license } } : { expression: license }],
  });
  const root = { type: "application", "bom-ref": purl(self.name, self.version), ...self };
  const bill = {
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: { component: root },
    components: packages.map(component),
    dependencies: [
      { ref: root["bom-ref"], dependsOn: packages.map(({ name, version }) => purl(name, version)) },
    ],
  };
  return `${JSON.stringify(bill, null, 2)}\n`;
}

function purl(name: string, version: string): string {
  return `pkg:npm/${name.replace("@", "%40")}@${version}`;
}
