// Text from outside never drives the terminal, secrets never leave, a hostile directory changes nothing.
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { TEMPORARY_CREDENTIALS, TEST_API_KEY } from "../../../src/mock/credentials.ts";
import { HTTP_FAULTS, STREAM_FAULTS } from "../../../src/mock/faults.ts";
import { sanitize, sanitizer } from "../../../src/render/sanitize.ts";
import { cbr, freshHome, preload } from "../../support/cbr.ts";
import { faulty } from "../../support/fault-rows.ts";
import { startSilentListener } from "../../support/fault-server.ts";
import { mocked } from "../../support/mocked.ts";
import fc from "../../support/property.ts";
import { atPty } from "../../support/pty.ts";
import { shell } from "../../support/shell.ts";

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

test("S4: no flag takes a secret, and one that is tried is not repeated", async () => {
  const help = (await cbr(["invoke", "--help"])).stdout;
  expect(help).not.toMatch(/--(api-key|token|secret|password|bearer)[ =]/);
  for (const flag of ["--api-key", "--token", "--secret-key"]) {
    for (const words of [[`${flag}=CANARYVALUE`], [flag, "CANARYVALUE"]]) {
      const run = await cbr(["invoke", ...words, "hi"], { env: { AWS_REGION: "us-east-1" } });
      expect(run.code).toBe(2);
      expect(run.stdout + run.stderr).not.toContain("CANARY");
    }
  }
});

describe("S5: known secrets are nowhere, whatever goes wrong", () => {
  // The mock checks signatures: with keys of our own every row would be a 403.
  const SECRETS = {
    id: TEMPORARY_CREDENTIALS.accessKeyId,
    secretKey: TEMPORARY_CREDENTIALS.secretAccessKey,
    sessionToken: TEMPORARY_CREDENTIALS.sessionToken ?? "",
    bearer: TEST_API_KEY,
    password: "CANARYproxyPASSWORD",
  };
  const rows = [...HTTP_FAULTS, ...STREAM_FAULTS].map((fault) => ({
    fault,
    text: ["one ", "two ", "three"],
  }));
  const errors = [
    [400, "ValidationException"],
    [403, "AccessDeniedException"],
    [403, "ExpiredTokenException"],
    [429, "ThrottlingException"],
    [500, "InternalServerException"],
  ].map(([status, name]) => ({
    status,
    name,
    message: `you sent ${SECRETS.secretKey} and Bearer ${SECRETS.bearer} and ${SECRETS.sessionToken}`,
  }));

  test.each(["sigv4", "bearer"])(
    "S5: in every fault, with --debug and %s",
    { timeout: 120_000 },
    async (auth) => {
      const entries = [...rows, ...errors];
      const queue = entries.map((entry, i) => ({ entry, i }));
      const leaks: string[] = [];
      const codes = new Set<number | null>();
      const work = async () => {
        for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
          const { entry } = next;
          const server = await faulty([entry as never]);
          const home = freshHome();
          const keyFile = join(home, "key");
          writeFileSync(keyFile, SECRETS.bearer);
          const run = await cbr(
            [
              "invoke",
              "--debug",
              "--max-attempts",
              "2",
              "--first-byte-timeout",
              "1",
              "--idle-timeout",
              "1",
              "--timeout",
              "5",
              "--session",
              "s",
              ...(auth === "bearer" ? ["--api-key-file", keyFile] : []),
              "hi",
            ],
            {
              home,
              env: {
                ...server.env,
                AWS_ACCESS_KEY_ID: SECRETS.id,
                AWS_SECRET_ACCESS_KEY: SECRETS.secretKey,
                AWS_SESSION_TOKEN: SECRETS.sessionToken,
                HTTPS_PROXY: `http://user:${SECRETS.password}@127.0.0.1:9`,
                NO_PROXY: "127.0.0.1",
              },
            },
          );
          codes.add(run.code);
          writeFileSync(keyFile, "");
          const written = filesUnder(home).map((path) => readFileSync(path, "utf8"));
          const all = [run.stdout, run.stderr, ...written].join("\n");
          for (const [name, secret] of Object.entries(SECRETS)) {
            if (all.includes(secret) || all.includes(encodeURIComponent(secret)))
              leaks.push(`${JSON.stringify(entry).slice(0, 60)}: ${name}`);
          }
        }
      };
      await Promise.all([work(), work(), work()]);
      expect(leaks).toEqual([]);
      // The rows were really run.
      expect([...codes]).toEqual(expect.arrayContaining([0, 4, 5, 6, 7, 8]));
    },
  );

  test("S5, S21: in a proxy that fails, a dry run, whoami and doctor", async () => {
    const env = {
      AWS_REGION: "us-east-1",
      AWS_ACCESS_KEY_ID: SECRETS.id,
      AWS_SECRET_ACCESS_KEY: SECRETS.secretKey,
      AWS_SESSION_TOKEN: SECRETS.sessionToken,
      HTTPS_PROXY: `http://user:${SECRETS.password}@127.0.0.1:9`,
    };
    for (const args of [
      ["invoke", "--max-attempts", "1", "hi"],
      ["invoke", "--dry-run=curl", "hi"],
      ["invoke", "--dry-run", "hi"],
      ["whoami"],
      ["doctor"],
      ["config", "show"],
    ]) {
      const run = await cbr([...args, "--debug"], { env });
      for (const secret of Object.values(SECRETS)) expect(run.stdout + run.stderr).not.toContain(secret);
    }
  });
});

