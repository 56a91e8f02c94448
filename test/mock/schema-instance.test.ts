import Ajv from "ajv";
import { expect, it } from "vitest";
import { instanceOf } from "../../src/mock/schema-instance.ts";

const ajv = new Ajv.default({ strict: false, validateFormats: false });

it.each([
  [
    {
      type: "object",
      properties: { a: { type: "string" }, b: { type: "integer", minimum: 7 } },
      required: ["a", "b"],
    },
  ],
  [{ type: "array", items: { enum: ["x", "y"] }, minItems: 2, uniqueItems: true }],
  [{ type: "string", minLength: 10 }],
  [{ type: "string", maxLength: 2 }],
  [{ type: "number", exclusiveMinimum: 0, maximum: 0.5 }],
  [{ type: "integer", multipleOf: 5, minimum: 6 }],
  [{ anyOf: [{ type: "null" }, { type: "string" }] }],
  [{ type: ["boolean", "null"] }],
  [
    {
      $defs: { p: { type: "object", properties: { n: { const: 3 } }, required: ["n"] } },
      type: "array",
      items: { $ref: "#/$defs/p" },
    },
  ],
  [
    {
      allOf: [
        { properties: { a: { type: "number" } }, required: ["a"] },
        { properties: { b: { type: "boolean" } }, required: ["b"] },
      ],
    },
  ],
  [
    {
      type: "object",
      properties: { list: { type: "array", items: { type: "number" } } },
      additionalProperties: false,
    },
  ],
])("an instance validates: %j", (schema) => {
  const value = instanceOf(schema);
  expect(ajv.validate(schema, value), JSON.stringify(value)).toBe(true);
});

it("heeds limits that are told in a description", () => {
  const schema = {
    type: "object",
    properties: { n: { type: "integer", description: "how many (minimum: 7)" } },
    required: ["n"],
  };
  expect(instanceOf(schema)).toEqual({ n: 7 });
});
