// What Tab offers: from the shells' own scripts where the shell is installed, else from the command behind them.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { cbr, cleanEnv, freshHome, PROGRAM } from "../support/cbr.ts";

function hasShell(name: string): boolean {
  return spawnSync(name, ["-c", "true"]).status === 0;
}

/** A home with things to complete. */
function furnishedHome(): string {
  const home = freshHome();
  mkdirSync(join(home, ".aws"));
  writeFileSync(
    join(home, ".aws/config"),
    '[default]\nregion = us-east-1\n[profile work]\n[profile a\'b]\n[profile "quoted"]\n[sso-session x]\n',
  );
  writeFileSync(join(home, ".aws/credentials"), "[keys]\naws_access_key_id = AKIA\n");
  mkdirSync(join(home, ".config/cbr"), { recursive: true });
  writeFileSync(join(home, ".config/cbr/config.toml"), '[aliases]\nfast = "haiku-4.5"\n');
  mkdirSync(join(home, ".local/state/cbr/sessions"), { recursive: true });
  writeFileSync(join(home, ".local/state/cbr/sessions/trip.jsonl"), "");
  return home;
}

/** A directory with `cbr` in it, as on a PATH. */
function installed(): string {
  const folder = mkdtempSync(join(tmpdir(), "cbr-path-"));
  const words = PROGRAM.map((word) => `'${word}'`).join(" ");
  writeFileSync(join(folder, "cbr"), `#!/bin/sh\nexec ${words} "$@"\n`, { mode: 0o755 });
  return folder;
}

async function offered(...words: string[]): Promise<string[]> {
  const run = await cbr(["__complete", "zsh", ...words], { home: furnishedHome() });
  expect(run).toMatchObject({ code: 0, stderr: "" });
  return run.stdout.split("\n").flatMap((line) => (line === "" ? [] : [line.split("\t")[0] ?? ""]));
}

test.each([
  [["mod"], ["models"]],
  [["models", "ch"], ["check"]],
  [
    ["invoke", "--no-st"],
    ["--no-stream", "--no-stdin"],
  ],
  [
    ["invoke", "--dry"],
    ["--dry-run", "--dry-run="],
  ],
  [["invoke", "-m", "haiku-3.5"], ["haiku-3.5"]],
  [
    ["invoke", "-m", "fa"],
    ["fable", "fast"],
  ],
  [["invoke", "--geo=e"], ["--geo=eu"]],
  [
    ["invoke", "-mopus-4."],
    ["-mopus-4.6", "-mopus-4.5"],
  ],
  [["invoke", "-cmfas"], ["-cmfast"]],
  [["invoke", "-mopus", "--no-stre"], ["--no-stream"]],
  [["invoke", "-mnosuch"], []],
  [
    ["invoke", "--geo", "us"],
    ["us", "us-gov"],
  ],
  [
    ["--profile", ""],
    ["default", "work", "quoted", "keys"],
  ],
  [["--profile", "work", "whoa"], ["whoami"]],
  [["invoke", "--session", ""], ["trip"]],
  [["sessions", "show", "t"], ["trip"]],
  [["--color", "n"], ["never"]],
  [
    ["invoke", "--api", ""],
    ["invoke", "converse", "messages", "mantle"],
  ],
  [["invoke", "--dry-run=c"], ["--dry-run=curl"]],
  [["iam", "--features", "stream,co"], ["stream,count"]],
  [
    ["logging", "enable", "--kinds", "text,"],
    ["text,image", "text,embedding"],
  ],
  [
    ["config", "get", "re"],
    ["region", "render"],
  ],
  [["config", "set", "model", "fas"], ["fast"]],
  [["config", "set", "profile.work.geo", "j"], ["jp"]],
  [["config", "set", "strict", "t"], ["true"]],
  [["config", "set", "strict", "true", ""], []],
  [["help", "models", "ch"], ["check"]],
  [["models", "show", "opus", "op"], []],
  [["sessions", "rm", "other", "t"], ["trip"]],
  [["invoke", "models", ""], []],
  [["invoke", "some words"], []],
  [["invoke", "-s", "-q", "--no-stre"], ["--no-stream"]],
  [["invoke", "--", "--no-st"], []],
  [["--profile", '"wo'], ["work"]],
  [["--profile", "'work'", "whoa"], ["whoami"]],
  [["mock", "--", "cbr", "models", "ch"], ["check"]],
  [["mock", "--", "curl", "models", "ch"], []],
])("after %j comes %j", async (words, expected) => {
  const found = await offered(...words);
  expect(found).toEqual(expect.arrayContaining(expected));
  if (expected.length === 0) expect(found).toEqual([]);
});

