// Every active model × flag × API: either the mock, which checks bodies as the service does, takes the request, or cbr
// refuses it with exit code 2 before anything is sent. The table is printed.
import { afterAll, beforeAll, expect, test } from "vitest";
import { APIS } from "../../../src/core/claude.ts";
import { mockEnvironment } from "../../../src/mock/environment.ts";
import { type RunningMock, startMock } from "../../../src/mock/server.ts";
import { CATALOG, type CatalogModel } from "../../../src/models/catalog.ts";
import { runInProcess } from "../../support/in-process.ts";

const SCHEMA =
  '{"type":"object","properties":{"name":{"type":"string"}},"required":["name"],"additionalProperties":false}';
const FLAGS: Record<string, readonly string[]> = {
  plain: [],
  "effort low": ["--effort", "low"],
  "effort xhigh": ["--effort", "xhigh"],
  "thinking 2048": ["--thinking", "2048"],
  "thinking adaptive": ["--thinking", "adaptive"],
  "thinking off": ["--thinking", "off"],
  schema: ["--schema", SCHEMA],
  "schema+thinking": ["--schema", SCHEMA, "--thinking", "adaptive"],
  "temperature 0.5": ["--temperature", "0.5"],
  "top-p 0.9": ["--top-p", "0.9"],
  "top-k 5": ["--top-k", "5"],
  cache: ["--cache", "-s", "long enough ".repeat(2000)],
  "no stream": ["--no-stream"],
};
const ACTIVE = CATALOG.models.filter(
  (model) => model.lifecycle.status === "active" && model.lifecycle.access === "open",
);

let mock: RunningMock;
beforeAll(async () => {
  mock = await startMock();
});
afterAll(() => mock.close());
const rows: string[] = [];
afterAll(() => console.log(`${["model", "flag", ...APIS].join(" | ")}\n${rows.join("\n")}`));

test.each(ACTIVE.map((model) => [model.alias, model] as const))("%s", async (_alias, model) => {
  for (const [name, flags] of Object.entries(FLAGS)) {
    const cells: string[] = [];
    for (const api of APIS) cells.push(await cell(model, api, flags));
    rows.push([model.alias, name, ...cells].join(" | "));
    expect(cells, `${model.alias} ${name}: ${JSON.stringify(flags)}`).not.toContain("WRONG");
  }
});

async function cell(model: CatalogModel, api: string, flags: readonly string[]): Promise<string> {
  const region = api === "mantle" ? (model.mantle_regions?.[0] ?? "us-east-1") : "us-east-1";
  const { set: env } = mockEnvironment(mock.url, region, {});
  const before = mock.requests.length;
  const run = await runInProcess(
    ["invoke", "-m", model.alias, "--api", api, "--error-format", "json", ...flags, "--", "say hello"],
    env,
  );
  const sent = mock.requests.length - before;
  if (run.code === 0 && sent > 0 && run.stdout !== "") return "ok";
  if (run.code === 2 && sent === 0 && run.stdout === "") return "2";
  console.log(model.alias, api, flags, run);
  return "WRONG";
}
