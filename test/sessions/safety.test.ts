// Who may read a session, and what it may be written through: nobody else, and nothing planted.
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { sessionsDirectory } from "../../src/sessions/place.ts";
import { bench, FACTS, reply } from "./support.ts";

const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);

async function say(place: ReturnType<typeof bench>, name = "work") {
  const session = await place.sessions.open(name, "create");
  await session.appendUser("hello");
  await session.appendReply(reply("hi"), FACTS);
  session.close();
  return session.path;
}

test("files are 0600 and directories 0700, and loose ones are tightened with a notice", async () => {
  const place = bench();
  const path = await say(place);
  expect([mode(path), mode(place.directory), mode(dirname(place.directory))]).toEqual(["600", "700", "700"]);
  expect(place.notices).toEqual([]);
  chmodSync(path, 0o644);
  chmodSync(place.directory, 0o777);
  await say(place);
  expect([mode(path), mode(place.directory)]).toEqual(["600", "700"]);
  expect(place.notices).toHaveLength(2);
});

describe("row 132: a link is never followed", () => {
  const planted = (make: (place: ReturnType<typeof bench>, victim: string) => void) => async () => {
    const place = bench();
    const victim = join(mkdtempSync(join(tmpdir(), "cbr-victim-")), "victim");
    writeFileSync(victim, "precious\n");
    mkdirSync(dirname(place.directory), { recursive: true });
    make(place, victim);
    await expect(say(place)).rejects.toMatchObject({ code: "unsafe_path", exitCode: 11 });
    expect(readFileSync(victim, "utf8")).toBe("precious\n");
  };
  test(
    "the session's file",
    planted(({ directory }, victim) => {
      mkdirSync(directory);
      symlinkSync(victim, join(directory, "work.jsonl"));
    }),
  );
  test(
    "the lock",
    planted(({ directory }, victim) => {
      mkdirSync(directory);
      symlinkSync(victim, join(directory, "work.lock"));
    }),
  );
  test(
    "the directory",
    planted(({ directory }, victim) => symlinkSync(dirname(victim), directory)),
  );
  test(
    "the directory around it",
    planted(({ directory }, victim) => {
      rmdirSync(dirname(directory));
      symlinkSync(dirname(victim), dirname(directory));
    }),
  );
});

test("what is no regular file is refused", async () => {
  const place = bench();
  mkdirSync(join(place.directory, "work.jsonl"), { recursive: true });
  await expect(say(place)).rejects.toMatchObject({ exitCode: 11 });
});

test.runIf(process.geteuid?.() === 0)("row 132: what belongs to another user is refused", async () => {
  const place = bench();
  const path = await say(place);
  chownSync(path, 12345, 12345);
  await expect(say(place)).rejects.toMatchObject({ code: "unsafe_path" });
  const other = bench();
  await say(other);
  chownSync(other.directory, 12345, 12345);
  await expect(say(other)).rejects.toMatchObject({ code: "unsafe_path" });
});

test.runIf(process.geteuid?.() === 0)("S14: root leaves nothing in another user's home", async () => {
  const home = mkdtempSync(join(tmpdir(), "cbr-other-"));
  chownSync(home, 12345, 12345);
  const place = bench({ state: home });
  await expect(say(place)).rejects.toMatchObject({ code: "unsafe_path" });
  expect(existsSync(join(home, "cbr"))).toBe(false);
});

test.each([
  "",
  "a/b",
  "..",
  ".",
  "../x",
  ".hidden",
  "-flag",
  "a\0b",
  "x".repeat(65),
  "CON",
  "nul",
  "aux.txt",
  "COM1",
  "lpt9",
  "trailing.",
  "sp ace",
  "ü",
  "a\nb",
  "C:x",
  "a\\b",
])("row 131: the name %j is refused", async (name) => {
  const place = bench();
  for (const open of ["create", "append", "read"] as const) {
    await expect(place.sessions.open(name, open)).rejects.toMatchObject({
      code: "session_name_invalid",
      exitCode: 2,
    });
  }
  expect(existsSync(place.directory)).toBe(false);
});

test.each(["a", "A.b-c_9", "x".repeat(64), "console", "com10", "_"])("the name %j is taken", async (name) => {
  const place = bench();
  await say(place, name);
  expect(place.sessions.files().map((file) => file.name)).toEqual([name]);
});

test("row 131: a name that differs from another only in case is refused", async () => {
  const place = bench();
  await say(place, "Work");
  await expect(place.sessions.open("work", "create")).rejects.toMatchObject({ code: "session_name_invalid" });
  await say(place, "Work");
});

test("a relative XDG_STATE_HOME is ignored", () => {
  const host = { home: "/h", platform: "linux", uid: 1 } as const;
  expect(sessionsDirectory({ ...host, env: { XDG_STATE_HOME: "state" } })).toBe(
    "/h/.local/state/cbr/sessions",
  );
  expect(sessionsDirectory({ ...host, env: { XDG_STATE_HOME: "/s" } })).toBe("/s/cbr/sessions");
  expect(sessionsDirectory({ ...host, env: {} })).toBe("/h/.local/state/cbr/sessions");
});

test("a directory that cannot be made is a failed write", async () => {
  const file = join(mkdtempSync(join(tmpdir(), "cbr-file-")), "file");
  writeFileSync(file, "");
  await expect(say(bench({ state: file }))).rejects.toMatchObject({
    code: "session_write_failed",
    exitCode: 11,
  });
});
