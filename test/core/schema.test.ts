import { describe, expect, it } from "vitest";
import { CbrError } from "../../src/core/errors.ts";
import type { ContentBlock, MessagesBody } from "../../src/core/messages.ts";
import { nativeSchema } from "../../src/core/native-schema.ts";
import type { Reply } from "../../src/core/reply.ts";
import { askForData, dataOf, type JsonSchema, parseSchema, repairTurn } from "../../src/core/schema.ts";

const person: JsonSchema = {
  type: "object",
  properties: { name: { type: "string" }, age: { type: "integer", minimum: 0 } },
  required: ["name"],
};
const body: MessagesBody = { max_tokens: 100, messages: [{ role: "user", content: "hi" }] };

const reply = (content: ContentBlock[]): Reply => ({
  id: null,
  model: null,
  requestId: null,
  content,
  text: content.map((block) => (block.type === "text" ? block.text : "")).join(""),
  stopReason: "end_turn",
  stopSequence: null,
  stopDetails: null,
  usage: null,
  guardrailAction: null,
  trace: null,
  unknownEvents: 0,
});
const said = (text: string) => reply([{ type: "text", text }]);
const called = (name: string, input: unknown) => reply([{ type: "tool_use", id: "t1", name, input }]);

describe("parseSchema", () => {
  it("takes an object and nothing else", () => {
    expect(parseSchema(' {"type":"object"}\n')).toEqual({ type: "object" });
    for (const text of ["", "[]", "true", '"x"', "{", "{'a':1}"]) {
      expect(() => parseSchema(text)).toThrow(CbrError);
      expect(() => parseSchema(text)).toThrow(/--schema/);
    }
  });
});

describe("nativeSchema", () => {
  it("closes objects and moves bounds into descriptions", () => {
    expect(nativeSchema(person)).toEqual({
      type: "object",
      properties: { name: { type: "string" }, age: { type: "integer", description: "(minimum: 0)" } },
      required: ["name"],
      additionalProperties: false,
    });
    expect(nativeSchema({ type: "string", format: "date", description: "When", maxLength: 3 })).toEqual({
      type: "string",
      format: "date",
      description: "When (maxLength: 3)",
    });
  });

  it("keeps unions, definitions, enums and nullable types", () => {
    expect(
      nativeSchema({
        type: "object",
        properties: {
          a: { oneOf: [{ type: "string" }, { $ref: "#/definitions/b" }] },
          c: { enum: ["x", 1, null], type: "string" },
          d: { const: "k" },
          e: { type: ["array", "null"], items: { type: "number" }, minItems: 1, maxItems: 9 },
        },
        definitions: { b: { properties: { f: { type: "boolean" } } } },
      }),
    ).toEqual({
      type: "object",
      properties: {
        a: { anyOf: [{ type: "string" }, { $ref: "#/$defs/b" }] },
        c: { enum: ["x", 1, null] },
        d: { const: "k" },
        e: { type: ["array", "null"], items: { type: "number" }, minItems: 1, description: "(maxItems: 9)" },
      },
      additionalProperties: false,
      $defs: {
        b: { type: "object", properties: { f: { type: "boolean" } }, additionalProperties: false },
      },
    });
  });

  it.each<[string, JsonSchema]>([
    ["a map", { type: "object", properties: {}, additionalProperties: { type: "string" } }],
    ["an object of anything", { type: "object" }],
    ["a list of anything", { type: "array" }],
    ["anything", {}],
    ["patterned keys", { type: "object", properties: {}, patternProperties: { "^x": {} } }],
    ["a tuple", { type: "array", prefixItems: [{ type: "string" }], items: { type: "string" } }],
    ["an intersection", { type: "object", properties: {}, allOf: [{ type: "object" }] }],
    ["a list in an enum", { enum: [[1]] }],
    [
      "recursion",
      { $ref: "#/$defs/a", $defs: { a: { type: "object", properties: { next: { $ref: "#/$defs/a" } } } } },
    ],
    ["recursion through the root", { type: "object", properties: { next: { $ref: "#" } } }],
    ["a foreign reference", { $ref: "https://example.com/x" }],
  ])("is null for %s", (_, schema) => {
    expect(nativeSchema(schema)).toBeNull();
  });
});

