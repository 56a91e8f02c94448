// The smallest JSON that a schema accepts, for tool calls and structured answers.

type Schema = Record<string, unknown>;

/** A value that satisfies `schema`, as far as types, enum, const, required, bounds, items, formats and local refs go. */
export function instanceOf(schema: Schema): unknown {
  return build(schema, schema, 0);
}

function build(schema: unknown, root: Schema, depth: number): unknown {
  if (typeof schema !== "object" || schema === null || depth > 12) return null;
  const s = { ...limitsTold(schema as Schema), ...(schema as Schema) };
  if (typeof s["$ref"] === "string") return build(resolve(s["$ref"], root), root, depth + 1);
  if ("const" in s) return s["const"];
  if (Array.isArray(s["enum"])) return s["enum"][0];
  if ("default" in s) return s["default"];
  for (const key of ["anyOf", "oneOf"] as const) {
    if (Array.isArray(s[key]))
      return build({ ...without(s, key), ...(s[key][0] as Schema) }, root, depth + 1);
  }
  if (Array.isArray(s["allOf"]))
    return build(merged(without(s, "allOf"), s["allOf"] as Schema[], root), root, depth + 1);
  const type = Array.isArray(s["type"]) ? s["type"][0] : s["type"];
  switch (type ?? guessType(s)) {
    case "object":
      return object(s, root, depth);
    case "array":
      return array(s, root, depth);
    case "string":
      return text(s);
    case "integer":
    case "number":
      return number(s, type === "integer");
    case "boolean":
      return true;
    case "null":
      return null;
    default:
      return "mock";
  }
}

const LIMIT =
  /\b(minimum|maximum|exclusiveMinimum|exclusiveMaximum|multipleOf|minLength|maxLength|minItems|maxItems|uniqueItems|format): ?("[^"]*"|[\w.+-]+)/g;

/** Limits that native structured output cannot take are told in the description instead; a model would heed them. */
function limitsTold(schema: Schema): Schema {
  const told: Schema = {};
  for (const [, key, value] of String(schema["description"] ?? "").matchAll(LIMIT)) {
    try {
      told[key as string] = JSON.parse(value as string) as unknown;
    } catch {
      told[key as string] = value;
    }
  }
  return told;
}

function guessType(schema: Schema): string | undefined {
  if ("properties" in schema || "required" in schema) return "object";
  if ("items" in schema) return "array";
  if ("minimum" in schema || "maximum" in schema) return "number";
  if ("pattern" in schema || "minLength" in schema) return "string";
  return undefined;
}

function object(schema: Schema, root: Schema, depth: number): Schema {
  const properties = (schema["properties"] ?? {}) as Schema;
  const required = (schema["required"] ?? []) as string[];
  const names = required.length > 0 ? required : Object.keys(properties);
  return Object.fromEntries(names.map((name) => [name, build(properties[name] ?? {}, root, depth + 1)]));
}

function array(schema: Schema, root: Schema, depth: number): unknown[] {
  const prefix = (schema["prefixItems"] ?? []) as unknown[];
  const count = Math.max(Number(schema["minItems"] ?? 1), prefix.length, schema["maxItems"] === 0 ? 0 : 1);
  const length = Math.min(count, Number(schema["maxItems"] ?? count));
  const isUnique = schema["uniqueItems"] === true;
  return Array.from({ length }, (_, i) => {
    const item = (prefix[i] ?? schema["items"] ?? {}) as Schema;
    if (isUnique && Array.isArray(item["enum"])) return item["enum"][i];
    const value = build(item, root, depth + 1);
    if (!isUnique || i === 0) return value;
    return typeof value === "number" ? value + i : typeof value === "string" ? `${value}${i}` : value;
  });
}

const FORMATS: Readonly<Record<string, string>> = {
  date: "2026-01-01",
  "date-time": "2026-01-01T00:00:00Z",
  time: "00:00:00Z",
  email: "mock@example.com",
  uri: "https://example.com/",
  uuid: "00000000-0000-4000-8000-000000000000",
  ipv4: "127.0.0.1",
  hostname: "example.com",
};

function text(schema: Schema): string {
  const value = FORMATS[String(schema["format"])] ?? "mock";
  const max = Number(schema["maxLength"] ?? value.length);
  return value.slice(0, max).padEnd(Number(schema["minLength"] ?? 0), "x");
}

function number(schema: Schema, isInteger: boolean): number {
  const low = Number(schema["minimum"] ?? Number.NEGATIVE_INFINITY);
  const above = Number(schema["exclusiveMinimum"] ?? Number.NEGATIVE_INFINITY);
  const high = Number(schema["maximum"] ?? Number.POSITIVE_INFINITY);
  const below = Number(schema["exclusiveMaximum"] ?? Number.POSITIVE_INFINITY);
  const fits = (n: number) => n >= low && n > above && n <= high && n < below;
  const step = Number(schema["multipleOf"] ?? 1);
  const start = Math.max(low, above);
  const candidates = [
    1,
    0,
    start,
    Math.ceil(start / step) * step,
    (Math.floor(start / step) + 1) * step,
    high,
    (Math.max(low, above) + Math.min(high, below)) / 2,
  ];
  const isStep = (n: number) => !("multipleOf" in schema) || Number.isInteger(n / step);
  return (
    candidates.find(
      (n) => Number.isFinite(n) && fits(n) && isStep(n) && (!isInteger || Number.isInteger(n)),
    ) ?? 1
  );
}

function merged(base: Schema, parts: readonly Schema[], root: Schema): Schema {
  const all = [
    base,
    ...parts.map((part) =>
      typeof part["$ref"] === "string" ? (resolve(part["$ref"], root) as Schema) : part,
    ),
  ];
  return {
    ...Object.assign({}, ...all),
    properties: Object.assign({}, ...all.map((part) => part["properties"] ?? {})),
    required: all.flatMap((part) => (part["required"] ?? []) as string[]),
  };
}

function without(schema: Schema, key: string): Schema {
  const { [key]: _, ...rest } = schema;
  return rest;
}

function resolve(ref: string, root: Schema): unknown {
  if (!ref.startsWith("#")) return {};
  return ref
    .slice(1)
    .split("/")
    .filter((part) => part !== "")
    .reduce<unknown>((at, part) => {
      const key = decodeURIComponent(part).replace(/~1/g, "/").replace(/~0/g, "~");
      return (at as Schema | undefined)?.[key];
    }, root);
}
