// What AWS listed, kept between runs: a file for each account, region, endpoint and holder of credentials, so that
// the lists of a mock or of another account are never taken for this one's.
import { readdirSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import { CbrError } from "../core/errors.ts";
import { makePrivateDirectory } from "../host/directories.ts";
import type { Host } from "../host/host.ts";
import { readBytes } from "../host/read.ts";
import type { LiveLists } from "../models/live.ts";
import { bearerToken } from "./bearer.ts";
import { endpointFor } from "./endpoints.ts";
import { beatsKeyVariables } from "./profile.ts";
import type { EndpointService, Settings } from "./settings.ts";

const VERSION = 1;
/** Lists older than this say less than the catalog. */
const OLDEST_MS = 30 * 24 * 3_600_000;

interface CacheFile {
  version: number;
  account: string;
  region: string;
  endpoint: string | null;
  lists: LiveLists;
}

/** Who asks AWS where. `mainService`: whose endpoint `--endpoint-url` is in the command at hand. */
export interface CachePlace {
  host: Host;
  settings: Settings;
  region: string;
  mainService: EndpointService;
}

/** Stores the lists for `account`; resolves to the file's path. Throws CbrError `file_write_failed`. */
export async function writeLiveLists(place: CachePlace, account: string, lists: LiveLists): Promise<string> {
  const { randomUUID } = await import("node:crypto");
  const { chmod, readdir, rename, rm, writeFile } = await import("node:fs/promises");
  const folder = cacheFolder(place.host);
  const tail = await fileTail(place);
  const name = `${account.replace(/[^A-Za-z0-9-]/g, "_")}.${tail}`;
  const path = join(folder, name);
  const content: CacheFile = {
    version: VERSION,
    account,
    region: place.region,
    endpoint: endpointOf(place),
    lists,
  };
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    makePrivateDirectory(folder);
    await chmod(folder, 0o700);
    await writeFile(temporary, `${JSON.stringify(content)}\n`, { mode: 0o600, flag: "wx" });
    await rename(temporary, path);
    // The same credentials pointed to another account before.
    const stale = (await readdir(folder)).filter((other) => other.endsWith(tail) && other !== name);
    await Promise.all(stale.map((other) => rm(join(folder, other), { force: true })));
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw new CbrError("file_write_failed", {
      message: `the live lists cannot be stored in \`${folder}\`: ${(error as Error).message}`,
      hint: "set `XDG_CACHE_HOME` to a writable directory",
      cause: error,
    });
  }
  return path;
}

/** The lists stored by `models refresh` for these credentials, region and endpoint; null where there are none of use. Never throws. */
export async function readLiveLists(place: CachePlace): Promise<LiveLists | null> {
  const folder = cacheFolder(place.host);
  try {
    const names = readdirSync(folder);
    if (names.length === 0) return null;
    const tail = await fileTail(place);
    const name = names.find((other) => other.endsWith(tail));
    if (name === undefined) return null;
    const content: unknown = JSON.parse(String(await readBytes(join(folder, name))));
    return isCacheFile(content) && isOfUse(content, place) ? content.lists : null;
  } catch {
    return null;
  }
}

function isOfUse(content: CacheFile, place: CachePlace): boolean {
  const age = place.host.now() - content.lists.fetchedAt;
  return content.region === place.region && content.endpoint === endpointOf(place) && age < OLDEST_MS;
}

function isCacheFile(value: unknown): value is CacheFile {
  const file = value as Partial<CacheFile> | null;
  const lists = file?.lists as Partial<LiveLists> | undefined;
  return (
    file?.version === VERSION &&
    typeof lists?.fetchedAt === "number" &&
    lists.region === file.region &&
    isListOf(lists.models, (model) => typeof model.id === "string" && Array.isArray(model.inferenceTypes)) &&
    isListOf(lists.profiles, (profile) => typeof profile.id === "string" && Array.isArray(profile.modelIds))
  );
}

function isListOf<T>(value: readonly T[] | undefined, isItem: (item: T) => boolean): boolean {
  return (
    Array.isArray(value) && value.every((item) => typeof item === "object" && item !== null && isItem(item))
  );
}

function cacheFolder({ env, home }: Host): string {
  const xdg = env["XDG_CACHE_HOME"];
  return join(xdg !== undefined && isAbsolute(xdg) ? xdg : join(home, ".cache"), "cbr", "models");
}

async function fileTail(place: CachePlace): Promise<string> {
  const { createHash } = await import("node:crypto");
  const key = JSON.stringify([endpointOf(place), holderOf(place)]);
  return `${place.region}.${createHash("sha256").update(key).digest("hex").slice(0, 24)}.json`;
}

function endpointOf({ settings, mainService }: CachePlace): string | null {
  return endpointFor("bedrock", settings, mainService)?.value ?? null;
}

/** Tells one holder of credentials from another without asking AWS. Hashed before it is written anywhere. */
function holderOf({ host: { env }, settings }: CachePlace): string {
  const token = settings.auth?.value === "sigv4" ? null : bearerToken(settings);
  if (token !== null) return `token ${token}`;
  const keyId = env["AWS_ACCESS_KEY_ID"];
  if (keyId !== undefined && !beatsKeyVariables(settings)) return `key ${keyId}`;
  return `profile ${settings.awsProfile ?? "default"} of ${env["AWS_CONFIG_FILE"] ?? ""}`;
}