describe("askForData", () => {
  it("natively beside an effort that is set", () => {
    const asked = askForData({ ...body, output_config: { effort: "low" } }, person, "native");
    expect(asked).toMatchObject({ strategy: "native", tool: null, wrappedIn: null });
    expect(asked.body.output_config).toEqual({
      effort: "low",
      format: { type: "json_schema", schema: nativeSchema(person) },
    });
    expect(asked.body.tools).toBeUndefined();
  });

  it("by a forced tool", () => {
    const asked = askForData(
      body,
      { $schema: "https://json-schema.org/draft/2020-12/schema", ...person },
      "forced-tool",
    );
    expect(asked).toMatchObject({ strategy: "forced-tool", tool: "answer", wrappedIn: null });
    expect(asked.body.tools).toEqual([
      { name: "answer", description: expect.any(String), input_schema: person },
    ]);
    expect(asked.body.tool_choice).toEqual({ type: "tool", name: "answer", disable_parallel_tool_use: true });
    expect(asked.body.system).toBeUndefined();
  });

  it("by an offered tool, said in the system prompt, whatever form that has", () => {
    const asked = askForData({ ...body, system: "Be kind." }, person, "offered-tool");
    expect(asked.body.tool_choice?.type).toBe("auto");
    expect(asked.body.system).toMatch(/^Be kind\.\n\n.*`answer`/);
    const cached = { type: "text", text: "Be kind.", cache_control: { type: "ephemeral" } } as const;
    expect(askForData({ ...body, system: [cached] }, person, "offered-tool").body.system).toEqual([
      cached,
      { type: "text", text: expect.stringContaining("`answer`") },
    ]);
  });

  it("leaves the body it was given alone, and its tools", () => {
    const tools = [{ name: "answer" }];
    const given = { ...body, tools };
    const asked = askForData(given, person, "forced-tool");
    expect(asked.tool).toBe("final_answer");
    expect(asked.body.tools?.map((tool) => tool.name)).toEqual(["answer", "final_answer"]);
    expect(tools).toHaveLength(1);
  });

  it("falls back to a tool where native output cannot say it, offered when Claude thinks", () => {
    const map = {
      type: "object",
      additionalProperties: { type: "number" },
      properties: { a: { type: "number" } },
    };
    expect(askForData(body, map, "native").strategy).toBe("forced-tool");
    expect(askForData({ ...body, thinking: { type: "disabled" } }, map, "native").strategy).toBe(
      "forced-tool",
    );
    expect(askForData({ ...body, thinking: { type: "adaptive" } }, map, "native").strategy).toBe(
      "offered-tool",
    );
  });

  it("falls back to a tool beside citations, which native output refuses", () => {
    const source = { type: "base64", media_type: "application/pdf", data: "" } as const;
    const content: ContentBlock[] = [{ type: "document", source, citations: { enabled: true } }];
    const cited: MessagesBody = { ...body, messages: [{ role: "user", content }] };
    expect(askForData(cited, person, "native").strategy).toBe("forced-tool");
  });

  it.each<[string, JsonSchema]>([
    ["a union", { anyOf: [{ type: "string" }, { type: "number" }] }],
    ["a list", { type: "array", items: { type: "string" } }],
    ["a reference", { $ref: "#/$defs/a", $defs: { a: { type: "string" } } }],
    ["an object of anything", { title: "x" }],
    ["a name that tools may not have", { type: "object", properties: { "größe in m": { type: "number" } } }],
  ])("wraps a root that is %s in an object", (_, schema) => {
    for (const strategy of ["native", "forced-tool", "offered-tool"] as const) {
      const asked = askForData(body, schema, strategy);
      const root = asked.body.tools?.[0]?.input_schema ?? asked.body.output_config?.format?.["schema"];
      expect(asked.wrappedIn).toBe("value");
      expect(root).toMatchObject({ type: "object", required: ["value"], additionalProperties: false });
      expect(Object.keys(root as object)).not.toContain("anyOf");
    }
  });

  it("keeps references right when it wraps", () => {
    const schema = {
      type: "array",
      items: { anyOf: [{ $ref: "#" }, { $ref: "#/$defs/leaf" }, { $ref: "#/items" }] },
      $defs: { leaf: { type: "string", const: { $ref: "#" } }, again: { $ref: "#" } },
    };
    expect(askForData(body, schema, "forced-tool").body.tools?.[0]?.input_schema).toEqual({
      type: "object",
      properties: {
        value: {
          type: "array",
          items: {
            anyOf: [
              { $ref: "#/properties/value" },
              { $ref: "#/$defs/leaf" },
              { $ref: "#/properties/value/items" },
            ],
          },
        },
      },
      required: ["value"],
      additionalProperties: false,
      $defs: { leaf: { type: "string", const: { $ref: "#" } }, again: { $ref: "#/properties/value" } },
    });
  });

  it("writes draft-07 tuples the way tools take them", () => {
    const schema = {
      type: "object",
      properties: { p: { type: "array", items: [{ type: "string" }], additionalItems: false } },
    };
    expect(askForData(body, schema, "forced-tool").body.tools?.[0]?.input_schema).toMatchObject({
      properties: { p: { prefixItems: [{ type: "string" }], items: false } },
    });
  });
});

