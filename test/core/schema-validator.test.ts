import { describe, expect, it } from "vitest";
import { CbrError } from "../../src/core/errors.ts";
import type { JsonSchema } from "../../src/core/schema.ts";
import { loadValidator } from "../../src/core/schema-validator.ts";

const failure = async (schema: JsonSchema) => {
  try {
    await loadValidator(schema);
  } catch (error) {
    if (error instanceof CbrError) return `${error.code} ${error.exitCode}: ${error.message}`;
    throw error;
  }
  return "none";
};

describe("loadValidator", () => {
  it("says where and what, at most five violations", async () => {
    const validate = await loadValidator({
      type: "object",
      properties: {
        "a/b": { type: "number" },
        kind: { enum: ["x", "y"] },
        list: { type: "array", items: { type: "integer" } },
      },
      required: ["kind"],
      additionalProperties: false,
    });
    expect(validate({ kind: "x", "a/b": 1.5, list: [1, 2] })).toEqual([]);
    expect(validate({ "a/b": "1", extra: true })).toEqual([
      "the answer must have required property 'kind'",
      "the answer must NOT have additional properties (`extra`)",
      "`/a~1b` must be number",
    ]);
    expect(validate({ kind: "z" })).toEqual([
      '`/kind` must be equal to one of the allowed values: ["x","y"]',
    ]);
    expect(validate({ kind: "x", list: ["a", "b", "c", "d", "e", "f", "g"] })).toHaveLength(6);
    expect(validate({ kind: "x", list: ["a", "b", "c", "d", "e", "f", "g"] }).at(-1)).toBe("and 2 more");
  });

  it("does what each dialect says", async () => {
    const tuple = (extra: JsonSchema) => loadValidator({ type: "array", ...extra });
    const first = [{ type: "string" }];
    for (const extra of [
      { $schema: "https://json-schema.org/draft/2020-12/schema", prefixItems: first, items: false },
      { $schema: "http://json-schema.org/draft-07/schema#", items: first, additionalItems: false },
      { $schema: "https://json-schema.org/draft-07/schema", items: first, additionalItems: false },
      { $schema: "https://json-schema.org/draft/2019-09/schema", items: first, additionalItems: false },
      { prefixItems: first, items: false },
      { items: first, additionalItems: false },
    ] as JsonSchema[]) {
      const validate = await tuple(extra);
      expect(validate(["a"])).toEqual([]);
      expect(validate([1])).not.toEqual([]);
      expect(validate(["a", "b"])).not.toEqual([]);
    }
  });

  it("takes formats and unknown keywords as annotations", async () => {
    const validate = await loadValidator({ type: "string", format: "no-such-format", "x-note": 1 });
    expect(validate("anything")).toEqual([]);
  });

  it("refuses what is no schema", async () => {
    expect(await failure({ type: "strin" })).toMatch(/^schema_invalid 2: not a JSON Schema: data\/type/);
    expect(await failure({ $ref: "https://example.com/other.json" })).toMatch(
      /^schema_invalid 2: .*other\.json/,
    );
    expect(await failure({ $ref: "#/$defs/missing" })).toMatch(/^schema_invalid 2/);
    expect(await failure({ type: "string", pattern: "(" })).toMatch(/^schema_invalid 2/);
    expect(await failure({ $schema: "http://json-schema.org/draft-04/schema#" })).toMatch(
      /^schema_invalid 2: .*draft-04/,
    );
  });

  it("refuses a schema too deep to compile, without falling over", async () => {
    const deep = JSON.parse(`${'{"not":'.repeat(10_000)}{}${"}".repeat(10_000)}`) as JsonSchema;
    expect(await failure(deep)).toMatch(/^schema_invalid 2/);
  });
});
