import { describe, expect, test } from "vitest";
import { sanitize, sanitizer } from "../../../src/render/sanitize.ts";
import { freshHome } from "../../support/cbr.ts";
import { faulty } from "../../support/fault-rows.ts";
import { mocked } from "../../support/mocked.ts";
import fc from "../../support/property.ts";
import { atPty } from "../../support/pty.ts";

const E = "\u001b";
/** What terminals obey, one of each kind. */
const SEQUENCES = [
  `${E}[31m`,
  `${E}[0;1;5;7m`,
  `${E}[38;2;1;2;3m`,
  `${E}[H`,
  `${E}[10;10H`,
  `${E}[2J`,
  `${E}[3J`,
  `${E}[K`,
  `${E}[1A`,
  `${E}[?25l`,
  `${E}[?1049h`,
  `${E}[?2004h`,
  `${E}[?1000h`,
  `${E}[6n`,
  `${E}[c`,
  `${E}[>c`,
  `${E}[21t`,
  `${E}[8;1;1t`,
  `${E}[1;1r`,
  `${E}[5i`,
  `${E}c`,
  `${E}7`,
  `${E}8`,
  `${E}D`,
  `${E}M`,
  `${E}(0`,
  `${E}#8`,
  `${E}%G`,
  `${E}]0;title\u0007`,
  `${E}]2;title${E}\\`,
  `${E}]4;1;rgb:00/00/00\u0007`,
  `${E}]8;;http://evil.example\u0007link${E}]8;;\u0007`,
  `${E}]9;hello\u0007`,
  `${E}]10;?\u0007`,
  `${E}]52;c;ZXZpbA==\u0007`,
  `${E}]777;notify;a;b\u0007`,
  `${E}]1337;File=inline=1:AAAA\u0007`,
  `${E}P$q"p${E}\\`,
  `${E}P1;1|17/68${E}\\`,
  `${E}X sos ${E}\\`,
  `${E}^ pm ${E}\\`,
  `${E}_Gf=100;AAAA${E}\\`,
  "\u009b31m",
  "\u009d0;t\u009c",
  "\u0090q\u009c",
  "\u0005",
  "\u0007",
  "\b\b\b",
  "\u007f",
  "\u000e\u000f",
  "\u0018\u001a",
  "over\rwrite",
  "\u202eevil\u202c",
  "\u2066a\u2069",
  "\u200f\u200e\u061c",
  "\u0000",
  "\v\f",
];

const OBEYED = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/;
const PLAIN = { NO_COLOR: "1" };

describe("S1: nothing from the model reaches a terminal as a command", () => {
  test(`S1: ${SEQUENCES.length} sequences, split at every character over deltas`, async () => {
    const bedrock = await mocked({ script: [{ text: [...SEQUENCES.join("|")] }] });
    const run = await atPty(["invoke", "hi"], { env: { ...bedrock.env, ...PLAIN } });
    expect(run.code).toBe(0);
    expect(run.output).not.toMatch(OBEYED);
    expect(run.output).toContain("␛[31m");
    // Every printable character is still there.
    expect(run.output.match(/evil\.example/g)).toHaveLength(1);
  });

  test.each([["--json"], ["--output-format", "stream-json"], ["-x"], ["--show-thinking"], ["--render"]])(
    "S1: %s %s",
    async (...flags) => {
      const text = `${SEQUENCES.join("|")}\n\`\`\`js\n${SEQUENCES.join("|")}\n\`\`\`\n`;
      const bedrock = await mocked({ script: [{ text, thinking: SEQUENCES.join("|") }] });
      const run = await atPty(["invoke", ...flags.filter(Boolean), "hi"], {
        env: { ...bedrock.env, ...PLAIN },
      });
      expect(run.code).toBe(0);
      expect(run.output).not.toMatch(OBEYED);
    },
  );

  test("S1: for any text in any pieces the sanitiser gives nothing that is obeyed, and the same as in one piece", () => {
    const piece = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom(...SEQUENCES),
      fc.constantFrom("\r", "\n", "\r\n"),
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const safe = sanitizer();
        const output = pieces.map((one) => safe.push(one)).join("") + safe.end();
        expect(output).not.toMatch(OBEYED);
        expect(output).toBe(sanitize(pieces.join("")));
      }),
      { numRuns: 500 },
    );
  });
});

describe("S2: nor does anything from an error:", () => {
  const evil = SEQUENCES.join("|");
  test.each([
    ["the service's message", [{ status: 400, name: "ValidationException", message: evil }]],
    ["its name", [{ status: 400, name: "Evil\u009b31mException", message: "m" }]],
    ["a proxy's page", [{ fault: "http-html", status: 403, body: `<title>${evil}</title>` }]],
    ["an exception in the stream", [{ text: ["a", "b"], fault: "exc", message: evil }]],
    [
      "a request id",
      [
        {
          status: 400,
          name: "ValidationException",
          message: "m",
          headers: { "x-amzn-requestid": "id\u009b31m" },
        },
      ],
    ],
  ] as const)("%s", async (_, script) => {
    const server = await faulty(script as never);
    const run = await atPty(["invoke", "--max-attempts", "1", "--debug", "hi"], {
      env: { ...server.env, ...PLAIN },
    });
    expect(run.code).toBeGreaterThan(3);
    expect(run.output).not.toMatch(OBEYED);
  });

  test.each([
    ["invoke", "-m", `x${E}]0;t\u0007`, "hi"],
    ["invoke", "-f", `x${E}[2J`, "hi"],
    [`x${E}[2J`],
    ["explain", `${E}[2J`],
    ["config", "get", `${E}[2J`],
  ])("S2: cbr %j", async (...args) => {
    expect((await atPty(args, { env: { ...PLAIN, AWS_REGION: "us-east-1" } })).output).not.toMatch(OBEYED);
  });
});

test("S3: stored text is shown as harmlessly as it came", async () => {
  const bedrock = await mocked({ script: [{ text: SEQUENCES.join("|") }] });
  const home = freshHome();
  await bedrock.cbr(
    ["invoke", "--session", "tea", SEQUENCES.filter((one) => !one.includes("\u0000")).join("|")],
    { home },
  );
  for (const args of [
    ["show", "tea"],
    ["list"],
    ["search", "evil"],
    ["export", "tea"],
    ["export", "tea", "--json"],
  ]) {
    const run = await atPty(["sessions", ...args], { home, env: PLAIN });
    expect(run.code).toBe(0);
    expect(run.output).not.toMatch(OBEYED);
  }
});
