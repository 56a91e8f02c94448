// cbr convert: a request body, or a curl command, from one API's dialect to another's.
import { Command, Option } from "commander";
import type { Context } from "../cli/context.ts";
import { readStdin } from "../cli/stdin.ts";
import { convertRequest, DIALECTS, type Dialect, type ModelFacts } from "../core/convert/convert.ts";
import type { Note } from "../core/convert/notes.ts";
import { readSource, type Source } from "../core/convert/source.ts";
import { CbrError } from "../core/errors.ts";
import { decodeText } from "../core/text.ts";
import type { CatalogModel } from "../models/catalog.ts";
import { parseModelName } from "../models/names.ts";
import { resolveRoute } from "../models/route.ts";

interface ConvertFlags {
  to: Dialect;
  lenient?: boolean;
  model?: string;
}

export function convertCommand(context: Context): Command {
  return new Command("convert")
    .description(
      "convert a request body, or a curl command for Anthropic's API, read from stdin. Every change is noted on stderr; " +
        "what the target cannot do is an error, or dropped with `--lenient`",
    )
    .addOption(
      new Option("--to <dialect>", "whose dialect to write").choices(DIALECTS).makeOptionMandatory(true),
    )
    .option("--lenient", "drop what the target cannot do, with a note")
    .option("-m, --model <model>", "the model, where the body names none or another is wanted")
    .action(async (_options: unknown, command: Command) => {
      await convert(context, command.optsWithGlobals<ConvertFlags>());
    });
}

async function convert(context: Context, flags: ConvertFlags): Promise<void> {
  const source = readSource(await stdinText(context));
  if (flags.model !== undefined) source.model = flags.model;
  const facts = modelFacts(source.model, flags);
  const { json, notes } = convertRequest(source, flags.to, facts);
  const lost = notes.filter((note) => note.kind === "lost");
  if (lost.length > 0 && flags.lenient !== true) throw notConvertible(lost, wayOut(source, flags));
  for (const note of notes) {
    context.report.notice(`${quoted(note.path)}: ${note.kind === "lost" ? "dropped: " : ""}${note.message}`);
  }
  const text = context.io.out.isTTY ? JSON.stringify(json, null, 2) : JSON.stringify(json);
  await context.io.out.write(`${text}\n`);
}

async function stdinText(context: Context): Promise<string> {
  const { kind } = context.host.stdin;
  if (kind === "silent" || kind === "directory") throw nothingToRead();
  const { bytes } = await readStdin(context, "for-end", context.signal);
  if (bytes === null || bytes.length === 0) throw nothingToRead();
  return decodeText(bytes, "stdin").text;
}

function nothingToRead(): CbrError {
  return new CbrError("body_invalid", {
    message: "there is no request on stdin",
    hint: "pipe a request body or a curl command into `cbr convert`",
  });
}

/** A model the body names and nobody knows is left as it is: it may be newer than this program. A flag's is an error. */
function modelFacts(model: string | null, { to, model: typed }: ConvertFlags): ModelFacts {
  const unknown: ModelFacts = { id: model, structuredOutput: null, automaticCaching: null, notServed: null };
  if (model === null) return unknown;
  try {
    return knownFacts(model, to);
  } catch (error) {
    if (typed === undefined && error instanceof CbrError && error.exitCode === 2) {
      return { ...unknown, isUnknown: true };
    }
    throw error;
  }
}

function knownFacts(value: string, to: Dialect): ModelFacts {
  const name = parseModelName(value);
  const model = name.kind === "closed-family" ? null : name.model;
  const isServed = to !== "mantle" || model === null || model.mantle_id !== null;
  return {
    id:
      to === "anthropic"
        ? firstPartyId(value, model)
        : isServed
          ? bedrockId(value, to)
          : (model?.base_id ?? value),
    structuredOutput: model?.structured_output ?? null,
    automaticCaching: model === null ? null : isUnversioned(model),
    notServed: isServed ? null : (model?.name ?? value),
  };
}

function bedrockId(value: string, to: "bedrock" | "converse" | "mantle"): string {
  return resolveRoute({
    model: { value, source: "the body" },
    geo: null,
    region: null,
    aliases: {},
    isChecked: false,
    api: ({ bedrock: "invoke", converse: "converse", mantle: "mantle" } as const)[to],
    live: null,
  }).modelId;
}

/** Anthropic's own id: Bedrock's without vendor and version. */
function firstPartyId(value: string, model: CatalogModel | null): string {
  const id = model?.base_id ?? value.replace(/^(?:.*\/)?(?:[a-z-]+\.)?anthropic\./, "");
  return id.replace(/^anthropic\./, "").replace(/-v\d+(:\d+)?$/, "");
}

/** From 4.7 on Bedrock's models have no version in their ids, and take `cache_control` at the top of a body. */
function isUnversioned(model: CatalogModel): boolean | null {
  const version = Number(model.version);
  return Number.isNaN(version) ? null : version > 4.6;
}

/** Who can say all of it, where not the dialect that was asked for; undefined where nobody can. */
function wayOut(source: Source, flags: ConvertFlags): string | undefined {
  const able = (["bedrock", "converse", "mantle"] as const).filter((to) => canSay(source, { ...flags, to }));
  const names = able.map((to) => `\`--to ${to}\``).join(" or ");
  if (able.length > 0) return `${names} can say it all; \`--lenient\` drops it with a note`;
  if (source.form !== "converse") return;
  return "only Converse takes it: send the body there as it is; `--lenient` drops it with a note";
}

function canSay(source: Source, flags: ConvertFlags): boolean {
  try {
    const { notes } = convertRequest(source, flags.to, modelFacts(source.model, flags));
    return notes.every((note) => note.kind !== "lost");
  } catch (error) {
    if (error instanceof CbrError) return false; // a model that this API cannot call
    throw error;
  }
}

function notConvertible(lost: readonly Note[], hint: string | undefined): CbrError {
  const shown = lost.slice(0, 5).map((note) => `${note.message} (${quoted(note.path)})`);
  const more = lost.length > shown.length ? `; and ${lost.length - shown.length} more` : "";
  return new CbrError("not_convertible", { message: `${shown.join("; ")}${more}`, hint });
}

function quoted(path: string): string {
  return path.includes("`") ? path : `\`${path}\``;
}
