// Claude's native structured output takes a subset of JSON Schema: closed objects, no numeric or length bounds, no
// recursion. A schema is cut down to it here where that loses no shape; what is cut is checked locally afterwards.
import type { JsonSchema } from "./schema.ts";

const FORMATS = new Set([
  "date-time",
  "time",
  "date",
  "duration",
  "email",
  "hostname",
  "uri",
  "ipv4",
  "ipv6",
  "uuid",
]);

/** Keywords that say nothing about what is valid. */
const SILENT = new Set([
  "$schema",
  "$id",
  "$comment",
  "examples",
  "deprecated",
  "readOnly",
  "writeOnly",
  "default",
]);

class Inexpressible extends Error {}

/**
 * `schema` in the subset that `output_config.format` takes (Anthropic's guide to structured outputs), or null where the
 * subset cannot say it: maps, free-form objects, tuples, `allOf`, recursion. Bounds go into descriptions.
 */
export function nativeSchema(schema: JsonSchema): JsonSchema | null {
  try {
    if (isRecursive(schema)) return null;
    return subset(schema);
  } catch (error) {
    if (error instanceof Inexpressible || error instanceof RangeError) return null;
    throw error;
  }
}

function subset(schema: unknown): JsonSchema {
  if (!isObject(schema)) throw new Inexpressible();
  const {
    $ref,
    type,
    properties,
    required,
    items,
    enum: values,
    const: constant,
    anyOf,
    oneOf,
    ...rest
  } = schema;
  const result: JsonSchema = {};
  const hints: [string, unknown][] = [];
  const union = anyOf ?? oneOf;
  if ($ref !== undefined) {
    result["$ref"] = definitionRef($ref);
  } else if (values !== undefined || constant !== undefined) {
    if (values !== undefined) result["enum"] = primitives(values);
    else result["const"] = primitives([constant])[0];
  } else if (union !== undefined) {
    if (!Array.isArray(union) || properties !== undefined || items !== undefined || (anyOf && oneOf))
      throw new Inexpressible();
    result["anyOf"] = union.map(subset);
  } else {
    const kind = type ?? (properties === undefined ? undefined : "object");
    const kinds = Array.isArray(kind) ? kind : [kind];
    if (kinds.includes(undefined)) throw new Inexpressible();
    result["type"] = kind;
    if (kinds.includes("object")) {
      const open = rest["additionalProperties"];
      if (!isObject(properties) || (open !== undefined && open !== false)) throw new Inexpressible();
      result["properties"] = mapValues(properties, subset);
      result["additionalProperties"] = false;
      if (required !== undefined) result["required"] = required;
    }
    if (kinds.includes("array")) result["items"] = subset(items);
  }
  for (const [key, value] of Object.entries(rest)) {
    if (key === "title" || key === "description") result[key] = value;
    else if (key === "format" && FORMATS.has(String(value))) result[key] = value;
    else if (key === "minItems" && (value === 0 || value === 1)) result[key] = value;
    else if (key === "$defs" || key === "definitions")
      result["$defs"] = { ...(result["$defs"] as object), ...mapValues(value, subset) };
    else if (key === "allOf" || key === "patternProperties" || key === "prefixItems")
      throw new Inexpressible();
    else if (!SILENT.has(key) && key !== "additionalProperties") hints.push([key, value]);
  }
  if (hints.length > 0) {
    const said = hints.map(([key, value]) => `${key}: ${JSON.stringify(value)}`).join(", ");
    result["description"] = [result["description"], `(${said})`].filter(Boolean).join(" ");
  }
  return result;
}

function definitionRef(ref: unknown): string {
  const name = /^#\/(?:\$defs|definitions)\/([^/]+)$/.exec(String(ref))?.[1];
  if (name === undefined) throw new Inexpressible();
  return `#/$defs/${name}`;
}

function primitives(values: unknown): unknown[] {
  if (!Array.isArray(values) || values.some((value) => typeof value === "object" && value !== null))
    throw new Inexpressible();
  return values;
}

/** Does a definition lead back to itself? */
function isRecursive(schema: JsonSchema): boolean {
  const definitions = { ...(schema["definitions"] as object), ...(schema["$defs"] as object) } as JsonSchema;
  const done = new Set<string>();
  const visit = (name: string, path: readonly string[]): boolean => {
    if (path.includes(name)) return true;
    if (done.has(name)) return false;
    const found = refsIn(definitions[name]).some((next) => visit(next, [...path, name]));
    done.add(name);
    return found;
  };
  return Object.keys(definitions).some((name) => visit(name, []));
}

function refsIn(schema: unknown): string[] {
  if (typeof schema !== "object" || schema === null) return [];
  return Object.entries(schema).flatMap(([key, value]) =>
    key === "$ref" && typeof value === "string" ? [value.split("/").at(-1) ?? ""] : refsIn(value),
  );
}

function mapValues(object: unknown, map: (value: unknown) => unknown): JsonSchema {
  if (!isObject(object)) throw new Inexpressible();
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(value)]));
}

function isObject(value: unknown): value is JsonSchema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
