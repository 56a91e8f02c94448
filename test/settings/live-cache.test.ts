import { mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Host } from "../../src/host/host.ts";
import type { LiveLists } from "../../src/models/live.ts";
import { type CachePlace, readLiveLists, writeLiveLists } from "../../src/settings/live-cache.ts";

const NOW = Date.parse("2026-11-20T12:00:00Z");
const LISTS: LiveLists = {
  models: [
    { id: "anthropic.claude-x", name: "Claude X", lifecycle: "ACTIVE", inferenceTypes: ["ON_DEMAND"] },
  ],
  profiles: [
    { id: "us.anthropic.claude-x", modelIds: ["anthropic.claude-x"], destinationRegions: ["us-east-1"] },
  ],
  region: "us-east-1",
  fetchedAt: NOW,
};

interface Changes {
  env?: Record<string, string>;
  region?: string;
  endpoint?: string | null;
  profile?: string;
  now?: number;
}

function placeIn(home: string, changes: Changes = {}): CachePlace {
  const endpoint = changes.endpoint ?? null;
  return {
    host: {
      env: { AWS_ACCESS_KEY_ID: "AKIAONE", ...changes.env },
      home,
      now: () => changes.now ?? NOW,
    } as unknown as Host,
    settings: {
      auth: null,
      profile: changes.profile ? { value: changes.profile, source: "--profile", origin: "flag" } : null,
      awsProfile: changes.profile ?? null,
      endpoint_url: endpoint === null ? null : { value: endpoint, source: "--endpoint-url", origin: "flag" },
      endpoints: { bedrock: null },
    } as unknown as CachePlace["settings"],
    region: changes.region ?? "us-east-1",
    mainService: "bedrock",
  };
}

const freshHome = () => mkdtempSync(join(tmpdir(), "cbr-cache-"));

test("what was stored comes back, in files that only their owner can read", async () => {
  const home = freshHome();
  const path = await writeLiveLists(placeIn(home), "123456789012", LISTS);
  expect(path).toMatch(/\.cache\/cbr\/models\/123456789012\.us-east-1\.[0-9a-f]+\.json$/);
  expect(await readLiveLists(placeIn(home))).toEqual(LISTS);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(statSync(join(home, ".cache/cbr/models")).mode & 0o777).toBe(0o700);
  expect(readdirSync(join(home, ".cache/cbr/models"))).toHaveLength(1);
  expect(readFileSync(path, "utf8")).not.toContain("AKIAONE");
});

test.each<[string, Changes]>([
  ["another region", { region: "eu-west-1" }],
  ["another endpoint", { endpoint: "http://127.0.0.1:1" }],
  ["other keys", { env: { AWS_ACCESS_KEY_ID: "AKIATWO" } }],
  ["a profile instead of keys", { profile: "work" }],
  ["a month later", { now: NOW + 31 * 24 * 3_600_000 }],
])("%s does not get them", async (_, changes) => {
  const home = freshHome();
  await writeLiveLists(placeIn(home), "123456789012", LISTS);
  expect(await readLiveLists(placeIn(home, changes))).toBeNull();
});

test("XDG_CACHE_HOME is followed, unless it is relative", async () => {
  const home = freshHome();
  const elsewhere = freshHome();
  const path = await writeLiveLists(placeIn(home, { env: { XDG_CACHE_HOME: elsewhere } }), "1", LISTS);
  expect(path.startsWith(elsewhere)).toBe(true);
  const relative = await writeLiveLists(placeIn(home, { env: { XDG_CACHE_HOME: "tmp" } }), "1", LISTS);
  expect(relative.startsWith(join(home, ".cache"))).toBe(true);
});

test("the same credentials moved to another account leave nothing of the old one", async () => {
  const home = freshHome();
  await writeLiveLists(placeIn(home), "111111111111", LISTS);
  await writeLiveLists(placeIn(home), "222222222222", { ...LISTS, fetchedAt: NOW - 1 });
  expect(readdirSync(join(home, ".cache/cbr/models"))).toEqual([expect.stringMatching(/^222222222222\./)]);
});

test.each(["", "{}", "null", '{"version":1,"region":"us-east-1","endpoint":null,"lists":{"models":[1]}}'])(
  "a damaged file counts as none: %j",
  async (damage) => {
    const home = freshHome();
    writeFileSync(await writeLiveLists(placeIn(home), "1", LISTS), damage);
    expect(await readLiveLists(placeIn(home))).toBeNull();
  },
);

test("a cache that cannot be written is a failure to write", async () => {
  const home = freshHome();
  writeFileSync(join(home, ".cache"), "a file in the way");
  await expect(writeLiveLists(placeIn(home), "1", LISTS)).rejects.toMatchObject({
    code: "file_write_failed",
  });
});
