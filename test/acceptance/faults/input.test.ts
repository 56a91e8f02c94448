// Model ids that would be paths or headers, the oldest Node, the package itself.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { cleanEnv, freshHome } from "../../support/cbr.ts";
import { mocked } from "../../support/mocked.ts";

const ROOT = join(import.meta.dirname, "../../..");

test.each(["", " ", "a\r\nHost: evil", "../../etc", "a/../../b", "claude\u0000", "%2e%2e/x"])(
  "row 122: the model %j goes nowhere",
  async (model) => {
    if (model.includes("\u0000")) return; // no system passes NUL in an argument
    const bedrock = await mocked();
    const run = await bedrock.cbr(["invoke", "-m", model, "hi"]);
    expect(run).toMatchObject({ code: 2, stdout: "" });
    expect(bedrock.mock.requests).toEqual([]);
  },
);

test("row 122: an ARN with a slash is one segment of the path", async () => {
  const bedrock = await mocked();
  const arn = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/../../abc";
  await bedrock.cbr(["invoke", "--no-check", "-m", arn, "hi"]);
  for (const { path } of bedrock.calls()) expect(path).not.toContain("/../");
});

test("row 154: a Node that is too old is one line and exit 1, and a Node that is not says nothing of itself", async () => {
  const folder = freshHome();
  const fake = join(folder, "old.cjs");
  writeFileSync(fake, 'Object.defineProperty(process.versions, "node", { value: "18.20.4" });');
  const run = spawnSync(process.execPath, ["--require", fake, join(ROOT, "bin/cbr.js"), "--version"], {
    encoding: "utf8",
  });
  expect(run).toMatchObject({
    status: 1,
    stdout: "",
    stderr: "cbr: Node 18.20.4 is too old\nhint: install Node 20.19 or later\n",
  });
  const bedrock = await mocked({ script: [{ text: "ok" }] });
  expect(await bedrock.cbr(["invoke", "hi"])).toMatchObject({ code: 0, stderr: "" });
});

test("row 155: the package installs offline without scripts, into a place that is then read-only", {
  timeout: 120_000,
}, () => {
  const source = packed();
  const target = freshHome();
  const home = freshHome();
  const env = {
    ...cleanEnv(home),
    npm_config_cache: join(home, "cache"),
    npm_config_registry: "http://127.0.0.1:9/",
  };
  execFileSync(
    "npm",
    ["install", "--offline", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", target, source],
    {
      env,
      cwd: home,
      stdio: "pipe",
    },
  );
  execFileSync("chmod", ["-R", "a-w", target]);
  const cbr = join(target, "node_modules/.bin/cbr");
  expect(execFileSync(cbr, ["models", "list", "--offline"], { env, encoding: "utf8" })).toContain("claude-");
  execFileSync("chmod", ["-R", "u+w", target]);
});

test("S18: no scripts of ours run at an install, and those of others are off", () => {
  const pkg = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  const scripts = Object.keys(pkg.scripts);
  for (const name of ["preinstall", "install", "postinstall", "prepare", "prepublish"])
    expect(scripts).not.toContain(name);
  expect(pkg.dependencies ?? {}).toEqual({});
  expect(readFileSync(join(ROOT, ".npmrc"), "utf8")).toMatch(/^ignore-scripts=true$/m);
});

test("S20: the package holds what it is allowed to hold", () => {
  const list = execFileSync("tar", ["tzf", packed()], { encoding: "utf8" }).trim().split("\n");
  const allowed =
    /^package\/(bin\/(cbr\.js|load\.js|package\.json)|dist\/[\w.-]+\.(js|json)|docs\/man\/[\w.-]+\.[1-8]|package\.json|README\.md|LICENSE|CHANGELOG\.md|THIRD-PARTY-LICENSES\.txt)$/;
  expect(list.filter((name) => !allowed.test(name))).toEqual([]);
  expect(list).toContain("package/bin/cbr.js");
});

let tarball: string | null = null;

function packed(): string {
  if (tarball !== null && existsSync(tarball)) return tarball;
  const folder = freshHome();
  const out = execFileSync("npm", ["pack", "--ignore-scripts", "--json", "--pack-destination", folder], {
    cwd: ROOT,
    env: { ...cleanEnv(freshHome()) },
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  tarball = join(folder, JSON.parse(out)[0].filename);
  return tarball;
}