test("S6: neither prompt nor answer is in anything but the answer", async () => {
  const bedrock = await mocked({ script: [{ text: "CANARYANSWER" }] });
  const home = freshHome();
  const run = await bedrock.cbr(["invoke", "--debug", "-o", "out", "CANARYPROMPT"], { home });
  expect(run.code).toBe(0);
  expect(run.stderr).not.toContain("CANARY");
  expect(filesUnder(home).map((path) => path.slice(home.length))).toEqual(["/out"]);
});

test.each(["000", "002", "022"])(
  "S7: under umask %s what we write is ours alone, new or old",
  async (umask) => {
    const bedrock = await mocked({ script: [{ text: "ok" }] });
    const home = freshHome();
    const env = {
      ...bedrock.env,
      XDG_STATE_HOME: join(home, "s"),
      XDG_CACHE_HOME: join(home, "c"),
      XDG_CONFIG_HOME: join(home, "k"),
    };
    const run = () =>
      shell(`umask ${umask}; cbr invoke --session a hi && cbr models refresh && cbr config set model opus`, {
        env,
      });
    expect((await run()).code).toBe(0);
    const check = () => {
      const modes = filesUnder(home).map((path) => (statSync(path).mode & 0o777).toString(8));
      expect(modes.length).toBeGreaterThanOrEqual(3);
      expect(new Set(modes)).toEqual(new Set(["600"]));
      for (const folder of ["s/cbr", "s/cbr/sessions", "c/cbr", "k/cbr"])
        expect((statSync(join(home, folder)).mode & 0o777).toString(8)).toBe("700");
    };
    check();
    for (const path of filesUnder(join(home, "s"))) chmodSync(path, 0o644);
    expect((await run()).code).toBe(0);
    check();
  },
);

test("S9: a hostile working directory changes nothing", async () => {
  const attacker = await startSilentListener();
  onTestFinished(() => attacker.close());
  const bedrock = await mocked({ script: [{ text: "ok" }] });
  const cwd = freshHome();
  const pwned = join(cwd, "pwned");
  const toml = `endpoint_url = "${attacker.url}"\nregion = "eu-west-1"\nmodel = "opus"\nca_bundle = "x"\n`;
  for (const name of [
    ".cbrrc",
    ".cbr.toml",
    "cbr.toml",
    "config.toml",
    "cbr/config.toml",
    ".config/cbr/config.toml",
  ])
    plant(cwd, name, toml);
  plant(cwd, ".env", `AWS_ENDPOINT_URL=${attacker.url}\nHTTPS_PROXY=${attacker.url}\n`);
  for (const name of [".aws/config", "config", "credentials", ".aws/credentials"])
    plant(cwd, name, `[default]\nendpoint_url = ${attacker.url}\ncredential_process = touch ${pwned}\n`);
  plant(cwd, "package.json", '{"type":"module","imports":{"#x":"./evil.js"}}');
  const evil = `require("node:fs").writeFileSync(${JSON.stringify(pwned)}, "");`;
  for (const name of ["chalk", "commander", "ora", "@aws-sdk/credential-providers", "@smithy/core"])
    plant(cwd, `node_modules/${name}/index.js`, evil);
  for (const name of ["aws", "git", "node", "sh", "vi", "less", "pager", "security"]) {
    plant(cwd, name, `#!/bin/sh\ntouch ${pwned}\n`);
    chmodSync(join(cwd, name), 0o755);
  }
  for (const args of [
    ["invoke", "hi"],
    ["invoke", "--session", "a", "hi"],
    ["models", "list"],
    ["whoami"],
    ["doctor"],
    ["config", "show"],
  ]) {
    await bedrock.cbr(args, { cwd, home: freshHome() });
  }
  expect(existsSync(pwned)).toBe(false);
  expect(attacker.connections()).toBe(0);
  const run = await bedrock.cbr(["invoke", "hi"], { cwd, home: freshHome() });
  expect(run).toMatchObject({ code: 0, stdout: "ok", stderr: "" });
});

