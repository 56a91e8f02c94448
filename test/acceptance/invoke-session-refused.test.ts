import { expect, test } from "vitest";
import { freshHome } from "../support/cbr.ts";
import { mocked } from "../support/mocked.ts";

test("what was refused with words is not said again with the next prompt; the answer and its cost are kept", async () => {
  const bedrock = await mocked({
    script: [
      { text: "fine" },
      { text: "I will not", stop_reason: "refusal" },
      { text: "blocked", stop_reason: "guardrail_intervened" },
      { text: "blocked", extra: { "amazon-bedrock-guardrailAction": "INTERVENED" } },
      { text: "", stop_reason: "refusal" },
      { text: "fine" },
    ],
  });
  const home = freshHome();
  const codes: unknown[] = [];
  for (const prompt of ["one", "bad", "worse", "worst", "mute", "six"]) {
    codes.push((await bedrock.cbr(["invoke", "--session", "s", prompt], { home })).code);
  }
  expect(codes).toEqual([0, 9, 9, 9, 9, 0]);
  expect(bedrock.body(5).messages.map((message: any) => message.content[0].text)).toEqual([
    "one",
    "fine",
    "six",
  ]);
  const shown = await bedrock.cbr(["sessions", "show", "--json", "s"], { home });
  const { turns } = JSON.parse(shown.stdout);
  expect(turns[1].reply).toMatchObject({ complete: true, stop_reason: "refusal" });
  expect(turns[1].reply.cost_usd).toBeGreaterThan(0);
});