test.each([
  ["invoke", ["--effort", "--thinking", "--cache", "--service-tier", "--latency", "--dry-run"]],
  ["logging enable", ["--kinds"]],
  ["iam", ["--features"]],
  ["sessions export", ["--format"]],
])("what is offered for the flags of %s is what their help says", async (command, flags) => {
  const words = command.split(" ");
  const help = (await cbr([...words, "--help"], { env: { COLUMNS: "400" } })).stdout;
  for (const flag of flags) {
    const said = new RegExp(`^ *${flag}[ =[][\\s\\S]*?(?=^ +-)`, "m").exec(help)?.[0].match(/[\w-]+/g);
    const found = await offered(...words, `${flag}=`);
    expect(found.length).toBeGreaterThan(1);
    for (const value of found) expect(said).toContain(value.slice(flag.length + 1));
  }
});

test("a name that a shell would take apart is not offered", async () => {
  expect(await offered("--profile", "a")).toEqual([]);
});

test("files that cannot be read have no names, and nobody hears of it", async () => {
  const run = await cbr(["__complete", "bash", "--profile", ""], { env: { AWS_CONFIG_FILE: "/dev/null/x" } });
  expect(run).toMatchObject({ code: 0, stdout: "", stderr: "" });
});

describe.runIf(hasShell("bash"))("bash", () => {
  test.each([
    [["cbr", "models", "sh"], ["show"]],
    [["cbr", "invoke", "--geo", "=", "e"], ["eu"]],
    [["cbr", "invoke", "-m", "opus-4.6"], ["opus-4.6"]],
    [["cbr", "invoke", "-mopus-4.6"], ["-mopus-4.6"]],
    [["cbr", "invoke", "--model", "=", "opus-4.6"], ["opus-4.6"]],
    [["cbr", "invoke", "hello"], []],
    [["cbr", "models", "sh|xx"], ["show"]],
    [["cbr", "invoke", '"--geo=g'], ["--geo=global"]],
  ])("%j gives %j, with the cursor at the bar or at the end", async (marked, expected) => {
    const script = await cbr(["completion", "bash"]);
    const words = marked.map((word) => word.replace("|", ""));
    const list = words.map((word) => `'${word}'`).join(" ");
    const before = marked.join(" ").split("|")[0] ?? "";
    const at = `COMP_LINE='${words.join(" ")} --json'; COMP_POINT=${before.length}`;
    const code = `${script.stdout}\n${at}; COMP_WORDS=(${list}); COMP_CWORD=${words.length - 1}; _cbr; printf '%s\\n' "\${COMPREPLY[@]}"; complete -p cbr >&2`;
    const home = furnishedHome();
    const run = spawnSync("bash", ["--norc", "-c", code], {
      env: { ...cleanEnv(home), PATH: `${installed()}:${process.env["PATH"]}` },
      encoding: "utf8",
    });
    expect(run.stderr).toContain("_cbr cbr");
    expect(run.stdout.split("\n").filter((line) => line !== "")).toEqual(expected);
  });
});

describe.runIf(hasShell("zsh"))("zsh", () => {
  test("the script is one that zsh reads", async () => {
    const script = await cbr(["completion", "zsh"]);
    expect(spawnSync("zsh", ["-n"], { input: script.stdout }).status).toBe(0);
  });

  test.each([
    ["cbr invoke --geo e", ["eu"]],
    ["cbr models sh", ["show:show everything known of one model"]],
    ["cbr invoke -mopus-4.6", ["-mopus-4.6:Claude Opus 4.6"]],
    ["cbr invoke --model=opus-4.6", ["--model=opus-4.6:Claude Opus 4.6"]],
    ["cbr explain throttled", ["throttled:Bedrock is throttling this account"]],
  ])(
    "the script offers for %s what the program does, with a colon only before a description",
    async (line, expected) => {
      const script = await cbr(["completion", "zsh"]);
      const stubs = `compdef() {}; _describe() { print -rl -- "\${(@P)2}" }; _files() { print files }`;
      const call = `words=(\${(z)\${:-${line}}}); CURRENT=\${#words}; _cbr`;
      const run = spawnSync("zsh", ["-f", "-c", `${stubs}\n${script.stdout}\n${call}`], {
        env: { ...cleanEnv(furnishedHome()), PATH: `${installed()}:${process.env["PATH"]}` },
        encoding: "utf8",
      });
      expect(run.stdout.split("\n").filter((each) => each !== "")).toEqual(expected);
    },
  );
});

