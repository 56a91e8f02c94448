// How many input tokens a request has, as the service counts them: CountTokens on the runtime, count_tokens on mantle.
import type { ClaudeRequest, SendOptions } from "../core/claude.ts";
import { CbrError } from "../core/errors.ts";
import { invokeBody } from "../core/prepare.ts";
import { explain } from "./explain.ts";
import { parseJson } from "./payload.ts";
import { readSome } from "./raw-answer.ts";
import type { SenderOptions } from "./sender.ts";
import type { BedrockSession } from "./session.ts";
import { signedPost } from "./signed-post.ts";
import { Watchdog } from "./watchdog.ts";

/**
 * Counts once per attempt allowed. `request.api` chooses the way: mantle's count_tokens, else CountTokens, which takes
 * the bare foundation-model id only. Throws CbrError.
 */
export async function countTokens(
  session: BedrockSession,
  request: ClaudeRequest,
  { signal }: SendOptions,
  options: SenderOptions,
): Promise<number> {
  const remaining = options.timeout > 0 ? options.timeout : Number.POSITIVE_INFINITY;
  for (let tries = 1; ; tries++) {
    const watchdog = new Watchdog({ firstByte: 0, idle: 0, remaining }, signal, options.now);
    try {
      return await watchdog.race(countOnce(session, request, watchdog.signal));
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      const timedOut = watchdog.timedOut;
      const failure = explain(error, {
        ...options.facts(request),
        operation: "CountTokens",
        ...(timedOut !== null && { timedOut }),
      });
      if (!failure.retryable || tries >= options.maxAttempts || timedOut !== null) throw failure;
      await new Promise((resolve) => setTimeout(resolve, 200 + options.random() * 800 * tries));
    } finally {
      watchdog.dispose();
    }
  }
}

async function countOnce(
  session: BedrockSession,
  request: ClaudeRequest,
  signal: AbortSignal,
): Promise<number> {
  const isMantle = request.api === "mantle";
  const { max_tokens: _unused, ...countable } = request.body;
  const answer = await signedPost(
    session,
    isMantle
      ? {
          service: "bedrock-mantle",
          path: "/anthropic/v1/messages/count_tokens",
          headers: {
            "anthropic-version": "2023-06-01",
            ...(request.betas.length > 0 && { "anthropic-beta": request.betas.join(",") }),
          },
          body: { model: request.modelId, ...countable },
          expected: "application/json",
        }
      : {
          service: "bedrock-runtime",
          path: `/model/${encodeURIComponent(request.modelId)}/count-tokens`,
          headers: {},
          body: { input: { invokeModel: { body: base64Of(invokeBody(request)) } } },
          expected: "application/json",
        },
    signal,
  );
  const json = parseJson((await readSome(answer.body)).toString("utf8")) as Record<string, unknown>;
  const count = json["inputTokens"] ?? json["input_tokens"];
  if (typeof count !== "number")
    throw new CbrError("not_bedrock", { message: "the answer holds no token count" });
  return count;
}

function base64Of(body: unknown): string {
  return Buffer.from(JSON.stringify(body)).toString("base64");
}
