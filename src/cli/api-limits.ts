// What the chosen API cannot say, refused before it is sent.
import type { ClaudeRequest } from "../core/claude.ts";
import { betaOnBedrock } from "../core/convert/betas.ts";
import type { ParsedBody } from "../core/convert/body.ts";
import { toConverse } from "../core/convert/converse-request.ts";
import { withoutUnsupported } from "../core/convert/features.ts";
import { CbrError } from "../core/errors.ts";
import { apisOf } from "../models/api.ts";
import type { Route } from "../models/route.ts";
import type { Context } from "./context.ts";

/** What only bedrock-runtime has: mantle would ignore it silently. Throws CbrError `api_not_supported`. */
export function refuseOnMantle({ model }: Route, request: ClaudeRequest): void {
  const given = {
    "--guardrail": request.guardrail,
    "--trace": request.trace,
    "--service-tier": request.serviceTier,
    "--latency": request.latency,
    "--tag": request.tags,
  };
  const flag = Object.entries(given).find(([, value]) => value !== undefined)?.[0];
  if (flag === undefined) return;
  const others = (model === null ? (["invoke", "converse", "messages"] as const) : apisOf(model))
    .filter((api) => api !== "mantle")
    .map((api) => `\`--api ${api}\``);
  throw new CbrError("api_not_supported", {
    message: `\`${flag}\`: the API \`mantle\` has no such thing and would ignore it silently`,
    hint:
      others.length > 0
        ? `use ${others.join(" or ")}`
        : `${model?.name} is served by mantle only: drop \`${flag}\``,
  });
}

/** What Converse cannot say is refused, naming the API that can; what it says otherwise is told with `-v`. */
export function checkConverse({ report }: Context, request: ClaudeRequest): void {
  const { input, notes } = toConverse(request);
  const usesTools = input.messages.some(({ content }) =>
    content.some((block) => "toolUse" in block || "toolResult" in block),
  );
  if (usesTools && input.toolConfig === undefined) {
    throw new CbrError("api_not_supported", {
      message: "`--api converse` wants `tools` wherever the messages hold tool calls or their results",
      hint: "add `tools` to the body, or use `--api invoke`",
    });
  }
  for (const { kind, path, message } of notes) {
    if (kind !== "lost") report.verbose(`converse: \`${path}\` ${message}`);
    else {
      throw new CbrError("api_not_supported", {
        message: `\`--api converse\` cannot say \`${path}\`: ${message}`,
        hint: "use `--api invoke`",
      });
    }
  }
}

/** The body as Bedrock takes it. Throws CbrError `not_convertible` naming what Bedrock cannot do. */
export function servable({ report }: Context, base: ParsedBody, { model }: Route): ParsedBody {
  const version = Number(model?.version);
  const { body, notes } = withoutUnsupported(base.body, {
    name: "Bedrock",
    hasStructuredOutput: true, // per model: checkParameters knows
    hasAutomaticCaching: Number.isNaN(version) ? null : version > 4.6,
  });
  const lost = notes.filter((note) => note.kind === "lost");
  for (const { kind, path, message } of notes) {
    if (kind === "changed") report.notice(`\`--body\`: \`${path}\` ${message}`);
  }
  const betas = base.betas.flatMap((beta) => {
    const fate = betaOnBedrock(beta);
    if (fate.kind === "dropped")
      report.notice(`\`--body\`: the beta \`${beta}\` is dropped; Bedrock does not take it`);
    return fate.kind === "dropped" ? [] : [fate.name];
  });
  if (lost.length === 0) return { ...base, body, betas };
  throw new CbrError("not_convertible", {
    message: `\`--body\`: ${lost.map(({ message, path }) => `${message} (\`${path}\`)`).join("; ")}`,
    hint: "take it out, for example with `cbr convert --to bedrock --lenient`",
  });
}
