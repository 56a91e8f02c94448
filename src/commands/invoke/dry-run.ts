// `--dry-run`: the request that would be sent, redacted; needs no credentials.
import type { Context } from "../../cli/context.ts";
import type { ClaudeRequest } from "../../core/claude.ts";
import { CbrError } from "../../core/errors.ts";
import { prepare } from "../../core/prepare.ts";
import { jsonFor } from "../../render/reply.ts";
import { endpointFor } from "../../settings/endpoints.ts";
import type { Settings } from "../../settings/settings.ts";

/** Prints the request as JSON or as a program. Throws CbrError `bad_flag_value` for an unknown form. */
export async function printRequest(
  context: Context,
  request: ClaudeRequest,
  settings: Settings,
  form: string,
): Promise<void> {
  const { io } = context;
  const service = request.api === "mantle" ? "bedrock-mantle" : "bedrock-runtime";
  const prepared = prepare(request, {
    endpoint: endpointFor(service, settings, "bedrock-runtime")?.value ?? null,
    auth: settings.auth?.value !== "sigv4" && settings.bearer !== null ? "bearer" : "sigv4",
    fips: settings.use_fips_endpoint?.value ?? false,
    dualstack: settings.use_dualstack_endpoint?.value ?? false,
  });
  if (form === "json") {
    await io.out.write(`${jsonFor(io.out, prepared, io.out.isTTY ? 2 : 0)}\n`);
    return;
  }
  throw new CbrError("bad_flag_value", {
    message: `\`--dry-run=${form}\` is none of json, curl, aws, python, typescript`,
    hint: "use `--dry-run=json`",
  });
}
