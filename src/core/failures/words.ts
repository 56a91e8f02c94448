// Small phrases that name what was in play, each empty or general when it is not known.
import type { FailureFacts } from "./failure.ts";

/** "`anthropic.claude-…`", or "the model". */
export const theModel = (facts: FailureFacts): string =>
  facts.modelId === undefined ? "the model" : `\`${facts.modelId}\``;

/** The model as a word of a command line. */
export const modelWord = (facts: FailureFacts): string => facts.modelId ?? "MODEL";

/** " in us-east-1", or nothing. */
export const inRegion = (facts: FailureFacts): string =>
  facts.region === undefined ? "" : ` in ${facts.region}`;

/** " (profile `work`)", or nothing; a bearer token belongs to no profile. */
export const ofProfile = (facts: FailureFacts): string =>
  facts.profile === undefined || facts.isBearer ? "" : ` (profile \`${facts.profile}\`)`;

/** " --profile work", or nothing. */
export const profileFlag = (facts: FailureFacts): string =>
  facts.profile === undefined ? "" : ` --profile ${shellWord(facts.profile)}`;

/** `host:port` of a URL, without userinfo; the text as it is when it is no URL. */
export function hostOf(url: string): string {
  try {
    const { hostname, port, protocol } = new URL(url);
    return `${hostname}:${port || (protocol === "http:" ? "80" : "443")}`;
  } catch {
    return url.replace(/^.*@/, "");
  }
}

/** "5 min", "3600 s": a length of time for a sentence. */
export function duration(milliseconds: number): string {
  const seconds = Math.round(Math.abs(milliseconds) / 1000);
  return seconds >= 600 ? `${Math.round(seconds / 60)} min` : `${seconds} s`;
}

// A name in a command that may be pasted: quoted where a shell would read more into it.
function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
