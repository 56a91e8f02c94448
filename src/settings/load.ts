// Reads what settings are made of; resolve.ts weighs it.
import { resolve } from "node:path";
import { CbrError } from "../core/errors.ts";
import type { Host } from "../host/host.ts";
import { readBytes, statOf } from "../host/read.ts";
import { cleanApiKey, keepBearerToken } from "./bearer.ts";
import { awsPaths, configPath, expandHome, shownPath } from "./paths.ts";
import { resolveSetting, resolveSettings } from "./resolve.ts";
import type { Setting, Settings } from "./settings.ts";
import type { AwsFile, AwsFiles, ConfigFile, FoundKey, Sources } from "./sources.ts";
import { isSet } from "./values.ts";

/** What loading needs of the report. */
export interface SettingsReport {
  warn(code: string, message: string): void;
  hide(secret: string): void;
}

/** Reads the sections of the AWS files; wired to the SDK's own reader. */
export type AwsFilesReader = (paths: { config: string; credentials: string }) => Promise<{
  config: AwsFile["sections"];
  credentials: AwsFile["sections"];
}>;

const LARGEST_CONFIG = 1_000_000;
const LARGEST_KEY = 100_000;

/**
 * The settings of this run. `flags` are what commander parsed (camelCase keys). Throws CbrError for a config file, a variable or
 * a flag that cannot be used, and for a profile or an API key that is none. Warnings are reported and kept in the result.
 */
export async function loadSettings(
  flags: Readonly<Record<string, unknown>>,
  host: Host,
  report: SettingsReport,
  readAwsFiles: AwsFilesReader,
): Promise<Settings> {
  const warnings: { code: string; message: string }[] = [];
  const [file, aws] = await Promise.all([
    loadConfig(host, warnings),
    loadAwsFiles(host, readAwsFiles, warnings),
  ]);
  const sources: Sources = { flags, env: host.env, file, aws, key: null };
  const key = await findApiKey(sources, host);
  if (key !== null) report.hide(key.token);
  const resolved = resolveSettings({ ...sources, key });
  const settings: Settings = { ...resolved, warnings: [...warnings, ...resolved.warnings] };
  if (key !== null) keepBearerToken(settings, key.token);
  for (const { code, message } of settings.warnings) report.warn(code, message);
  return settings;
}

/** The config file, null where there is none. */
export async function loadConfig(
  host: Host,
  warnings: { code: string; message: string }[],
): Promise<ConfigFile | null> {
  const { path, isNamed } = configPath(host);
  const shown = shownPath(path, host);
  const text = await readConfig(path, shown, isNamed, warnings);
  if (text === null) return null;
  const { parseConfig } = await import("./file.ts");
  return parseConfig(text, shown);
}

/** The config file's text as it is, null where there is none; for commands that change it. Throws CbrError where it cannot be read. */
export async function readConfigText(
  host: Host,
): Promise<{ text: string | null; path: string; shown: string }> {
  const { path } = configPath(host);
  const shown = shownPath(path, host);
  return { text: await readConfig(path, shown, false, []), path, shown };
}

async function readConfig(
  path: string,
  shown: string,
  isNamed: boolean,
  warnings: { code: string; message: string }[],
): Promise<string | null> {
  const fail = (message: string, cause?: unknown) =>
    new CbrError("config_invalid", { message, hint: null, ...(cause !== undefined && { cause }) });
  try {
    const { size } = await statOf(path);
    if (size > LARGEST_CONFIG) throw fail(`${shown} is too large for a config file`);
  } catch (error) {
    if (error instanceof CbrError) throw error;
    if (isNamed) throw fail(`\`CBR_CONFIG\` names ${shown}, which cannot be read (${codeOf(error)})`, error);
    // Nobody can say that there is a file: a home that is not ours, under sudo or in a container.
    if (!isMissing(error)) {
      warnings.push({ code: "config_unreadable", message: `cannot look for ${shown} (${codeOf(error)})` });
    }
    return null;
  }
  let bytes: Uint8Array;
  try {
    bytes = await readBytes(path);
  } catch (error) {
    // A guard may be in it: going on without would send what the user forbade.
    throw fail(`the config file ${shown} cannot be read (${codeOf(error)})`, error);
  }
  try {
    // The byte order mark stays: a command that changes the file gives it back as it was.
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw fail(`the config file ${shown} is not UTF-8`, error);
  }
}

