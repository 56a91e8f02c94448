import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { cbr, freshHome, type RunOptions } from "../support/cbr.ts";
import { atPty } from "../support/pty.ts";

let home: string;
let file: string;
const run = (args: string[], options: RunOptions = {}) => cbr(["config", ...args], { home, ...options });
const write = (text: string) => {
  mkdirSync(join(home, ".config/cbr"), { recursive: true });
  writeFileSync(file, text);
};

beforeEach(() => {
  home = freshHome();
  file = join(home, ".config/cbr/config.toml");
});

test("path says where the file is, or would be, even when it is broken", async () => {
  expect(await run(["path"])).toMatchObject({ code: 0, stdout: `${file}\n`, stderr: "" });
  write("not toml at all");
  expect(await run(["path"], { env: { AWS_PROFILE: "nope" } })).toMatchObject({
    code: 0,
    stdout: `${file}\n`,
  });
  expect(await run(["path"], { env: { CBR_CONFIG: "/x/y.toml" } })).toMatchObject({ stdout: "/x/y.toml\n" });
});

describe("set", () => {
  test("makes the file, for its owner only", async () => {
    expect(await run(["set", "profile.work.model", "opus-4.6"])).toMatchObject({
      code: 0,
      stdout: "",
      stderr: "",
    });
    expect(readFileSync(file, "utf8")).toBe('[profile.work]\nmodel = "opus-4.6"\n');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(join(home, ".config/cbr")).mode & 0o777).toBe(0o700);
    expect(readdirSync(join(home, ".config/cbr"))).toEqual(["config.toml"]);
  });

  test("keeps comments, mode and links", async () => {
    const real = join(home, "dotfiles.toml");
    writeFileSync(real, '# mine\nmodel = "a" # why\n');
    chmodSync(real, 0o640);
    mkdirSync(join(home, ".config/cbr"), { recursive: true });
    symlinkSync(real, file);
    await run(["set", "model", "b"]);
    expect(readFileSync(real, "utf8")).toBe('# mine\nmodel = "b" # why\n');
    expect(statSync(real).mode & 0o777).toBe(0o640);
    expect(lstatSync(file).isSymbolicLink()).toBe(true);
  });

  test("and then it holds", async () => {
    await run(["set", "timeout", "2.5"]);
    await run(["set", "aliases.fast", "haiku-4.5"]);
    const { stdout } = await run(["show", "--json"]);
    expect(JSON.parse(stdout)).toContainEqual({
      name: "timeout",
      value: 2.5,
      source: "~/.config/cbr/config.toml",
    });
    expect(await run(["get", "timeout"])).toMatchObject({ code: 0, stdout: "2.5\n" });
    expect(await run(["get", "aliases.fast"])).toMatchObject({ code: 0, stdout: "haiku-4.5\n" });
  });

  test("keeps a byte order mark", async () => {
    write('\ufeffmodel = "a"\r\n');
    expect(await run(["set", "model", "b"])).toMatchObject({ code: 0 });
    expect(readFileSync(file, "utf8")).toBe('\ufeffmodel = "b"\r\n');
  });

  test.each([
    [["geo", "mars"], "`geo` must be `global`"],
    [["max_tokens", "1e6"], "`max_tokens` must be a whole number"],
    [["modle", "x"], "did you mean `model`?"],
    [["profile", "work"], "no setting of the config file"],
    [["region", "nowhere"], "`region` must be a region"],
    [["effort", "hihg"], "`effort` must be `low`, `medium`, `high`, `xhigh` or `max`"],
    [["profile.work.effort", "hihg"], "hint: did you mean `high`?"],
    [["api", "convers"], "hint: did you mean `converse`?"],
  ])("%j changes nothing", async (args, message) => {
    write('model = "a"\n');
    const { code, stderr } = await run(["set", ...args]);
    expect(stderr).toContain(message);
    expect(code).toBe(2);
    expect(readFileSync(file, "utf8")).toBe('model = "a"\n');
  });

  test("an effort of some model is taken", async () => {
    expect(await run(["set", "effort", "xhigh"])).toMatchObject({ code: 0, stderr: "" });
    expect(readFileSync(file, "utf8")).toBe('effort = "xhigh"\n');
  });

  test("a file that is broken already is not touched", async () => {
    write("modle = 1\n");
    const { code, stderr } = await run(["set", "geo", "eu"]);
    expect(stderr).toContain("config.toml:1: unknown key `modle`");
    expect(code).toBe(2);
    expect(readFileSync(file, "utf8")).toBe("modle = 1\n");
  });

  test("many at once all hold", async () => {
    const names = Array.from({ length: 6 }, (_, i) => `a${i}`);
    const runs = await Promise.all(names.map((name) => run(["set", `aliases.${name}`, "haiku-4.5"])));
    expect(runs.map(({ code }) => code)).toEqual(names.map(() => 0));
    for (const name of names) expect(readFileSync(file, "utf8")).toContain(`${name} = "haiku-4.5"\n`);
    expect(readdirSync(join(home, ".config/cbr"))).toEqual(["config.toml"]);
  });

  test("where nothing can be written it is exit 11", async () => {
    writeFileSync(join(home, ".config"), "");
    const { code, stderr } = await run(["set", "geo", "eu"]);
    expect(stderr).toContain("cannot write");
    expect(code).toBe(11);
  });
});