describe("dataOf", () => {
  const native = askForData(body, person, "native");
  const tool = askForData(body, person, "offered-tool");
  const wrapped = askForData(body, { type: "array", items: { type: "number" } }, "forced-tool");

  it("finds the tool's input", () => {
    expect(dataOf(called("answer", { name: "A" }), tool)).toEqual({ data: { name: "A" } });
    expect(dataOf(called("answer", '{"name":'), tool)).toEqual({ problem: "the answer is not JSON" });
    expect(dataOf(called("other", { name: "A" }), tool)).toEqual({ problem: "the answer is not JSON" });
  });

  it("takes a wrapped root out, or an answer that was not wrapped as it is", () => {
    expect(dataOf(called("answer", { value: [1] }), wrapped)).toEqual({ data: [1] });
    expect(dataOf(said("[1]"), wrapped)).toEqual({ data: [1] });
  });

  it.each([
    ['{"name":"A"}'],
    [' \n{"name":"A"}\n'],
    ['```json\n{"name":"A"}\n```'],
    ['Here it is:\n\n```\n{"name":"A"}\n```\nAnything else?'],
    ['Sure: {"name":"A"}.'],
  ])("finds JSON in the text %j", (text) => {
    expect(dataOf(said(text), native)).toEqual({ data: { name: "A" } });
    expect(dataOf(said(text), tool)).toEqual({ data: { name: "A" } });
  });

  it("says that there is none", () => {
    for (const text of ["", "no", "{", '{"name":', "} {"])
      expect(dataOf(said(text), native)).toHaveProperty("problem");
  });
});

describe("repairTurn", () => {
  it("answers a tool call with its error, and gives the whole reply back", () => {
    const thinking = { type: "thinking", thinking: "hm", signature: "s" } as const;
    const call = { type: "tool_use", id: "t1", name: "answer", input: { age: 1 } } as const;
    expect(repairTurn(reply([thinking, call]), ["the answer must have `name`"])).toEqual([
      { role: "assistant", content: [thinking, call] },
      {
        role: "user",
        content: [
          {
            type: "tool_result",
            tool_use_id: "t1",
            is_error: true,
            content: expect.stringContaining("- the answer must have `name`"),
          },
        ],
      },
    ]);
  });

  it("answers text with text, and gives nothing back that the service would refuse", () => {
    expect(repairTurn(said("{}"), ["x"]).map(({ role }) => role)).toEqual(["assistant", "user"]);
    expect(repairTurn(said(" \n"), ["x"]).map(({ role }) => role)).toEqual(["user"]);
    expect(repairTurn(called("answer", "{"), ["x"])[0]?.content).toEqual([
      { type: "tool_use", id: "t1", name: "answer", input: {} },
    ]);
  });
});
