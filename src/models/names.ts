// What `-m` may hold, told apart: aliases, first-party ids, base ids, profile ids and ARNs.
import { CbrError } from "../core/errors.ts";
import { nearest } from "../core/nearest.ts";
import { baseIdOfArn, geoOfArn, type ModelArn, parseArn } from "./arn.ts";
import {
  CATALOG,
  type CatalogModel,
  FAMILIES,
  type Family,
  isGenerallyOpen,
  modelById,
  newestOpen,
} from "./catalog.ts";
import { type LiveLists, splitProfileId } from "./live.ts";

export type ModelName =
  /** Stands for a model, not for a way to call it: an alias or a first-party id. */
  | { kind: "alias"; model: CatalogModel }
  /** A family that has no model open to all. */
  | { kind: "closed-family"; family: Family }
  | { kind: "base"; baseId: string; model: CatalogModel | null }
  | { kind: "profile"; profileId: string; geo: string; baseId: string; model: CatalogModel | null }
  | { kind: "arn"; arn: ModelArn; geo: string | null; baseId: string | null; model: CatalogModel | null };

/** A name that stands for something to call. */
export type OpenName = Exclude<ModelName, { kind: "closed-family" }>;

/** The model called when nothing names one. */
export const DEFAULT_MODEL = "sonnet";

/**
 * Says what a typed model name is. `aliases` are the user's and win over the built-in ones; they may name each other.
 * Throws `bad_flag_value` for what no name can be (empty, control characters, `../`), `unknown_model` with the nearest names.
 */
export function parseModelName(
  value: string,
  aliases: Readonly<Record<string, string>> = {},
  live: LiveLists | null = null,
): ModelName {
  const name = followAliases(value, aliases);
  refuseImpossible(name);
  return (
    parseBuiltIn(name) ??
    parseId(name) ??
    parseModelArn(name) ??
    parseLive(name, live) ??
    refuse(name, aliases)
  );
}

/** Every built-in name of a model that stands for it as an alias does; its own alias first. */
export function namesOf(model: CatalogModel): string[] {
  const undated = model.key.replace(/-v\d$/, "");
  const dated = model.base_id.replace(/^anthropic\./, "").replace(/-v\d+(:\d+)?$/, "");
  const isTwin = model.alias.endsWith("-v1");
  const [, major, minor] = /^(\d+)(?:\.(\d+))?$/.exec(model.version) ?? [];
  const names = [model.alias, dated];
  if (isTwin) return names;
  names.push(model.alias.replace(".", "-"), undated, `${undated}-latest`, `claude-${model.alias}`);
  if (model.key === "claude-3-5-sonnet-v2") names.push("sonnet-3.5-v2");
  if (major !== undefined && minor === undefined) names.push(`${undated}-0`);
  return [...new Set(names)];
}

/** A user's alias may name another; one that comes back to itself (`opus = "opus"`) means the built-in name. */
function followAliases(value: string, aliases: Readonly<Record<string, string>>): string {
  const seen = new Set<string>();
  let name = value;
  while (Object.hasOwn(aliases, name) && !seen.has(name)) {
    seen.add(name);
    name = aliases[name] as string;
  }
  return name;
}

function refuseImpossible(name: string): void {
  if (name.trim() === "") throw new CbrError("bad_flag_value", { message: "the model name is empty" });
  if (/[\u0000-\u001f\u007f-\u009f]/.test(name))
    throw new CbrError("bad_flag_value", { message: "the model name has a control character in it" });
  if (name.length > 2048 || !/^[A-Za-z0-9._:/-]+$/.test(name) || name.includes("..") || name.includes("//"))
    throw new CbrError("bad_flag_value", {
      message: "the model name has characters that no model id or ARN has",
      hint: "see `cbr models list --offline`",
    });
}

function parseBuiltIn(name: string): ModelName | null {
  const family = FAMILIES.find((candidate) => candidate === name);
  if (family !== undefined) {
    const model = newestOpen(family);
    return model ? { kind: "alias", model } : { kind: "closed-family", family };
  }
  const model = CATALOG.models.find((candidate) => namesOf(candidate).includes(name));
  return model ? { kind: "alias", model } : null;
}

