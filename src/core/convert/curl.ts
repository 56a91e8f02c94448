// A curl command against Anthropic's API (or Bedrock's), read for its body: people paste what the docs show.
import { CbrError } from "../errors.ts";
import { type ParsedBody, readBody } from "./body.ts";
import { parseJsonText } from "./json-text.ts";
import { type ShellCommand, ShellSyntaxError, splitCommand } from "./shell-words.ts";

export interface CurlRequest {
  parsed: ParsedBody;
  /** Names, in lower case, of the headers that are not carried over. Their values are never kept. */
  droppedHeaders: string[];
}

/** Is this text a curl command rather than JSON? */
export function isCurl(text: string): boolean {
  return /^\uFEFF?\s*(?:\$\s+)?(?:\S*\/)?curl(?:\.exe)?\s/.test(text);
}

/** Flags that take a value; what stands alone is neither URL nor data. */
const VALUED_SHORT = "AbcCdDeEFhHKmoPQrtTuUwxXyYz";
const BARE_LONG = new Set([
  ...["--silent", "--show-error", "--compressed", "--location", "--fail", "--fail-with-body", "--verbose"],
  ...[
    "--include",
    "--insecure",
    "--no-buffer",
    "--globoff",
    "--http1.1",
    "--http2",
    "--http3",
    "--ipv4",
    "--ipv6",
  ],
  ...[
    "--get",
    "--head",
    "--progress-bar",
    "--no-progress-meter",
    "--no-keepalive",
    "--tcp-nodelay",
    "--path-as-is",
  ],
  ...[
    "--raw",
    "--remote-name",
    "--retry-all-errors",
    "--retry-connrefused",
    "--parallel",
    "--next",
    "--tlsv1.2",
  ],
  ...[
    "--tlsv1.3",
    "--basic",
    "--anyauth",
    "--netrc",
    "--no-sessionid",
    "--ssl-reqd",
    "--disable",
    "--http1.0",
  ],
]);
const DATA_FLAGS = ["--data", "--data-raw", "--data-binary", "--data-ascii", "--json"];

/**
 * The request of a curl command. Throws CbrError `body_invalid` where it cannot be read without running it (a file, a
 * form, a shell error) and `not_convertible` where it is for another API.
 */
export function parseCurl(text: string): CurlRequest {
  const { words, stdin } = split(text);
  const data: string[] = [];
  const headers: [name: string, value: string][] = [];
  const urls: string[] = [];
  for (const [flag, value] of flagsOf(words.slice(1))) {
    if (flag === null || flag === "--url") urls.push(value);
    else if (DATA_FLAGS.includes(flag)) data.push(dataOf(flag, value, stdin));
    else if (flag === "--header") headers.push(headerOf(value));
    else if (
      flag === "--form" ||
      flag === "--data-urlencode" ||
      flag === "--upload-file" ||
      flag === "--config"
    ) {
      throw unreadable(`the curl command uses \`${flag}\`, which says no JSON body`);
    }
  }
  if (data.length === 0) throw unreadable("the curl command has no body (`-d`)");
  const model = modelOfUrl(urls[0]);
  const parsed = readBody(parseJsonText(data.join("&"), "the body in the curl command"));
  const betas = headers
    .filter(([name]) => name === "anthropic-beta")
    .flatMap(([, value]) => value.split(","));
  const kept = [
    "anthropic-beta",
    "anthropic-version",
    "content-type",
    "accept",
    "user-agent",
    "content-length",
    "host",
  ];
  const dropped = headers.map(([name]) => name).filter((name) => !kept.includes(name));
  const version = headers.find(([name]) => name === "anthropic-version")?.[1] ?? parsed.version;
  return {
    parsed: {
      ...parsed,
      version,
      model: parsed.model ?? model,
      betas: [
        ...new Set([...parsed.betas, ...betas.map((beta) => beta.trim()).filter((beta) => beta !== "")]),
      ],
    },
    droppedHeaders: [...new Set(dropped)],
  };
}

function split(text: string): ShellCommand {
  try {
    return splitCommand(text.replace(/^\uFEFF?\s*(?:\$\s+)?/, ""));
  } catch (error) {
    if (error instanceof ShellSyntaxError) throw unreadable(`the curl command is cut off: ${error.message}`);
    throw error;
  }
}

/** Each flag in its long form with its value; a word that is no flag is `[null, word]`. */
function* flagsOf(words: readonly string[]): Generator<[flag: string | null, value: string]> {
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as string;
    if (word.startsWith("--") && word.length > 2) {
      const [flag = word, inline] = /^(--[a-z0-9.-]+)=([\s\S]*)$/.exec(word)?.slice(1) ?? [];
      if (inline !== undefined) yield [flag, inline];
      else if (BARE_LONG.has(word) || word.startsWith("--no-")) yield [word, ""];
      else yield [word, words[++i] ?? ""];
    } else if (word.startsWith("-") && word.length > 1) {
      const at = [...word].findIndex((char, index) => index > 0 && VALUED_SHORT.includes(char));
      if (at === -1) continue;
      const value = word.slice(at + 1) || (words[++i] ?? "");
      const long = { d: "--data", H: "--header", F: "--form", T: "--upload-file", K: "--config" }[
        word[at] as string
      ];
      yield [long ?? `-${word[at]}`, value];
    } else yield [null, word];
  }
}

function dataOf(flag: string, value: string, stdin: string | null): string {
  if (!value.startsWith("@") || flag === "--data-raw") return value;
  if (value === "@-" && stdin !== null) return flag === "--data" ? stdin.replaceAll("\n", "") : stdin;
  const file = value === "@-" ? "stdin" : "a file";
  throw unreadable(
    `the curl command takes its body from ${file}, which only curl could read; give that to cbr instead`,
  );
}

function headerOf(header: string): [string, string] {
  const at = header.indexOf(":");
  const name = at === -1 ? header.replace(/;$/, "") : header.slice(0, at);
  return [name.trim().toLowerCase(), at === -1 ? "" : header.slice(at + 1).trim()];
}

/** The model in a Bedrock URL; null where the body names it. Throws for an API that is not about one message. */
function modelOfUrl(url: string | undefined): string | null {
  if (url === undefined) throw unreadable("the curl command has no URL");
  const path = url
    .replace(/^[a-z]+:\/\//i, "")
    .replace(/^[^/]*/, "")
    .replace(/[?#].*$/, "")
    .replace(/\/+$/, "");
  const bedrock = /\/model\/([^/]+)\/(?:invoke|invoke-with-response-stream)$/.exec(path)?.[1];
  if (bedrock !== undefined) return decodeURIComponent(bedrock);
  if (/\/v1\/messages$/.test(path)) return null;
  const known = /\/v1\/(?:messages\/(?:batches|count_tokens)|files|skills|models|complete)\b/.exec(path)?.[0];
  throw new CbrError("not_convertible", {
    message:
      known === undefined ? "the curl command is not for the Messages API" : `Bedrock has no \`${known}\``,
    hint: "convert takes requests to `/v1/messages`",
  });
}

function unreadable(message: string): CbrError {
  return new CbrError("body_invalid", { message });
}