async function loadAwsFiles(
  host: Host,
  readAwsFiles: AwsFilesReader,
  warnings: { code: string; message: string }[],
): Promise<AwsFiles | null> {
  const paths = awsPaths(host);
  const states = await Promise.all([look(paths.config), look(paths.credentials)]);
  for (const [i, path] of [paths.config, paths.credentials].entries()) {
    if (states[i] !== "unreadable") continue;
    warnings.push({
      code: "aws_config_unreadable",
      message: `cannot read ${shownPath(path, host)}: going on without it`,
    });
  }
  if (states.every((state) => state === "missing")) return null;
  const found = states.includes("there")
    ? await readAwsFiles(paths)
    : { config: new Map(), credentials: new Map() };
  const file = (name: "config" | "credentials", state: string | undefined): AwsFile => ({
    path: shownPath(paths[name], host),
    sections: found[name],
    isUnreadable: state === "unreadable",
  });
  return { config: file("config", states[0]), credentials: file("credentials", states[1]) };
}

async function look(path: string): Promise<"there" | "missing" | "unreadable"> {
  try {
    // Most have no such file.
    await statOf(path);
    await readBytes(path);
    return "there";
  } catch (error) {
    return isMissing(error) ? "missing" : "unreadable";
  }
}

/** `--api-key-file` and CBR_API_KEY_FILE beat the variable, which beats the config file. */
async function findApiKey(sources: Sources, host: Host): Promise<FoundKey | null> {
  const isUsed = resolveSetting("auth", sources, null)?.value !== "sigv4";
  const file = resolveSetting("api_key_file", sources, null);
  const variable = host.env["AWS_BEARER_TOKEN_BEDROCK"];
  const isFromVariable = isSet(variable) && (file === null || file.origin === "file");
  if (!isFromVariable && file === null) return null;
  // With `--auth sigv4` nothing is wrong with a key that nobody uses, and stdin is left alone.
  if (!isUsed && !isFromVariable) return null;
  const source = isFromVariable ? "AWS_BEARER_TOKEN_BEDROCK" : (file?.source ?? "");
  try {
    const written = isFromVariable ? variable : await readKey(file as Setting<string>, host);
    return { token: cleanApiKey(written, source), source };
  } catch (error) {
    if (isUsed) throw error;
    return null;
  }
}

async function readKey(file: Setting<string>, host: Host): Promise<string> {
  const fail = (reason: string, cause?: unknown) =>
    new CbrError("api_key_malformed", {
      message: `cannot read the API key from \`${file.value}\` (${file.source}): ${reason}`,
      hint: null,
      cause,
    });
  try {
    if (file.value !== "-") {
      const path = resolve(host.cwd, expandHome(file.value, host));
      if ((await statOf(path)).size > LARGEST_KEY) throw fail("too large");
      return (await readBytes(path)).toString();
    }
    if (host.stdin.kind === "terminal") throw fail("stdin is a terminal");
    const parts: Uint8Array[] = [];
    let size = 0;
    for await (const part of host.stdin.stream()) {
      parts.push(Buffer.from(part));
      size += part.length;
      if (size > LARGEST_KEY) throw fail("too large");
    }
    return Buffer.concat(parts).toString("utf8");
  } catch (error) {
    if (error instanceof CbrError) throw error;
    throw fail(codeOf(error), error);
  }
}

function isMissing(error: unknown): boolean {
  return ["ENOENT", "ENOTDIR"].includes(codeOf(error));
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}
