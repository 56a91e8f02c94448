// `--schema`: the answer is data. It is validated here, and asked for once more when it is wrong.
import type { Context } from "../../cli/context.ts";
import { CbrError } from "../../core/errors.ts";
import { dataOf, repairTurn } from "../../core/schema.ts";
import type { Validate } from "../../core/schema-validator.ts";
import { verdict } from "../../core/verdict.ts";
import { type Answer, type AskOptions, ask } from "./ask.ts";
import type { Candidate } from "./candidates.ts";

export interface DataAnswer {
  /** One, or two where the first had to be repaired. */
  answers: Answer[];
  /** Valid; undefined where there is a problem. */
  data: unknown;
  /** What `verdict` says, or `schema_mismatch` after one repair. */
  problem: CbrError | null;
}

/** Asks for data that validates, at most twice. Throws CbrError where no whole answer came. */
export async function askForData(
  context: Context,
  validate: Validate,
  candidates: readonly Candidate[],
  options: AskOptions,
): Promise<DataAnswer> {
  const first = await ask(context, candidates, options);
  const found = check(first, validate);
  if ("data" in found) return { answers: [first], data: found.data, problem: null };
  if ("problem" in found) return { answers: [first], data: undefined, problem: found.problem };
  if (first.reply.stopReason === "max_tokens") {
    const problem = mismatch(first, found.violations, "the answer was cut at max_tokens");
    return { answers: [first], data: undefined, problem };
  }
  context.report.verbose(`the answer does not match the schema (${found.violations[0]}); asking once more`);
  const { by, reply } = first;
  const body = by.request.body;
  const messages = [...body.messages, ...repairTurn(reply, found.violations)];
  const again = { ...by, request: { ...by.request, body: { ...body, messages } } };
  const second = await ask(context, [again], options);
  const answers = [first, second];
  const better = check(second, validate);
  if ("data" in better) return { answers, data: better.data, problem: null };
  if ("problem" in better) return { answers, data: undefined, problem: better.problem };
  const sentence = "the answer does not match the schema, also after one repair";
  return { answers, data: undefined, problem: mismatch(second, better.violations, sentence) };
}

type Found = { data: unknown } | { violations: string[] } | { problem: CbrError };

function check({ reply, by }: Answer, validate: Validate): Found {
  const problem = verdict(reply, { isStrict: false, maxTokens: by.request.body.max_tokens });
  if (problem !== null) return { problem };
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
    partialText: textOf(reply),
  });
}

/** The answer as text; of a tool that was called its input. */
function textOf({ content, text }: Answer["reply"]): string {
  if (text.trim() !== "") return text;
  const call = content.find((block) => block.type === "tool_use");
  if (call?.type !== "tool_use") return text;
  return typeof call.input === "string" ? call.input : JSON.stringify(call.input);
}
