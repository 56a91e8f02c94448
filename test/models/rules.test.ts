import { describe, expect, test } from "vitest";
import { APIS, type Api } from "../../src/core/claude.ts";
import { CbrError } from "../../src/core/errors.ts";
import type { MessagesBody } from "../../src/core/messages.ts";
import { CATALOG, type CatalogModel } from "../../src/models/catalog.ts";
import { type Reasoning, type ReasoningFlags, shapeReasoning } from "../../src/models/reasoning.ts";
import { checkParameters, type ParameterRequest } from "../../src/models/rules.ts";
import { schemaStrategy } from "../../src/models/schema-strategy.ts";

function model(alias: string): CatalogModel {
  const found = CATALOG.models.find((candidate) => candidate.alias === alias);
  if (!found) throw new Error(`no ${alias}`);
  return found;
}

function check(alias: string | null, body: Partial<MessagesBody>, rest: Partial<ParameterRequest> = {}) {
  const whole: MessagesBody = { max_tokens: 4000, messages: [{ role: "user", content: "hi" }], ...body };
  return checkParameters(alias === null ? null : model(alias), {
    api: "invoke",
    body: whole,
    betas: [],
    ...rest,
  });
}

function refusal(
  alias: string | null,
  body: Partial<MessagesBody>,
  rest: Partial<ParameterRequest> = {},
): CbrError {
  try {
    check(alias, body, rest);
  } catch (error) {
    if (error instanceof CbrError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

function shape(alias: string | null, flags: Partial<ReasoningFlags> = {}): Reasoning {
  return shapeReasoning(alias === null ? null : model(alias), {
    effort: null,
    thinking: null,
    maxTokens: null,
    ...flags,
  });
}

const enabled = (budget_tokens: number) => ({ thinking: { type: "enabled", budget_tokens } });
const adaptive = { thinking: { type: "adaptive" } };
const disabled = { thinking: { type: "disabled" } };
const effort = (level: string) => ({ output_config: { effort: level } });
const PDF = {
  type: "document",
  source: { type: "base64", media_type: "application/pdf", data: "" },
} as const;
const IMAGE = { type: "image", source: { type: "base64", media_type: "image/png", data: "" } } as const;

describe("refused, naming flag, model and what it accepts", () => {
  test.each<[string, Partial<MessagesBody>, string, string]>([
    ["opus-4.6", { stop_sequences: ["END", " \n"] }, '--stop " \\n"', "white space"],
    ["opus-4.6", { metadata: { user_id: 7 } }, "metadata.user_id", "text"],
    ["opus-4.6", { max_tokens: 128_001 }, "--max-tokens 128001", "128000"],
    ["haiku-3.5", { max_tokens: 8193 }, "--max-tokens", "8192"],
    ["opus-4.6", { temperature: 0.5, top_p: 0.5 }, "--top-p", "either"],
    ["sonnet-4.5", { temperature: 0.5, top_p: 0.5 }, "--top-p", "either"],
    ["opus-4.6", { temperature: 1.5 }, "--temperature", "0 to 1"],
    ["opus-4.6", { temperature: 0.5, ...adaptive }, "--temperature", "only 1"],
    ["sonnet-4.5", { temperature: 0.5, ...enabled(2000) }, "--temperature", "only 1"],
    ["sonnet-4.5", { top_k: 5, ...enabled(2000) }, "--top-k", "no top_k"],
    ["opus-4.7", { temperature: 0.5 }, "--temperature 0.5", "leave it out"],
    ["opus-4.8", { temperature: 1 }, "--temperature", "leave it out"],
    ["opus-5", { top_p: 0.9 }, "--top-p", "leave it out"],
    ["sonnet-5.5", { top_k: 5 }, "--top-k", "leave it out"],
    ["haiku-5.5", { temperature: 0 }, "--temperature", "leave it out"],
    ["fable-5.2", { temperature: 0.2 }, "--temperature", "only 1"],
    ["fable-5.2", { top_p: 0.995 }, "--top-p", "0.99"],
    ["fable-5", { top_p: 0.9 }, "--top-p", "0.99"],
    ["fable-5", { top_k: 3 }, "--top-k", "no top_k"],
    ["haiku-3.5", enabled(2000), "--thinking 2000", "cannot think"],
    ["haiku-4.5", adaptive, "--thinking adaptive", "budget"],
    ["haiku-4.5", enabled(1023), "--thinking 1023", "1024"],
    ["haiku-4.5", enabled(4000), "--thinking 4000", "max_tokens"],
    ["opus-4.8", enabled(2000), "--thinking 2000", "adaptive"],
    ["opus-5", enabled(2000), "--thinking 2000", "adaptive"],
    ["opus-5.5", disabled, "--thinking off", "always thinks"],
    ["sonnet-5.5", disabled, "--thinking off", "always thinks"],
    ["fable-5.2", disabled, "--thinking off", "always thinks"],
    ["sonnet-4.5", effort("low"), "--effort low", "no effort"],
    ["haiku-4.5", effort("low"), "--effort", "no effort"],
    ["opus-4.5", effort("max"), "--effort max", "low, medium, high"],
    ["opus-4.6", effort("xhigh"), "--effort xhigh", "low, medium, high, max"],
    ["opus-5", { ...disabled, ...effort("xhigh") }, "--effort xhigh", "low, medium, high with"],
    ["sonnet-5", { ...disabled, ...effort("max") }, "--effort max", "--thinking off"],
    ["haiku-5.5", { ...disabled, ...effort("max") }, "--effort max", "--thinking off"],
    ["opus-5.5", { tool_choice: { type: "any" } }, "tool_choice", "auto"],
    ["fable-5.1", { tool_choice: { type: "tool", name: "x" } }, "tool_choice", "auto"],
    ["sonnet-5", { tool_choice: { type: "any" } }, "tool_choice", "--thinking off"],
    ["opus-4.6", { tool_choice: { type: "any" }, ...adaptive }, "tool_choice", "while thinking"],
    ["opus-4.6", { messages: [{ role: "assistant", content: "{" }] }, "messages", "prefill"],
    ["opus-4.8", { output_config: { format: {} } }, "--schema", "no structured output"],
    ["haiku-3.5", { messages: [{ role: "user", content: [IMAGE] }] }, "-f", "text only"],
    ["haiku-3.5", { messages: [{ role: "user", content: [PDF] }] }, "-f", "text only"],
    [
      "haiku-3.5",
      {
        messages: [{ role: "user", content: [{ type: "tool_result", tool_use_id: "t", content: [IMAGE] }] }],
      },
      "-f",
      "text only",
    ],
    [
      "opus-4.1",
      { system: [{ type: "text", text: "x", cache_control: { type: "ephemeral", ttl: "1h" } }] },
      "--cache 1h",
      "5m",
    ],
  ])("%s %j", (alias, body, flag, accepts) => {
    const error = refusal(alias, body);
    expect(error).toMatchObject({ code: "parameter_not_supported", exitCode: 2 });
    expect(error.message).toContain(flag);
    expect(error.message).toContain(model(alias).name);
    expect(error.message).toContain(accepts);
    expect(error.hint).toContain("--no-check");
  });
});

describe("accepted", () => {
  test.each<[string, Partial<MessagesBody>]>([
    ["opus-4.6", { max_tokens: 128_000 }],
    ["opus-4.6", { temperature: 0 }],
    ["opus-4.6", { top_p: 0.5, top_k: 5 }],
    ["opus-4.6", { temperature: 1, ...adaptive }],
    ["opus-4.6", enabled(2000)],
    ["sonnet-4", { temperature: 0.5, top_p: 0.5 }],
    ["sonnet-4.5", enabled(1024)],
    ["sonnet-4.5", { messages: [{ role: "assistant", content: "{" }] }],
    ["fable-5.2", { temperature: 1 }],
    ["fable-5.2", { top_p: 0.99 }],
    ["fable-5", { top_p: 0.995 }],
    ["opus-5", disabled],
    ["opus-5", { ...disabled, ...effort("high") }],
    ["opus-5", effort("max")],
    ["opus-5.5", { ...adaptive, ...effort("xhigh") }],
    ["opus-4.5", effort("high")],
    ["sonnet-5", { ...disabled, tool_choice: { type: "any" } }],
    ["haiku-5.5", { tool_choice: { type: "any" } }],
    ["opus-5.5", { tool_choice: { type: "auto" } }],
    ["opus-4.6", { output_config: { format: {} } }],
    ["opus-4.6", { messages: [{ role: "user", content: [IMAGE, PDF] }] }],
    ["opus-4.6", { system: [{ type: "text", text: "x", cache_control: { type: "ephemeral", ttl: "1h" } }] }],
  ])("%s %j", (alias, body) => {
    expect(check(alias, body)).toEqual([]);
  });

  test("for an unknown model only what holds for every Claude model is checked", () => {
    expect(
      check(
        null,
        { temperature: 0.5, top_p: 0.5, max_tokens: 900_000, ...effort("new") },
        { serviceTier: "flex" },
      ),
    ).toEqual([]);
    expect(refusal(null, { temperature: 0.5, ...enabled(2000) }).message).toContain("while thinking");
    expect(refusal(null, enabled(100)).message).toContain("1024");
    expect(refusal(null, enabled(4000)).message).toContain("max_tokens");
    expect(refusal(null, { temperature: 2 }).exitCode).toBe(2);
  });

  test("an interleaved budget may exceed max_tokens", () => {
    expect(check("sonnet-4.5", enabled(9000), { betas: ["interleaved-thinking-2025-05-14"] })).toEqual([]);
  });
});

test("a parameter is named by where it came from", () => {
  const error = refusal("opus-4.8", { temperature: 0.5 }, { sources: { temperature: "CBR_TEMPERATURE" } });
  expect(error.message).toContain("CBR_TEMPERATURE");
});

test("service tier and latency", () => {
  expect(refusal("opus-4.8", {}, { serviceTier: "priority" }).message).toMatch(
    /--service-tier priority.*default/,
  );
  expect(refusal("opus-4.8", {}, { latency: "optimized" }).message).toMatch(/--latency optimized.*standard/);
  expect(check("opus-4.6", {}, { serviceTier: "reserved", latency: "standard" })).toEqual([]);
});

test("structured output is for InvokeModel and Converse", () => {
  const body = { output_config: { format: {} } };
  expect(check("opus-4.6", body, { api: "converse" })).toEqual([]);
  expect(refusal("haiku-4.5", body, { api: "mantle" })).toMatchObject({ code: "api_not_supported" });
});

test("a fifth cache breakpoint is one too many", () => {
  const block = { type: "text", text: "x", cache_control: { type: "ephemeral" } } as const;
  const content = [block, block, block];
  expect(check("opus-4.6", { system: [block], messages: [{ role: "user", content }] })).toEqual([]);
  expect(
    refusal("opus-4.6", { system: [block, block], messages: [{ role: "user", content }] }).message,
  ).toContain("at most 4");
});

test.each([
  ["sonnet-4.5", "context-1m-2025-08-07", "beta_dead"],
  ["sonnet-4", "context-1m-2025-08-07", "beta_dead"],
  ["opus-4.5", "context-1m-2025-08-07", "beta_dead"],
  ["opus-4.6", "context-1m-2025-08-07", undefined],
  ["sonnet-5.5", "files-api-2025-04-14", "beta_not_on_bedrock"],
  ["sonnet-5.5", "context-management-2025-06-27", undefined],
])("%s --beta %s warns: %s", (alias, beta, code) => {
  expect(check(alias, {}, { betas: [beta] })[0]?.code).toBe(code);
});

describe("--thinking and --effort", () => {
  test.each<[string | null, Partial<ReasoningFlags>, Omit<Reasoning, "betas"> & { betas?: string[] }]>([
    ["opus-4.6", {}, { maxTokens: 8192 }],
    ["opus-5", {}, { maxTokens: 32_000 }],
    ["opus-5", { thinking: "off" }, { ...disabled, maxTokens: 8192 }],
    ["haiku-3", {}, { maxTokens: 4096 }],
    ["opus-4.6", { thinking: "adaptive" }, { ...adaptive, maxTokens: 32_000 }],
    ["opus-4.6", { thinking: 2000 }, { ...enabled(2000), maxTokens: 32_000 }],
    ["opus-4.6", { thinking: 2000, maxTokens: 3000 }, { ...enabled(2000), maxTokens: 3000 }],
    ["opus-4.6", { inBody: enabled(20_000).thinking }, { maxTokens: 32_000 }],
    ["opus-5", { inBody: disabled.thinking }, { maxTokens: 8192 }],
    ["opus-4.6", { thinking: "off" }, { maxTokens: 8192 }],
    ["opus-4.8", { thinking: "off" }, { maxTokens: 8192 }],
    [
      "opus-4.8",
      { thinking: "adaptive", isShown: true },
      { thinking: { type: "adaptive", display: "summarized" }, maxTokens: 32_000 },
    ],
    [
      "opus-5.5",
      { isShown: true },
      { thinking: { type: "adaptive", display: "summarized" }, maxTokens: 32_000 },
    ],
    ["opus-4.8", { isShown: true }, { maxTokens: 8192 }],
    ["opus-4.6", { thinking: "adaptive", isShown: true }, { ...adaptive, maxTokens: 32_000 }],
    ["opus-4.5", { effort: "low" }, { ...effort("low"), betas: ["effort-2025-11-24"], maxTokens: 8192 }],
    ["opus-4.6", { effort: "max" }, { ...effort("max"), maxTokens: 8192 }],
    [null, {}, { maxTokens: 8192 }],
    [null, { thinking: 2000, effort: "low" }, { ...enabled(2000), ...effort("low"), maxTokens: 32_000 }],
    [null, { thinking: "off" }, { ...disabled, maxTokens: 8192 }],
  ])("%s %j", (alias, flags, expected) => {
    expect(shape(alias, flags)).toEqual({ betas: [], ...expected });
  });
});

test("every model × flag is a body its own rules accept, or exit 2", () => {
  const flags: Partial<ReasoningFlags>[] = [
    ...(["adaptive", "off", 1024, 8000] as const).map((thinking) => ({ thinking })),
    ...["low", "medium", "high", "xhigh", "max"].map((level) => ({ effort: level })),
  ];
  let accepted = 0;
  for (const { alias, thinking, effort: levels } of CATALOG.models) {
    for (const flag of flags) {
      const { maxTokens, betas, ...fields } = shape(alias, flag);
      let isAccepted = true;
      try {
        check(alias, { ...fields, max_tokens: maxTokens }, { betas });
      } catch (error) {
        if (!(error instanceof CbrError) || error.exitCode !== 2) throw error;
        isAccepted = false;
      }
      if (isAccepted) accepted++;
      if (flag.effort)
        expect([alias, flag, isAccepted]).toEqual([alias, flag, levels.levels.includes(flag.effort)]);
      if (flag.thinking === "off") expect([alias, isAccepted]).toEqual([alias, thinking.can_disable]);
      if (flag.thinking === "adaptive")
        expect([alias, isAccepted]).toEqual([alias, thinking.mode.startsWith("adaptive")]);
    }
  }
  expect(accepted).toBeGreaterThan(60);
});

test.each<[Api, string, boolean]>([
  ["messages", "user:42@example.com", true],
  ["messages", "x".repeat(256), true],
  ["messages", "x".repeat(257), false],
  ["messages", '{"a":1}', false],
  ["messages", "\u00e9", false],
  ["invoke", '{"a":1}', true],
  ["mantle", '{"a":1}', true],
])("by %s a user id of %j passes: %s", (api, user_id, passes) => {
  const run = () => check("opus-4.8", { metadata: { user_id } }, { api });
  if (passes) expect(run).not.toThrow();
  else expect(run).toThrow(/`metadata\.user_id`/);
});

describe("how a schema is enforced", () => {
  test.each<[string | null, Api, MessagesBody["thinking"], ReturnType<typeof schemaStrategy>]>([
    ["opus-4.6", "invoke", undefined, "native"],
    ["opus-4.6", "converse", { type: "adaptive" }, "native"],
    ["haiku-4.5", "mantle", undefined, "forced-tool"],
    ["opus-4.8", "invoke", undefined, "forced-tool"],
    ["opus-4.8", "invoke", { type: "adaptive" }, "offered-tool"],
    ["haiku-5.5", "invoke", undefined, "forced-tool"],
    ["opus-5", "invoke", undefined, "offered-tool"],
    ["sonnet-5", "invoke", undefined, "offered-tool"],
    ["sonnet-5", "messages", { type: "disabled" }, "forced-tool"],
    ["opus-5.5", "invoke", undefined, "offered-tool"],
    ["fable-5.2", "mantle", undefined, "offered-tool"],
    [null, "invoke", undefined, "offered-tool"],
  ])("%s by %s, thinking %j: %s", (alias, api, thinking, strategy) => {
    expect(schemaStrategy(alias === null ? null : model(alias), api, thinking)).toBe(strategy);
  });

  test("the strategy is one that the rules let pass, for every model and API", () => {
    for (const { alias } of CATALOG.models) {
      for (const api of APIS) {
        for (const thinking of [undefined, { type: "adaptive" }, { type: "disabled" }]) {
          if (thinking && thinking.type === "adaptive" && !model(alias).thinking.mode.startsWith("adaptive"))
            continue;
          if (thinking && thinking.type === "disabled" && !model(alias).thinking.can_disable) continue;
          const strategy = schemaStrategy(model(alias), api, thinking);
          const body: Partial<MessagesBody> =
            strategy === "native"
              ? { output_config: { format: {} } }
              : { tool_choice: { type: strategy === "forced-tool" ? "tool" : "auto" } };
          expect(() => check(alias, thinking ? { ...body, thinking } : body, { api })).not.toThrow();
        }
      }
    }
  });
});
