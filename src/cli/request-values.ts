// Flag values that become parts of a request as they are.
import { resolve } from "node:path";
import { CbrError } from "../core/errors.ts";
import { readBytes } from "../host/read.ts";

/** `--system-file`'s text. Throws CbrError of exit code 3. */
export async function readSystemFile(path: string, cwd: string): Promise<string> {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(await readBytes(resolve(cwd, path)));
    if (text.trim() === "")
      throw new CbrError("empty_file", { message: `the system prompt file \`${path}\` is empty` });
    return text;
  } catch (error) {
    if (error instanceof CbrError) throw error;
    if (error instanceof TypeError)
      throw new CbrError("invalid_utf8", { message: `\`${path}\` is not UTF-8` });
    throw new CbrError("file_unreadable", {
      message: `cannot read the system prompt file \`${path}\`: ${(error as NodeJS.ErrnoException).code ?? "failed"}`,
      hint: "check the path",
    });
  }
}

/** `ID[:VERSION]`; without a version the working draft. Throws CbrError `bad_flag_value`. */
export function guardrailOf(text: string): { id: string; version: string } {
  // An ARN has colons of its own; only a version or DRAFT after the last one is a version.
  const match =
    /^(arn:aws[a-z-]*:bedrock:[a-z0-9-]+:\d{12}:guardrail\/[a-z0-9-]+|[A-Za-z0-9-]{1,64})(?::(DRAFT|[1-9]\d{0,7}))?$/.exec(
      text,
    );
  if (match?.[1] === undefined) {
    throw new CbrError("bad_flag_value", {
      message: "`--guardrail` takes ID or ID:VERSION; an id has letters and digits, or is an ARN",
      hint: "as in `--guardrail abc123:1` or `--guardrail abc123:DRAFT`",
    });
  }
  return { id: match[1], version: match[2] ?? "DRAFT" };
}

/** The names of `--beta`, commas split. They go into a header or the body as they are. Throws CbrError `bad_flag_value`. */
export function betasOf(values: readonly string[]): string[] {
  const betas = values.flatMap((value) => value.split(",").map((beta) => beta.trim()));
  for (const beta of betas) {
    if (/^[\w.-]{1,200}$/.test(beta)) continue;
    throw new CbrError("bad_flag_value", {
      message: "`--beta` takes the name of a beta: letters, digits, `-`, `_` and `.`",
      hint: "as in `--beta interleaved-thinking-2025-05-14`",
    });
  }
  return betas;
}

const TIERS = ["default", "priority", "flex", "reserved"];
const LATENCIES = ["standard", "optimized"];

/** Throws CbrError `bad_flag_value` for a value that Bedrock has for no model. */
export function checkTier(tier: string | undefined): void {
  if (tier === undefined || TIERS.includes(tier)) return;
  throw new CbrError("bad_flag_value", { message: `\`--service-tier\` takes ${TIERS.join(", ")}` });
}

/** Throws CbrError `bad_flag_value` for a value that Bedrock has for no model. */
export function checkLatency(latency: string | undefined): void {
  if (latency === undefined || LATENCIES.includes(latency)) return;
  throw new CbrError("bad_flag_value", { message: `\`--latency\` takes ${LATENCIES.join(" or ")}` });
}

// The service's `\s` is ASCII white space only, and anything else would not fit into a header.
const TAG_KEY = /^[a-zA-Z0-9 \t\n\v\f\r:_@$#=/+,\-.]{1,256}$/;
const TAG_VALUE = /^[a-zA-Z0-9 \t\n\v\f\r:_@$#=/+,\-.]{0,256}$/;

/** Bedrock's request metadata: at most 16 pairs of its pattern (InvokeModel API reference). Throws `bad_flag_value`. */
export function tagsOf(tags: readonly string[]): Record<string, string> {
  const result: Record<string, string> = {};
  for (const tag of tags) {
    const at = tag.indexOf("=");
    const [key, value] = at === -1 ? [tag, null] : [tag.slice(0, at), tag.slice(at + 1)];
    if (value === null || !TAG_KEY.test(key) || !TAG_VALUE.test(value)) {
      throw new CbrError("bad_flag_value", {
        message: `\`--tag ${tag}\` is not KEY=VALUE of letters, digits, spaces and \`: _ @ $ # = / + , - .\`, 256 at most`,
        hint: "as in `--tag team=search`",
      });
    }
    result[key] = value;
  }
  if (Object.keys(result).length > 16) {
    throw new CbrError("bad_flag_value", { message: "`--tag` takes at most 16 pairs", hint: "drop some" });
  }
  return result;
}
