// A real validator behind `--schema`, loaded only when there is one.
import type { ErrorObject, ValidateFunction } from "ajv";
import { CbrError } from "./errors.ts";
import type { JsonSchema } from "./schema.ts";

/** The violations of `data`, readable, each with its JSON Pointer; none when it is valid. */
export type Validate = (data: unknown) => string[];

const SHOWN = 5;

/**
 * Loads the validator for `schema`: JSON Schema 2020-12, 2019-09 or draft-07 by its `$schema`; without one 2020-12, or
 * draft-07 where only that fits. Formats are annotations, as both drafts say. Throws CbrError `schema_invalid`.
 */
export async function loadValidator(schema: JsonSchema): Promise<Validate> {
  const validate = await compile(schema);
  return (data) => {
    if (validate(data)) return [];
    const lines = [...new Set((validate.errors ?? []).map(violation))];
    const more = lines.length - SHOWN;
    return more > 0 ? [...lines.slice(0, SHOWN), `and ${more} more`] : lines;
  };
}

async function compile(schema: JsonSchema): Promise<ValidateFunction> {
  const dialect = schema["$schema"];
  if (dialect === undefined) {
    try {
      return await compileAs("2020-12", schema);
    } catch (error) {
      try {
        return await compileAs("draft-07", schema);
      } catch {
        throw error; // the newer dialect's complaint is the one to show
      }
    }
  }
  const known =
    /2020-12|2019-09|draft-07/.exec(String(dialect))?.[0] ??
    (String(dialect).includes("draft-06") ? "draft-07" : null);
  if (known === null)
    throw new CbrError("schema_invalid", {
      message: `the schema's \`$schema\` is \`${String(dialect)}\`; known are 2020-12, 2019-09 and draft-07`,
    });
  return compileAs(known, schema);
}

async function compileAs(dialect: string, schema: JsonSchema): Promise<ValidateFunction> {
  // `$schema` is left out: its spelling varies (`#`, https), and the dialect is already chosen.
  const { $schema: _, ...bare } = schema;
  const options = { strict: false, allErrors: true, validateFormats: false, logger: false } as const;
  try {
    switch (dialect) {
      case "2020-12":
        return new (await import("ajv/dist/2020.js")).default.Ajv2020(options).compile(bare);
      case "2019-09":
        return new (await import("ajv/dist/2019.js")).default.Ajv2019(options).compile(bare);
      default:
        return new (await import("ajv")).default.Ajv(options).compile(bare);
    }
  } catch (error) {
    throw new CbrError("schema_invalid", {
      message: `not a JSON Schema: ${error instanceof Error ? error.message.replace(/^schema is invalid: /, "") : String(error)}`,
      cause: error,
    });
  }
}

function violation(error: ErrorObject): string {
  const where = error.instancePath === "" ? "the answer" : `\`${error.instancePath}\``;
  return `${where} ${error.message ?? "is not valid"}${detail(error)}`;
}

function detail({ keyword, params }: ErrorObject): string {
  switch (keyword) {
    case "additionalProperties":
      return ` (\`${params["additionalProperty"]}\`)`;
    case "unevaluatedProperties":
      return ` (\`${params["unevaluatedProperty"]}\`)`;
    case "enum":
      return `: ${JSON.stringify(params["allowedValues"]).slice(0, 200)}`;
    case "const":
      return `: ${JSON.stringify(params["allowedValue"]).slice(0, 200)}`;
    default:
      return "";
  }
}
