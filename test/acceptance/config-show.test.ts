import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { shortTermKey } from "../settings/sources.ts";
import { cbr, freshHome, type RunOptions } from "../support/cbr.ts";

const SECRET = "c3VwZXItc2VjcmV0LXZhbHVl";

function home(files: Record<string, string>): string {
  const path = freshHome();
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(path, dirname(name)), { recursive: true });
    writeFileSync(join(path, name), text);
  }
  return path;
}

async function show(args: string[], options: RunOptions = {}) {
  const result = await cbr(["config", "show", "--json", ...args], options);
  expect(result.stderr.replace(/^warning: .*\n/gm, "")).toBe("");
  expect(result.code).toBe(0);
  const rows: { name: string; value: unknown; source: string }[] = JSON.parse(result.stdout);
  return { ...result, of: (name: string) => rows.find((row) => row.name === name), rows };
}

test("every setting is printed with its value and its source", async () => {
  const files = home({
    ".config/cbr/config.toml":
      '\ufeffmodel = "sonnet"\r\n[profile.work]\r\nmodel = "opus"\r\nstrict = true\r\n',
    ".aws/config": "[profile work]\nregion = eu-west-1\nuse_fips_endpoint = true\n",
  });
  const { of, rows } = await show(["--profile", "work", "--timeout", "1.5"], {
    home: files,
    env: { AWS_DEFAULT_REGION: " ", CBR_MAX_TOKENS: "100", AWS_MAX_ATTEMPTS: "5" },
  });
  expect(of("profile")).toEqual({ name: "profile", value: "work", source: "--profile" });
  expect(of("model")).toEqual({
    name: "model",
    value: "opus",
    source: "~/.config/cbr/config.toml [profile.work]",
  });
  expect(of("region")).toEqual({ name: "region", value: "eu-west-1", source: "~/.aws/config [work]" });
  expect(of("use_fips_endpoint")).toMatchObject({ value: true, source: "~/.aws/config [work]" });
  expect(of("max_tokens")).toMatchObject({ value: 100, source: "CBR_MAX_TOKENS" });
  expect(of("max_attempts")).toMatchObject({ value: 5, source: "AWS_MAX_ATTEMPTS" });
  expect(of("timeout")).toMatchObject({ value: 1.5, source: "--timeout" });
  expect(of("connect_timeout")).toMatchObject({ value: 5, source: "default" });
  expect(of("strict")).toMatchObject({ value: true });
  expect(rows.every((row) => typeof row.source === "string")).toBe(true);
});

test("where nothing names a model it is the one that would be asked", async () => {
  const { of } = await show([]);
  expect(of("model")).toEqual({ name: "model", value: "sonnet", source: "default" });
});

test("in a pipe it is a line a setting, separated by tabs", async () => {
  const { stdout } = await cbr(["config", "show"], { env: { AWS_REGION: "us-west-2", CBR_GEO: "us" } });
  expect(stdout).toContain("\nregion\tus-west-2\tAWS_REGION\n");
  expect(stdout).toContain("\ngeo\tus\tCBR_GEO\n");
});

