// Structured outputs take a subset of JSON Schema only; Anthropic's page on structured outputs lists it.
import { type Fields, isFields, refuse } from "./violation.ts";

const UNSUPPORTED: Readonly<Record<string, readonly string[]>> = {
  integer: ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"],
  number: ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"],
  string: ["minLength", "maxLength"],
  array: ["maxItems", "uniqueItems"],
};

/** Throws RuleViolation when `schema` uses what native structured output cannot enforce. */
export function checkOutputSchema(schema: Fields, path: string): void {
  walk(schema, path, new Set());
}

function walk(schema: unknown, path: string, above: ReadonlySet<unknown>): void {
  if (!isFields(schema) || above.has(schema)) return;
  const seen = new Set(above).add(schema);
  const types = Array.isArray(schema["type"]) ? schema["type"] : [schema["type"]];
  if ((types.includes("object") || "properties" in schema) && schema["additionalProperties"] !== false) {
    refuse(`${path}: For 'object' type, 'additionalProperties' must be explicitly set to false`);
  }
  for (const type of types as string[]) {
    const bad = (UNSUPPORTED[type] ?? []).filter((key) => key in schema);
    if (bad.length > 0) refuse(`${path}: For '${type}' type, properties ${bad.join(", ")} are not supported`);
  }
  if (typeof schema["minItems"] === "number" && schema["minItems"] > 1) {
    refuse(`${path}: For 'array' type, 'minItems' values other than 0 or 1 are not supported`);
  }
  const ref = schema["$ref"];
  if (typeof ref === "string" && !ref.startsWith("#")) refuse(`${path}: external '$ref' is not supported`);
  for (const key of ["properties", "$defs", "definitions"]) {
    for (const [name, child] of Object.entries((schema[key] ?? {}) as Fields))
      walk(child, `${path}.${key}.${name}`, seen);
  }
  walk(schema["items"], `${path}.items`, seen);
  for (const key of ["anyOf", "allOf"]) {
    for (const [index, child] of ((schema[key] ?? []) as unknown[]).entries())
      walk(child, `${path}.${key}.${index}`, seen);
  }
  if ("oneOf" in schema) refuse(`${path}: Schema type 'oneOf' is not supported`);
}
