// `--schema`: the answer is data. It is validated here, and asked for once more when it is wrong.
import type { Context } from "../../cli/context.ts";
import { CbrError } from "../../core/errors.ts";
import type { Usage } from "../../core/messages.ts";
import { dataOf, type JsonSchema, repairTurn } from "../../core/schema.ts";
import { loadValidator } from "../../core/schema-validator.ts";
import { verdict } from "../../core/verdict.ts";
import { type Answer, type AskOptions, ask } from "./ask.ts";
import type { Candidate } from "./candidates.ts";

export interface DataAnswer {
  answer: Answer;
  data: unknown;
  /** Of all turns together; null where one sent none. */
  usage: Usage | null;
}

/** Resolves with data that validates. Throws CbrError `schema_mismatch` after one repair, or what `verdict` says. */
export async function askForValidData(
  context: Context,
  schema: JsonSchema,
  candidates: readonly Candidate[],
  options: AskOptions,
): Promise<DataAnswer> {
  const validate = await loadValidator(schema);
  const first = await ask(context, candidates, options);
  const found = check(first, validate);
  if ("data" in found) return { answer: first, data: found.data, usage: first.reply.usage };
  if (first.reply.stopReason === "max_tokens")
    throw mismatch(first, found.violations, "the answer was cut at max_tokens");

  context.report.verbose(`the answer does not match the schema (${found.violations[0]}); asking once more`);
  const { by, reply } = first;
  const body = by.request.body;
  const messages = [...body.messages, ...repairTurn(reply, found.violations)];
  const again = { ...by, request: { ...by.request, body: { ...body, messages } } };
  const second = await ask(context, [again], options);
  const usage = addUsage(first.reply.usage, second.reply.usage);
  const better = check(second, validate);
  if ("data" in better) return { answer: second, data: better.data, usage };
  throw mismatch(second, better.violations, "the answer does not match the schema, also after one repair");
}

function check(
  { reply, by }: Answer,
  validate: (data: unknown) => string[],
): { data: unknown } | { violations: string[] } {
  const problem = verdict(reply, { isStrict: false, maxTokens: by.request.body.max_tokens });
  if (problem !== null) throw problem;
  if (by.schema === null) throw new Error("a candidate without its schema");
  const found = dataOf(reply, by.schema);
  if ("problem" in found) return { violations: [found.problem] };
  const violations = validate(found.data);
  return violations.length === 0 ? found : { violations };
}

function mismatch({ reply, by }: Answer, violations: readonly string[], sentence: string): CbrError {
  return new CbrError("schema_mismatch", {
    message: `${sentence}: ${violations.join("; ")}`,
    hint:
      reply.stopReason === "max_tokens"
        ? `raise \`--max-tokens\` (${by.request.body.max_tokens})`
        : "make the schema or the prompt clearer, or use another model",
    aws: { name: null, status: null, requestId: reply.requestId },
    partialText: reply.text,
  });
}

function addUsage(a: Usage | null, b: Usage | null): Usage | null {
  if (a === null || b === null) return null;
  return {
    input_tokens: a.input_tokens + b.input_tokens,
    output_tokens: a.output_tokens + b.output_tokens,
    cache_read_input_tokens: a.cache_read_input_tokens + b.cache_read_input_tokens,
    cache_creation_input_tokens: a.cache_creation_input_tokens + b.cache_creation_input_tokens,
  };
}