describe("where the config file is", () => {
  const model = 'model = "opus"\n';

  test("XDG_CONFIG_HOME, unless it is relative; CBR_CONFIG before both", async () => {
    const path = home({ "xdg/cbr/config.toml": model, "mine.toml": 'model = "haiku"\n' });
    const xdg = await show([], { home: path, env: { XDG_CONFIG_HOME: join(path, "xdg") } });
    expect(xdg.of("model")).toMatchObject({ value: "opus", source: "~/xdg/cbr/config.toml" });
    const relative = await show([], { home: path, cwd: path, env: { XDG_CONFIG_HOME: "xdg" } });
    expect(relative.of("model")).toMatchObject({ value: "sonnet", source: "default" });
    const named = await show([], {
      home: path,
      env: { XDG_CONFIG_HOME: join(path, "xdg"), CBR_CONFIG: join(path, "mine.toml") },
    });
    expect(named.of("model")).toMatchObject({ value: "haiku", source: "~/mine.toml" });
  });

  test("never in the working directory", async () => {
    const path = home({
      "repo/.cbrrc": 'endpoint_url = "http://127.0.0.1:1"\n',
      "repo/config.toml": model,
      "repo/.config/cbr/config.toml": model,
      "repo/cbr.toml": model,
    });
    const { of } = await show([], { home: freshHome(), cwd: join(path, "repo") });
    expect(of("model")).toMatchObject({ value: "sonnet", source: "default" });
    expect(of("endpoint_url")?.value).toBeNull();
  });

  test("CBR_CONFIG must exist, the default need not; no home at all is fine", async () => {
    const missing = await cbr(["config", "show"], { env: { CBR_CONFIG: "/nonexistent/c.toml" } });
    expect(missing.stderr).toContain("`CBR_CONFIG` names /nonexistent/c.toml");
    expect(missing.code).toBe(2);
    await show([], { home: "/nonexistent", cwd: "/" });
    await show([], { env: { HOME: undefined } });
  });

  test.each([
    ['\nmodle = "x"\n', /~\/\.config\/cbr\/config\.toml:2: unknown key `modle`; did you mean `model`\?/],
    ['[profile.x]\ngeo = "mars"\n', /config\.toml:2: `geo` must be `global`/],
    ["model = \n", /config\.toml:1: not TOML/],
  ])("an error in it names file and line: %j", async (text, message) => {
    const { code, stdout, stderr } = await cbr(["config", "show"], {
      home: home({ ".config/cbr/config.toml": text }),
    });
    expect(stderr).toMatch(message);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  });

  test("a directory, or more than a megabyte, is no config file", async () => {
    const directory = await cbr(["config", "show"], { home: home({ ".config/cbr/config.toml/x": "" }) });
    expect(directory).toMatchObject({ code: 2, stderr: expect.stringContaining("cannot be read") });
    const large = await cbr(["config", "show"], {
      home: home({ ".config/cbr/config.toml": `# ${"x".repeat(1_100_000)}` }),
    });
    expect(large).toMatchObject({ code: 2, stderr: expect.stringContaining("too large") });
  });
});

describe("profiles", () => {
  test("one that is in neither AWS file is exit 4, naming those that are", async () => {
    const path = home({ ".aws/config": "[default]\nregion=us-east-1\n[profile work]\nregion=eu-west-1\n" });
    const { code, stderr } = await cbr(["config", "show"], { home: path, env: { AWS_PROFILE: "nope" } });
    expect(stderr).toContain("profile `nope` (from `AWS_PROFILE`)");
    expect(stderr).toContain("there are `default`, `work`");
    expect(code).toBe(4);
  });

  test("one that is only in the config file is enough for settings", async () => {
    const path = home({ ".config/cbr/config.toml": '[profile.eu]\ngeo = "eu"\n' });
    const { of } = await show(["--profile=eu"], { home: path });
    expect(of("geo")).toMatchObject({ value: "eu", source: "~/.config/cbr/config.toml [profile.eu]" });
  });

  test("AWS files may be elsewhere, and one that cannot be read is a warning", async () => {
    const path = home({
      "aws.ini": "[profile work]\nregion = eu-west-1\n",
      "keys.ini": "[other]\nregion = us-west-2\n",
    });
    const env = {
      AWS_CONFIG_FILE: join(path, "aws.ini"),
      AWS_SHARED_CREDENTIALS_FILE: join(path, "keys.ini"),
    };
    const found = await show(["--profile", "other"], { home: path, env });
    expect(found.of("region")).toMatchObject({ value: "us-west-2", source: "~/keys.ini [other]" });
    const { of, stderr } = await show([], {
      home: path,
      env: { AWS_CONFIG_FILE: path, AWS_REGION: "us-east-1" },
    });
    expect(stderr).toBe(`warning: cannot read ${path}: going on without it\n`);
    expect(of("region")?.value).toBe("us-east-1");
  });

  test("an AWS file that is garbage does no harm", async () => {
    const path = home({
      ".aws/config": "\0\0[[[ = \n=x\n[profile __proto__]\na=b\n",
      ".aws/credentials": "{}",
    });
    const { of } = await show([], { home: path, env: { AWS_REGION: "us-east-1" } });
    expect(of("region")?.source).toBe("AWS_REGION");
  });

  test("key variables beside AWS_PROFILE give one warning", async () => {
    const path = home({ ".aws/config": "[profile work]\nregion=eu-west-1\n" });
    const { stderr } = await show([], {
      home: path,
      env: { AWS_PROFILE: "work", AWS_ACCESS_KEY_ID: "AKIDEXAMPLE", AWS_SECRET_ACCESS_KEY: SECRET },
    });
    expect(stderr.match(/^warning: /gm)).toHaveLength(1);
    expect(stderr).toContain("the key variables are used");
  });
});