test("S8: a temporary file is exclusive, beside its target, of a name nobody can plant", async () => {
  const bedrock = await mocked({ script: [{ text: "ok", delay: 200 }] });
  const home = freshHome();
  const shim = join(freshHome(), "names.cjs");
  const log = join(home, "log");
  writeFileSync(
    shim,
    `const fs = require("node:fs"), real = fs.promises.open;
fs.promises.open = (path, flags, ...rest) => { if (String(path).endsWith(".tmp")) fs.appendFileSync(${JSON.stringify(log)}, path + " " + flags + "\\n"); return real(path, flags, ...rest); };
require("node:module").syncBuiltinESMExports();`,
  );
  for (let i = 0; i < 2; i++) await bedrock.cbr(["invoke", "-o", "out", "hi"], { home, env: preload(shim) });
  const [first, second] = readFileSync(log, "utf8").trim().split("\n");
  expect(first).not.toBe(second);
  for (const line of [first, second])
    expect(line).toMatch(new RegExp(`^${home}/\\.out\\.[0-9a-f]{12}\\.tmp wx$`));
});

test("S10: a bearer token leaves only over https or to this machine", async () => {
  for (const args of [
    ["invoke", "hi"],
    ["models", "check", "opus-4.6"],
  ]) {
    const run = await cbr(args, {
      env: {
        AWS_REGION: "us-east-1",
        AWS_BEARER_TOKEN_BEDROCK: TEST_API_KEY,
        AWS_ENDPOINT_URL: "http://192.0.2.1:9",
      },
    });
    expect(run).toMatchObject({ code: 2, stdout: "" });
    expect(run.stderr).toMatch(/refusing to send a bearer token over plain HTTP/);
  }
});

test("S11: no flag and no setting turns the checking of certificates off", async () => {
  expect((await cbr(["invoke", "--insecure", "hi"])).code).toBe(2);
  const home = freshHome();
  for (const line of ["insecure = true", "verify = false", "tls_reject_unauthorized = 0"]) {
    plant(home, ".config/cbr/config.toml", `${line}\n`);
    const run = await cbr(["invoke", "hi"], { home, env: { AWS_REGION: "us-east-1" } });
    expect(run).toMatchObject({ code: 2, stdout: "" });
  }
});

test("S12: `@path` and `~` are text wherever they stand", async () => {
  const bedrock = await mocked();
  await bedrock.cbr(["invoke", "@/etc/passwd"], { stdin: "@/etc/passwd" });
  expect(bedrock.body().messages[0].content.map(({ text }: { text: string }) => text)).toEqual([
    "@/etc/passwd",
    "@/etc/passwd",
  ]);
});

test("S13: an editor is started without a shell", async () => {
  const home = freshHome();
  const run = await cbr(["config", "edit"], { home, env: { EDITOR: "true; touch pwned #" } });
  expect(run.code).not.toBe(1);
  expect(existsSync(join(home, "pwned"))).toBe(false);
});

test("S14: relative XDG directories are ignored", async () => {
  const bedrock = await mocked({ script: [{ text: "ok" }] });
  const home = freshHome();
  const cwd = freshHome();
  const env = { XDG_STATE_HOME: "s", XDG_CONFIG_HOME: "k", XDG_CACHE_HOME: "c" };
  await bedrock.cbr(["invoke", "--session", "a", "hi"], { home, cwd, env });
  await bedrock.cbr(["models", "refresh"], { home, cwd, env });
  await bedrock.cbr(["config", "set", "model", "opus"], { home, cwd, env });
  expect(readdirSync(cwd)).toEqual([]);
  expect(readdirSync(home).sort()).toEqual([".cache", ".config", ".local"]);
});