function parseId(name: string): ModelName | null {
  if (/^anthropic\.[a-z0-9][A-Za-z0-9.:-]*$/.test(name)) {
    return { kind: "base", baseId: name, model: modelById(name) };
  }
  const parts = splitProfileId(name);
  if (parts === null || !parseId(parts.baseId)) return null;
  return { kind: "profile", profileId: name, ...parts, model: modelById(parts.baseId) };
}

function parseModelArn(name: string): ModelName | null {
  if (!name.startsWith("arn:")) return null;
  const arn = parseArn(name);
  if (arn === "malformed")
    throw new CbrError("unknown_model", {
      message: "the model is not a well-formed ARN of Bedrock",
      hint: "such an ARN looks like `arn:aws:bedrock:REGION:ACCOUNT:inference-profile/ID`",
    });
  if (arn === "unknown-kind")
    throw new CbrError("unknown_model", {
      message: "this ARN names no model, inference profile, deployment, prompt or router",
    });
  const baseId = baseIdOfArn(arn);
  return { kind: "arn", arn, geo: geoOfArn(arn), baseId, model: baseId === null ? null : modelById(baseId) };
}

/** A model newer than the catalog goes by its first-party id or alias as soon as a live list has it. */
function parseLive(name: string, live: LiveLists | null): ModelName | null {
  const wanted = name.replace(/^claude-/, "").replaceAll(".", "-");
  const found = live?.models.find(
    ({ id }) => id.replace(/^anthropic\.claude-/, "").replace(/(-\d{8})?(-v\d+(:\d+)?)?$/, "") === wanted,
  );
  return found ? { kind: "base", baseId: found.id, model: null } : null;
}

function refuse(name: string, aliases: Readonly<Record<string, string>>): never {
  if (Object.hasOwn(aliases, name)) {
    throw new CbrError("unknown_model", {
      message: `the alias \`${name}\` leads back to itself and to no model`,
      hint: "mend `[aliases]` in the config file",
    });
  }
  const suggestions = suggest(name, aliases);
  throw new CbrError("unknown_model", {
    message: `no model is called \`${name}\``,
    hint:
      suggestions.length > 0
        ? `did you mean ${suggestions.map((suggestion) => `\`${suggestion}\``).join(", ")}?`
        : undefined,
  });
}

function suggest(name: string, aliases: Readonly<Record<string, string>>): string[] {
  const own = Object.keys(aliases);
  const callable = CATALOG.models.filter((model) => model.lifecycle.status !== "retired");
  const near = nearest(name, [...own, ...FAMILIES, ...callable.map((model) => model.alias)]);
  const family = FAMILIES.find((candidate) => name.toLowerCase().includes(candidate));
  if (family === undefined) {
    return near.length > 0
      ? near
      : nearest(
          name,
          callable.flatMap((model) => [...namesOf(model), model.base_id]),
        );
  }
  const newest = CATALOG.models.filter((model) => model.family === family && isGenerallyOpen(model));
  const ofFamily = near.filter((word) => own.includes(word) || word.includes(family));
  const meant = meantBy(name).map((model) => model.alias);
  const ordered = [...meant, ...ofFamily, ...newest.map((model) => model.alias)];
  return [...new Set(ordered)].slice(0, 4);
}

/** The model that a mistyped id is of: without prefixes, date and version, the family first, it is one of its names. */
function meantBy(name: string): CatalogModel[] {
  const family = FAMILIES.find((candidate) => name.toLowerCase().includes(candidate));
  if (family === undefined) return [];
  const core = coreOf(name, family);
  return CATALOG.models.filter((model) => namesOf(model).includes(core));
}

function coreOf(name: string, family: Family): string {
  const bare = name
    .toLowerCase()
    .replaceAll("_", "-")
    .replace(/^.*claude-/, "")
    .replace(/[:@].*$/, "")
    .replace(/(-v\d+)?$/, "")
    .replace(/-(\d{8}|latest)$/, "");
  return bare.replace(new RegExp(`^(\\d+)(?:[.-](\\d+))?-${family}$`), (_, major: string, minor?: string) =>
    minor === undefined ? `${family}-${major}` : `${family}-${major}.${minor}`,
  );
}

/** Ids that the catalog has and that look like one it lacks: for warnings about a typed id. */
export function nearestIds(baseId: string): string[] {
  const meant = meantBy(baseId).map((model) => model.base_id);
  if (meant.length > 0) return meant;
  return nearest(
    baseId,
    CATALOG.models.map((model) => model.base_id),
    1,
  );
}
