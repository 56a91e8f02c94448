// docs/reference/errors.md, made from the table the program itself uses.
import { ERROR_CODES, type ErrorCodeRow } from "../src/core/error-codes.ts";
import { EXIT_CODES } from "../src/core/failures/lookup.ts";

/** The reference of exit codes and error codes as Markdown. */
export function errorsReference(): string {
  const codes = Object.entries<ErrorCodeRow>(ERROR_CODES);
  const exits = Object.keys(EXIT_CODES).map(Number);
  return `# Errors and exit codes

Every failure has a stable \`code\`, an exit code, one sentence and, where there is one, a next step. On stderr:

\`\`\`text
cbr: <what went wrong, and the service's own words>
request id: <where the service gave one>
hint: <the next step>
\`\`\`

With \`--error-format json\` (implied by \`--output-format json\` and \`stream-json\`) the last line of stderr is one JSON object:

\`\`\`json
{"type":"error","error":{"code":"throttled","message":"…","hint":"…","exit_code":6,"retryable":true,"aws":{"name":"ThrottlingException","status":429,"request_id":"…"}}}
\`\`\`

\`retryable\` says whether the same request may succeed later. \`aws\` is null where no service answered. \`retry_after\` (seconds) is
there when the service named a time, \`partial_text\` when an answer had begun. \`cbr explain CODE\` prints one entry;
\`cbr explain\` with an exception name, an HTTP status or a whole error text finds the entry. A code keeps its meaning; new ones may come.

## Exit codes

| Exit code | Meaning | A script should |
|---|---|---|
${exits.map((exit) => `| ${exit} | ${EXIT_CODES[exit]?.meaning} | ${EXIT_CODES[exit]?.advice} |`).join("\n")}

## Codes

${exits
  .map((exit) =>
    section(
      exit,
      codes.filter(([, row]) => row.exit === exit),
    ),
  )
  .filter((text) => text !== "")
  .join("\n\n")}
`;
}

function section(exit: number, codes: readonly [string, ErrorCodeRow][]): string {
  if (codes.length === 0) return "";
  return `### Exit code ${exit}: ${EXIT_CODES[exit]?.meaning}

| Code | What happened | Why | Next step | Retryable |
|---|---|---|---|---|
${codes
  .toSorted(([a], [b]) => (a < b ? -1 : 1))
  .map(
    ([code, row]) =>
      `| \`${code}\` | ${cell(row.message)} | ${cell(row.cause)} | ${cell(row.fix ?? "")} | ${row.retryable ? "yes" : "no"} |`,
  )
  .join("\n")}`;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}