test("S15: nobody is called but the endpoints", async () => {
  const bedrock = await mocked({ script: [{ text: "ok" }] });
  const shim = join(freshHome(), "connect.cjs");
  const log = join(freshHome(), "log");
  writeFileSync(
    shim,
    `const net = require("node:net"), dns = require("node:dns"), fs = require("node:fs");
const connect = net.Socket.prototype.connect;
net.Socket.prototype.connect = function (...args) { const [o] = Array.isArray(args[0]) ? args[0] : args; fs.appendFileSync(${JSON.stringify(log)}, (o.host ?? o.path ?? "localhost") + "\\n"); return connect.apply(this, args); };
const lookup = dns.lookup; dns.lookup = (name, ...rest) => { fs.appendFileSync(${JSON.stringify(log)}, name + "\\n"); return lookup(name, ...rest); };`,
  );
  for (const args of [["invoke", "hi"], ["models", "list"], ["whoami"], ["count", "hi"]])
    await bedrock.cbr(args, { env: preload(shim) });
  expect(new Set(readFileSync(log, "utf8").trim().split("\n"))).toEqual(new Set(["127.0.0.1"]));
});

test("S16: keys named __proto__ and JSON of great depth do no harm", async () => {
  const bedrock = await mocked({ script: [{ text: "ok" }] });
  const deep = `${"[".repeat(10_000)}${"]".repeat(10_000)}`;
  for (const stdin of [
    '{"__proto__":{"polluted":1},"messages":[{"role":"user","content":"hi"}],"max_tokens":9}',
    `{"messages":${deep}}`,
    deep,
  ]) {
    for (const args of [
      ["invoke", "--body", "-"],
      ["convert", "--to", "converse"],
    ]) {
      const run = await bedrock.cbr(args, { stdin });
      expect([0, 2, 3, 5], run.stderr).toContain(run.code);
    }
  }
});

test("S17: memory is bounded in the worst of faults", async () => {
  for (const fault of ["len-huge", "html-200"]) {
    const server = await faulty([
      {
        fault,
        text: ["a", "b"],
        body: fault === "html-200" ? "<html>".repeat(3_000_000) : undefined,
      } as never,
    ]);
    const run = await shell(
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the shell's
      'cbr invoke --max-attempts 1 hi & p=$!; peak=0; while kill -0 $p 2>/dev/null; do for q in $p $(cat /proc/$p/task/$p/children 2>/dev/null); do m=$(awk \'/VmHWM/{print $2}\' /proc/$q/status 2>/dev/null); [ "${m:-0}" -gt $peak ] && peak=$m; done; sleep 0.01; done; wait $p; echo " $? $peak"',
      { env: server.env },
    );
    const [, code, peak] = / (\d+) (\d+)\n$/.exec(run.stdout)?.map(Number) ?? [];
    expect([7, 8]).toContain(code);
    expect(peak).toBeLessThan(200_000);
  }
});

test("S22: a bug leaves one log without the environment in it, and no report of Node's, even where the user asks Node for some", async () => {
  const home = freshHome();
  const bomb = join(home, "bomb.cjs");
  writeFileSync(bomb, 'setTimeout(() => { throw new Error("boom") }, 400);');
  const reports = join(home, "reports");
  mkdirSync(reports);
  const server = await faulty([{ fault: "stall-mid", text: ["a", "b", "c", "d"] }]);
  const { NODE_OPTIONS = "", ...other } = preload(bomb);
  const run = await cbr(["invoke", "hi"], {
    home,
    env: {
      ...server.env,
      ...other,
      NODE_OPTIONS: `${NODE_OPTIONS} --report-uncaught-exception --report-directory=${reports}`,
      MY_SECRET: "canary-in-the-environment",
    },
  });
  expect(run).toMatchObject({ code: 1, stdout: "ab" });
  const [log, ...more] = filesUnder(home).filter((path) => path !== bomb);
  expect(more).toEqual([]);
  expect(run.stderr).toContain(`boom (details in ${log})`);
  expect(readFileSync(log ?? "", "utf8")).not.toMatch(/canary|MY_SECRET|AWS_SECRET_ACCESS_KEY/);
});

function plant(folder: string, name: string, text: string): void {
  mkdirSync(join(folder, name, ".."), { recursive: true });
  writeFileSync(join(folder, name), text);
}

function filesUnder(folder: string): string[] {
  return (
    readdirSync(folder, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      // The compiled form of this program's own code.
      .filter((path) => !path.includes("/.cache/cbr/compiled/"))
  );
}