describe("Bedrock API keys", () => {
  test("the region inside one counts, and the key is never shown", async () => {
    const key = shortTermKey("eu-west-1");
    const { of, stdout, stderr } = await show(["--debug"], {
      env: { AWS_BEARER_TOKEN_BEDROCK: ` ${key}\n` },
    });
    expect(of("region")).toEqual({ name: "region", value: "eu-west-1", source: "api key" });
    expect(of("api_key")).toEqual({
      name: "api_key",
      value: "short-term",
      source: "AWS_BEARER_TOKEN_BEDROCK",
    });
    expect(stdout + stderr).not.toContain(key.slice(16, 60));
  });

  test("another region is refused before anything is sent", async () => {
    const { code, stderr } = await cbr(["config", "show", "--region", "us-east-1"], {
      env: { AWS_BEARER_TOKEN_BEDROCK: shortTermKey("eu-west-1") },
    });
    expect(stderr).toContain("the API key works in eu-west-1 only, and `--region` says us-east-1");
    expect(code).toBe(2);
  });

  test("from a file or stdin, before the variable", async () => {
    const path = home({ "key.txt": `${shortTermKey("ap-northeast-1")}\r\n` });
    const env = { AWS_BEARER_TOKEN_BEDROCK: shortTermKey("eu-west-1") };
    const file = await show(["--api-key-file", "~/key.txt"], { home: path, env });
    expect(file.of("region")?.value).toBe("ap-northeast-1");
    expect(file.of("api_key")?.source).toBe("--api-key-file");
    const stdin = await show(["--api-key-file=-"], { stdin: shortTermKey("us-west-2"), env });
    expect(stdin.of("region")?.value).toBe("us-west-2");
  });

  test.each([
    [`ABSK${SECRET}\n${SECRET}`, /contains a line break/],
    [`ABSK${SECRET}\u0001x`, /character that a header cannot hold/],
    [`sk-ant-${SECRET}`, /Anthropic's own API, not of Bedrock/],
  ])("one that cannot be used is exit 4 and not repeated", async (key, message) => {
    const { code, stdout, stderr } = await cbr(["config", "show"], {
      env: { AWS_BEARER_TOKEN_BEDROCK: key },
    });
    expect(stderr).toMatch(message);
    expect(stdout + stderr).not.toContain(SECRET);
    expect(code).toBe(4);
    await show(["--auth", "sigv4"], { env: { AWS_BEARER_TOKEN_BEDROCK: key } });
  });

  test("a key file that is not there is exit 4 naming it", async () => {
    const { code, stderr } = await cbr(["config", "show", "--api-key-file", "nope.txt"]);
    expect(stderr).toContain("`nope.txt` (--api-key-file): ENOENT");
    expect(code).toBe(4);
  });
});
