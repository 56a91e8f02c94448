import { describe, expect, test } from "vitest";
import { parseConfig } from "../../src/settings/file.ts";

const parse = (text: string) => parseConfig(text, "~/c.toml");

test("top level, profiles and aliases, in every way TOML can say it", async () => {
  const config = await parse(
    [
      'model = "sonnet" # a comment',
      "timeout = 90.5",
      "strict = true",
      "thinking = 4000",
      "",
      "[profile.work]",
      'geo = "eu"',
      '[profile."a.b"]',
      "max_tokens = 1_000",
      "[profile]",
      'home = { region = "eu-west-1" }',
      "[aliases]",
      'fast = "haiku-4.5"',
    ].join("\r\n"),
  );
  expect(Object.fromEntries(config.top)).toEqual({
    model: "sonnet",
    timeout: 90_500,
    strict: true,
    thinking: "4000",
  });
  expect(config.profiles.get("work")?.get("geo")).toBe("eu");
  expect(config.profiles.get("a.b")?.get("max_tokens")).toBe(1000);
  expect(config.profiles.get("home")?.get("region")).toBe("eu-west-1");
  expect({ ...config.aliases }).toEqual({ fast: "haiku-4.5" });
});

test("a byte order mark and an empty file are fine", async () => {
  expect((await parse('\ufeffmodel = "opus"')).top.get("model")).toBe("opus");
  expect((await parse("")).top.size).toBe(0);
});

describe("what is wrong is named with file and line", () => {
  test.each([
    ['\n\nmodle = "opus"', /^~\/c\.toml:3: unknown key `modle`; did you mean `model`\?/],
    ["max-tokens = 5", /:1: unknown key `max-tokens`; did you mean `max_tokens`\?/],
    ['[profile.work]\nregoin = "x"', /:2: unknown key `regoin`; did you mean `region`\?/],
    [
      '[profiles.work]\nregion = "x"',
      /:1: unknown table `\[profiles\.work\]`; did you mean `\[profile\.NAME\]`\?/,
    ],
    ['[alias]\nx = "y"', /:1: unknown table `\[alias\]`; did you mean `\[aliases\]`\?/],
    ["[[profile]]", /:1: unknown table/],
    ['profile = "work"', /:1: `profile` is no setting of the file/],
    ['max_tokens = "5"', /:1: `max_tokens` must be a whole number of at least 1/],
    ["max_tokens = 1e6", /:1: `max_tokens` must be a whole number/],
    ["max_tokens = 0", /:1: `max_tokens` must be/],
    ["timeout = nan", /:1: `timeout` must be/],
    ["timeout = -1", /:1: `timeout` must be/],
    ['geo = "mars"', /:1: `geo` must be `global`/],
    ["model = 4", /:1: `model` must be text in quotes/],
    ['model = " "', /:1: `model` must be a text that is not empty/],
    ['strict = "yes"', /:1: `strict` must be `true` or `false`/],
    ['region = "nowhere"', /:1: `region` must be a region such as/],
    ["[aliases]\nfast = 1", /:2: the alias `fast` must be text/],
    ['[aliases.x]\ny = "z"', /:1: unknown table/],
    ['model = "a"\nmodel = "b"', /:2: not TOML/],
    ["model = ", /:1: not TOML/],
    ["\nmodel =\n\ngeo = 1", /:2: not TOML/],
    ["model = 2026-11-20", /:1: `model` must be text in quotes/],
    [`model = ${"[".repeat(10_000)}`, /not TOML/],
  ])("%s", async (text, message) => {
    await expect(parse(text)).rejects.toThrow(message);
    await expect(parse(text)).rejects.toMatchObject({ code: "config_invalid", exitCode: 2 });
  });
});

test("names of Object.prototype are names like others", async () => {
  const { aliases, profiles } = await parse(
    '[aliases]\n__proto__ = "a"\n[profile.__proto__]\nmodel = "x"\n[profile.constructor]\n',
  );
  expect(Object.keys(aliases)).toEqual(["__proto__"]);
  expect(aliases["toString"]).toBeUndefined();
  expect([...profiles.keys()].sort()).toEqual(["__proto__", "constructor"]);
  await expect(parse("__proto__ = 1")).rejects.toThrow(/unknown key `__proto__`/);
});