describe.runIf(hasShell("fish"))("fish", () => {
  test("the script offers what the program does", async () => {
    const script = await cbr(["completion", "fish"]);
    const run = spawnSync("fish", ["--no-config", "-c", `${script.stdout}\ncomplete -C 'cbr models sh'`], {
      env: { ...cleanEnv(furnishedHome()), PATH: `${installed()}:${process.env["PATH"]}` },
      encoding: "utf8",
    });
    expect(run.stdout).toMatch(/^show\t/m);
  });

  test("a value joined to its flag", async () => {
    const script = await cbr(["completion", "fish"]);
    const asks = ["-mopus-4.", "--model=opus-4."]
      .map((word) => `complete -C 'cbr invoke ${word}'`)
      .join("; ");
    const run = spawnSync("fish", ["--no-config", "-c", `${script.stdout}\n${asks}`], {
      env: { ...cleanEnv(furnishedHome()), PATH: `${installed()}:${process.env["PATH"]}` },
      encoding: "utf8",
    });
    expect(run.stdout).toMatch(/^-mopus-4\.6\t/m);
    expect(run.stdout).toMatch(/^--model=opus-4\.6\t/m);
  });

  test("where the program offers nothing, fish offers files, also behind = and below ~", async () => {
    const script = await cbr(["completion", "fish"]);
    const lines = ["cbr invoke -f ~/.aws/cred", "cbr invoke --file=.aws/cred"];
    const home = furnishedHome();
    const asks = lines.map((line) => `complete -C '${line}'`).join("; ");
    const run = spawnSync("fish", ["--no-config", "-c", `${script.stdout}\n${asks}`], {
      cwd: home,
      env: { ...cleanEnv(home), PATH: `${installed()}:${process.env["PATH"]}` },
      encoding: "utf8",
    });
    expect(run.stdout.match(/credentials/g)).toHaveLength(2);
  });
});

test("install writes where the shell looks, with a yes", async () => {
  const home = freshHome();
  const refused = await cbr(["completion", "install"], { home, env: { SHELL: "/bin/bash" } });
  expect(refused.code).toBe(2);
  expect(existsSync(join(home, ".local"))).toBe(false);
  const run = await cbr(["completion", "install", "--yes"], { home, env: { SHELL: "/bin/bash" } });
  expect(run).toMatchObject({ code: 0, stdout: "" });
  const path = join(home, ".local/share/bash-completion/completions/cbr");
  expect(readFileSync(path, "utf8")).toBe((await cbr(["completion", "bash"])).stdout);
});

test("zsh is told of the directory that was written to", async () => {
  const home = freshHome();
  const words = ["completion", "install", "--yes", "--shell", "zsh"];
  const run = await cbr(words, { home, env: { ZDOTDIR: join(home, "dots") } });
  expect(run.stderr).toContain("`fpath+=~/dots/.zfunc`");
});

test("a shell that nobody named is asked for", async () => {
  const run = await cbr(["completion", "install", "--yes"], { env: { SHELL: "/bin/tcsh" } });
  expect(run.code).toBe(2);
  expect(run.stderr).toMatch(/^hint: .*--shell bash/m);
});

test.skipIf(!existsSync("/proc/self"))("install ends where no directory can be made", async () => {
  const run = await cbr(["completion", "install", "--yes", "--shell", "fish"], {
    env: { HOME: "/proc/self/x" },
  });
  expect(run.code).toBe(11);
  expect(run.stderr).toContain("cbr completion fish > FILE");
});
