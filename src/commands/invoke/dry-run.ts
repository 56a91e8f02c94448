// `--dry-run`: the request that would be sent, redacted; needs no credentials.
import type { Context } from "../../cli/context.ts";
import type { ClaudeRequest } from "../../core/claude.ts";
import { prepare } from "../../core/prepare.ts";
import { jsonFor } from "../../render/reply.ts";
import { sanitize } from "../../render/sanitize.ts";
import { endpointFor } from "../../settings/endpoints.ts";
import type { Settings } from "../../settings/settings.ts";

/** Prints the request as JSON or as a program. Throws CbrError `api_not_supported` where a tool cannot send it. */
export async function printRequest(
  context: Context,
  request: ClaudeRequest,
  settings: Settings,
  form: string,
): Promise<void> {
  const { io } = context;
  const service = request.api === "mantle" ? "bedrock-mantle" : "bedrock-runtime";
  const endpoint = endpointFor(service, settings, "bedrock-runtime")?.value ?? null;
  const prepared = prepare(request, {
    endpoint,
    auth: settings.auth?.value !== "sigv4" && settings.bearer !== null ? "bearer" : "sigv4",
    fips: settings.use_fips_endpoint?.value ?? false,
    dualstack: settings.use_dualstack_endpoint?.value ?? false,
  });
  if (form === "json") {
    await io.out.write(`${jsonFor(io.out, prepared, io.out.isTTY ? 2 : 0)}\n`);
    return;
  }
  const { asProgram, PROGRAM_KINDS } = await import("../../core/convert/programs.ts");
  const kind = PROGRAM_KINDS.find((known) => known === form);
  if (kind === undefined) throw new Error(`unchecked form ${form}`);
  const text = asProgram(kind, {
    ...prepared,
    region: request.region,
    api: request.api,
    modelId: request.modelId,
    stream: request.stream,
    endpoint,
  });
  const ending = text.endsWith("\n") ? "" : "\n";
  await io.out.write((io.out.isTTY ? sanitize(text) : text) + ending);
}
