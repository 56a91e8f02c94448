// What goes through another dialect and back must be what it was.

import { expect, test } from "vitest";
import { toInvoke } from "../../../src/core/convert/body.ts";
import { convertRequest, type Dialect } from "../../../src/core/convert/convert.ts";
import type { JsonObject } from "../../../src/core/convert/json.ts";
import { readSource } from "../../../src/core/convert/source.ts";
import fc from "../../support/property.ts";
import { anyBetas, anyBody } from "./arbitrary.ts";

const FACTS = { id: "claude-x", structuredOutput: null, automaticCaching: null, notServed: null };

function convert(json: JsonObject, to: Dialect, betas: readonly string[] = []): JsonObject {
  const source = readSource(JSON.stringify(json));
  const result = convertRequest({ ...source, betas: [...source.betas, ...betas] }, to, FACTS);
  expect(result.notes.filter((note) => note.kind === "lost")).toEqual([]);
  return JSON.parse(JSON.stringify(result.json));
}

test.each(["anthropic", "mantle"] as const)("Bedrock, %s, Bedrock", (dialect) => {
  fc.assert(
    fc.property(anyBody, anyBetas, (body, betas) => {
      const said = dialect === "mantle" ? { ...body, output_config: undefined } : body;
      const bedrock = JSON.parse(JSON.stringify(toInvoke(said as never, betas)));
      const other = convert(bedrock, dialect);
      expect(other).not.toHaveProperty("anthropic_version");
      expect(other).not.toHaveProperty("anthropic_beta");
      // There the betas are a header, which travels beside the body.
      expect(convert(other, "bedrock", betas)).toEqual(bedrock);
    }),
    { numRuns: 150 },
  );
});

test("Bedrock, Converse, Bedrock", () => {
  fc.assert(
    fc.property(anyBody, anyBetas, (body, betas) => {
      const bedrock = JSON.parse(JSON.stringify(toInvoke(body as never, betas)));
      expect(convert(convert(bedrock, "converse"), "bedrock")).toEqual(bedrock);
    }),
    { numRuns: 200 },
  );
});

test("Converse to Converse is the identity", () => {
  fc.assert(
    fc.property(anyBody, anyBetas, (body, betas) => {
      const converse = convert(toInvoke(body as never, betas), "converse");
      expect(convert(converse, "converse")).toEqual(converse);
    }),
    { numRuns: 100 },
  );
});

test("text in place of a list of blocks stays text between Bedrock and Anthropic", () => {
  const bedrock = toInvoke({ max_tokens: 1, system: "s", messages: [{ role: "user", content: "hi" }] }, []);
  expect(convert(convert(bedrock, "anthropic"), "bedrock")).toEqual(bedrock);
});
