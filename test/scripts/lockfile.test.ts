import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { type Lockfile, missingFrom } from "../../scripts/lockfile.ts";

test("the lock file names the packages of every platform, without which `npm ci` refuses it", async () => {
  const lock = JSON.parse(await readFile("package-lock.json", "utf8")) as Lockfile;
  expect([...missingFrom(lock).keys()], "run `tsx scripts/lockfile.ts`").toEqual([]);
});
