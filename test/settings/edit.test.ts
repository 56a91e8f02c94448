import { describe, expect, test } from "vitest";
import { getKey, parseKey, setKey } from "../../src/settings/edit.ts";
import fc from "../support/property.ts";

const set = (text: string, key: string, value: string) => setKey(text, parseKey(key), value, "c.toml");

describe("everything but the value stays as it was", () => {
  test.each([
    ["an empty file", "", "model", "opus", 'model = "opus"\n'],
    ["a value with a comment", '# mine\nmodel = "a" # why\n', "model", "b", '# mine\nmodel = "b" # why\n'],
    ["a number", "timeout = 5\n", "timeout", "2.50", "timeout = 2.5\n"],
    ["a switch", "", "strict", "TRUE", "strict = true\n"],
    ["no line end at the end", 'model = "a"', "geo", "eu", 'model = "a"\ngeo = "eu"\n'],
    [
      "a top-level key above the first table and its comment",
      '# head\n\n# about work\n[profile.work]\ngeo = "eu"\n',
      "model",
      "a",
      '# head\n\nmodel = "a"\n\n# about work\n[profile.work]\ngeo = "eu"\n',
    ],
    [
      "a key of a table that is there",
      '[profile.work]\ngeo = "eu" # x\n\n[aliases]\n',
      "profile.work.model",
      "opus-4.6",
      '[profile.work]\ngeo = "eu" # x\nmodel = "opus-4.6"\n\n[aliases]\n',
    ],
    ["a table that is empty", "[aliases]\n# none\n", "aliases.fast", "h", '[aliases]\nfast = "h"\n# none\n'],
    [
      "a new table",
      'model = "a"\n',
      "profile.my.work.geo",
      "us",
      'model = "a"\n\n[profile."my.work"]\ngeo = "us"\n',
    ],
    ["a name in quotes", "", `profile."my.work".geo`, "us", '[profile."my.work"]\ngeo = "us"\n'],
    ["a name in single quotes", "", "aliases.'a b'", "x", '[aliases]\n"a b" = "x"\n'],
    ["a name with an apostrophe", "", "profile.it's.geo", "us", `[profile."it's"]\ngeo = "us"\n`],
    ["a bad value", "model = 5\n", "model", "opus", 'model = "opus"\n'],
    ["an inline table", 'aliases = { a = "b" }\n', "aliases.c", "d", 'aliases = { a = "b", c = "d" }\n'],
    ["an empty inline table", "aliases = {}\n", "aliases.c", "d", 'aliases = { c = "d" }\n'],
    [
      "dotted keys",
      '[profile]\nwork.model = "a"\n',
      "profile.work.geo",
      "eu",
      '[profile]\nwork.model = "a"\nwork.geo = "eu"\n',
    ],
    ["CRLF", 'model = "a"\r\n[aliases]\r\n', "geo", "eu", 'model = "a"\r\ngeo = "eu"\r\n[aliases]\r\n'],
    ["a byte order mark", '\ufeffmodel = "a"\n', "model", "b", '\ufeffmodel = "b"\n'],
    [
      "text of several lines",
      'system = """\nold\n"""\nmodel = "a"\n',
      "system",
      'say "hi"\n\\',
      'system = "say \\"hi\\"\\n\\\\"\nmodel = "a"\n',
    ],
  ])("%s", async (_name, before, key, value, after) => {
    expect(await set(before, key, value)).toBe(after);
  });
});

test("any text comes back as it went in", async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: "grapheme" }), fc.string({ minLength: 1 }), async (value, name) => {
      fc.pre(value.trim() !== "" && !value.includes("\r"));
      const start = '# c\nmodel = "a"\n[aliases]\nz = "y"\n';
      const path = ["aliases", name] as const;
      const text = await setKey(start, path, value, "c");
      expect(await getKey(text, path, "c")).toBe(value.trim());
      expect(await getKey(text, ["model"], "c")).toBe("a");
      expect(text.startsWith("# c\n")).toBe(true);
    }),
    { numRuns: 100 },
  );
});

test("a value or a key that the file cannot have is refused before anything changes", async () => {
  await expect(set("", "geo", "mars")).rejects.toMatchObject({ code: "bad_setting" });
  await expect(set("", "max_tokens", "1e6")).rejects.toMatchObject({ code: "bad_setting" });
  await expect(set("modle = 1\n", "geo", "eu")).rejects.toThrow(/c\.toml:1: unknown key/);
  expect(() => parseKey("modle")).toThrow(
    expect.objectContaining({ exitCode: 2, hint: "did you mean `model`?" }),
  );
  for (const key of ["profile", "profile.work", "a.b", "profile.work.profile", "aliases", "aliases."]) {
    expect(() => parseKey(key), key).toThrow(expect.objectContaining({ exitCode: 2 }));
  }
});

test("a key that is not there is null", async () => {
  expect(await getKey('[profile.work]\nmodel = "a"\n', parseKey("model"), "c")).toBeNull();
  expect(await getKey('profile.work.model = "a"\n', parseKey("profile.work.model"), "c")).toBe("a");
});