test("get of a key that is not in the file is exit 2", async () => {
  expect(await run(["get", "model"])).toMatchObject({
    code: 2,
    stdout: "",
    stderr: expect.stringContaining("`model` is not set in ~/.config/cbr/config.toml"),
  });
});

describe("edit", () => {
  /** An editor that is a program: it gets the file's path last. */
  const editor = (script: string) => {
    const path = join(home, "my editor.sh");
    writeFileSync(path, `#!/bin/sh\n${script}\n`);
    chmodSync(path, 0o755);
    return `'${path}' --wait`;
  };

  test("what the editor leaves is the config file; VISUAL goes before EDITOR", async () => {
    const env = { VISUAL: editor(`test "$1" = --wait && echo 'geo = "eu"' > "$2"`), EDITOR: "false" };
    expect(await run(["edit"], { env })).toMatchObject({ code: 0, stderr: "" });
    expect(readFileSync(file, "utf8")).toBe('geo = "eu"\n');
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test("what is not valid does not count", async () => {
    write('model = "a"\n');
    const { code, stderr } = await run(["edit"], { env: { EDITOR: editor(`echo 'geo = "mars"' >> "$2"`) } });
    expect(stderr).toContain("config.toml:2: `geo` must be `global`");
    expect(code).toBe(2);
    expect(readFileSync(file, "utf8")).toBe('model = "a"\n');
  });

  /** The text that the last line but the error's says was kept. */
  const kept = (stderr: string) =>
    readFileSync(/^what you wrote is kept in (.+)$/m.exec(stderr)?.[1] ?? "", "utf8");

  test.each([
    ["is not valid", `echo 'geo = "mars"' > "$2"`, 'geo = "mars"\n'],
    ["comes from an editor that fails", `echo 'geo = "eu"' > "$2"; exit 1`, 'geo = "eu"\n'],
  ])("text that %s is kept, and where is said", async (_what, script, text) => {
    const { code, stderr } = await run(["edit"], { env: { EDITOR: editor(script) } });
    expect(code).toBe(2);
    expect(kept(stderr)).toBe(text);
    expect(existsSync(file)).toBe(false);
  });

  test("on a terminal an invalid text may be edited again, and a no keeps it", async () => {
    const script = `if grep -q mars "$2"; then echo 'geo = "venus"' > "$2"; echo second; else echo 'geo = "mars"' > "$2"; fi`;
    const { code, output } = await atPty(["config", "edit"], {
      home,
      columns: 200,
      env: { EDITOR: editor(script) },
      next: [
        { after: "[Y/n]", type: "\r" },
        { after: "second", type: "n\r" },
      ],
    });
    expect(output).toContain("config.toml:1: `geo` must be `global`");
    expect(code).toBe(2);
    expect(kept(output)).toBe('geo = "venus"\n');
    expect(existsSync(file)).toBe(false);
  });

  test("a broken file can be mended", async () => {
    write("modle = 1\n");
    expect(await run(["edit"], { env: { EDITOR: editor(`echo 'model = "b"' > "$2"`) } })).toMatchObject({
      code: 0,
    });
    expect(readFileSync(file, "utf8")).toBe('model = "b"\n');
  });

  test("what somebody else wrote meanwhile is not lost", async () => {
    write('model = "a"\n');
    const script = `echo 'geo = "eu"' > "$2"; echo 'model = "b"' > '${file}'`;
    const { code, stderr } = await run(["edit"], { env: { EDITOR: editor(script) } });
    expect(stderr).toContain("changed by somebody else");
    expect(kept(stderr)).toBe('geo = "eu"\n');
    expect(code).toBe(11);
    expect(readFileSync(file, "utf8")).toBe('model = "b"\n');
  });

  test("nothing changed is nothing written", async () => {
    expect(await run(["edit"], { env: { EDITOR: "true" } })).toMatchObject({
      code: 0,
      stderr: expect.stringContaining("unchanged"),
    });
    expect(existsSync(file)).toBe(false);
  });

  test("an editor that fails or is not there is exit 2, and no shell reads its name", async () => {
    expect(await run(["edit"], { env: { EDITOR: "false" } })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("ended with 1"),
    });
    const trap = join(home, "trap");
    const { code, stderr } = await run(["edit"], { env: { EDITOR: `nope; touch ${trap}` } });
    expect(stderr).toContain("`nope;` (from `EDITOR`) cannot be started");
    expect(code).toBe(2);
    expect(existsSync(trap)).toBe(false);
  });
});
