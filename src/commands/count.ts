// `cbr count`: how many input tokens a request has, and what it would cost. Takes what `cbr invoke` takes.
import { Command } from "commander";
import { buildRequest, chooseRoute, sayChosen } from "../cli/build-request.ts";
import type { Context } from "../cli/context.ts";
import { countInput } from "../cli/count.ts";
import { readInputBody } from "../cli/input-body.ts";
import { listsFor } from "../cli/live-lists.ts";
import { gatherPrompt, stdinFor } from "../cli/prompt-input.ts";
import { addRequestFlags, type RequestFlags } from "../cli/request-flags.ts";
import { readSystemFile } from "../cli/request-values.ts";
import { readSchema } from "../cli/schema-input.ts";
import { cacheTtlIn } from "../core/cache.ts";
import { CbrError } from "../core/errors.ts";
import { costOf, worstCost } from "../models/prices.ts";
import { money } from "../render/usage-line.ts";

interface CountFlags extends RequestFlags {
  json?: boolean;
}

export function countCommand(context: Context): Command {
  const command = new Command("count")
    .description("Count the input tokens of a request without sending it, and say what it would cost.")
    .argument("[prompt...]", "the prompt; files and stdin come before it");
  return addRequestFlags(command)
    .option("--json", "print JSON")
    .action(async (words: string[], _options: unknown, self: Command) => {
      await runCount(context, words, self.optsWithGlobals<CountFlags>());
    });
}

async function runCount(context: Context, words: string[], flags: CountFlags): Promise<void> {
  if (flags.system !== undefined && flags.systemFile !== undefined) {
    throw new CbrError("flag_conflict", { message: "`-s` and `--system-file` cannot both be given" });
  }
  const { host, io, report } = context;
  const gathering = gatherPrompt(context, {
    words,
    files: flags.file ?? [],
    stdin: stdinFor(flags),
    isPromptRequired: flags.body === undefined,
  });
  const [system, base, schema] = await Promise.all([
    flags.systemFile === undefined ? null : readSystemFile(flags.systemFile, host.cwd),
    flags.body === undefined ? null : readInputBody(context, flags.body),
    flags.schema === undefined ? null : readSchema(context, flags.schema),
  ]);
  const settings = await context.settings({
    ...flags,
    ...(system !== null && { system }),
    ...(flags.model === undefined && base?.model && { model: base.model }),
  });
  const lists = await listsFor(context, settings, settings.model?.value ?? null, { isOffline: false });
  const route = chooseRoute(context, flags, settings, { live: lists.asked });
  const prompt = await gathering;
  const { request } = buildRequest(context, route, { flags, settings, prompt, base, schema, stream: false });
  sayChosen(context, route);
  const count = await countInput(context, settings, route, request);

  const usage = {
    input_tokens: count.input_tokens,
    output_tokens: 0,
    cache_read_input_tokens: 0,
    cache_creation_input_tokens: 0,
  };
  const options = { region: request.region, serviceTier: request.serviceTier };
  const cost = costOf(route.model, route.geo, usage, options);
  const planned = { input: count.input_tokens, maxTokens: request.body.max_tokens };
  const cacheTtl = cacheTtlIn(request.body);
  const atMost = worstCost(route.model, route.geo, planned, { ...options, cacheTtl });
  if (flags.json) {
    const { input_tokens, method } = count;
    const object = { input_tokens, method, cost: cost && { ...cost, usd_at_most: atMost } };
    await io.out.write(`${JSON.stringify(object)}\n`);
    return;
  }
  await io.out.write(`${count.input_tokens}\n`);
  if (count.method === "estimate") report.warn("estimate", `this is an estimate: ${count.reason}`);
  const price =
    cost === null
      ? "cost unknown"
      : `$${money(cost.usd)} for the input, at most $${money(atMost ?? cost.usd)} with ${request.body.max_tokens} tokens of answer`;
  report.notice(price);
}
