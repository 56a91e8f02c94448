import { type JsonSchema, parseSchema } from "../core/schema.ts";
import { decodeText } from "../core/text.ts";
import type { Context } from "./context.ts";
import { readFile } from "./files.ts";

/**
 * The schema that `--schema` names: inline when it begins like JSON, else a file. Throws CbrError `schema_invalid`, or
 * of exit code 3 when the file cannot be read.
 */
export async function readSchema(context: Context, value: string): Promise<JsonSchema> {
  if (/^\s*[[{"]/.test(value)) return parseSchema(value);
  const bytes = await readFile(value, context.host.cwd, context.signal);
  return parseSchema(decodeText(bytes, `\`${value}\``).text);
}
