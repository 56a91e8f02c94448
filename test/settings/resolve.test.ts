import { describe, expect, test } from "vitest";
import { resolved, shortTermKey } from "./sources.ts";

describe("one value and one source, highest first", () => {
  const everywhere = {
    flags: { region: "us-east-1" },
    env: {
      CBR_REGION: "us-east-2",
      AWS_REGION: "us-west-1",
      AWS_DEFAULT_REGION: "us-west-2",
      CBR_PROFILE: "work",
    },
    top: { region: "eu-west-2" },
    profiles: { work: { region: "eu-west-1" } },
    key: shortTermKey("eu-west-3"),
    config: { work: { region: "eu-north-1" } },
  };
  const chain: [value: string, source: string, without: string][] = [
    ["us-east-1", "--region", "flags"],
    ["us-east-2", "CBR_REGION", "CBR_REGION"],
    ["us-west-1", "AWS_REGION", "AWS_REGION"],
    ["us-west-2", "AWS_DEFAULT_REGION", "AWS_DEFAULT_REGION"],
    ["eu-west-1", "~/.config/cbr/config.toml [profile.work]", "profiles"],
    ["eu-west-2", "~/.config/cbr/config.toml", "top"],
    ["eu-west-3", "api key", "key"],
    ["eu-north-1", "~/.aws/config [work]", "config"],
  ];

  test.each(chain.map(([value, source], i) => ({ value, source, i })))("$source", ({ value, source, i }) => {
    const given = structuredClone(everywhere) as Record<string, unknown>;
    for (const [, , name] of chain.slice(0, i)) {
      delete given[name];
      delete (given["env"] as Record<string, string>)[name];
    }
    // The key is checked against higher sources (its own test below).
    if (source !== "api key") delete given["key"];
    expect(resolved(given).region).toMatchObject({ value, source });
  });

  test("nothing sets a region: null, and the credentials file counts after the config file", () => {
    expect(resolved({}).region).toBeNull();
    expect(resolved({ credentials: { default: { region: "eu-west-1" } } }).region).toEqual({
      value: "eu-west-1",
      source: "~/.aws/credentials [default]",
      origin: "aws",
    });
  });

  test("the defaults of the contract", () => {
    const settings = resolved({});
    expect(settings.connect_timeout).toEqual({ value: 5000, source: "default", origin: "default" });
    expect(settings.first_byte_timeout?.value).toBe(120_000);
    expect(settings.idle_timeout?.value).toBe(300_000);
    expect(settings.timeout?.value).toBe(3_600_000);
    expect(settings.max_attempts?.value).toBe(3);
    expect(settings.auth?.value).toBe("auto");
    expect(settings.output_format?.value).toBe("text");
    expect(settings.model).toBeNull();
  });

  test("a blank variable is unset", () => {
    expect(
      resolved({ env: { CBR_REGION: " ", AWS_REGION: "", AWS_DEFAULT_REGION: "us-west-2" } }).region?.source,
    ).toBe("AWS_DEFAULT_REGION");
  });

  test("inherited keys of flags are no flags", () => {
    const flags = Object.create({ model: "opus" });
    expect(resolved({ flags }).model).toBeNull();
  });
});

describe("flags that stand for another", () => {
  test("--global is a geo with a source of its own", () => {
    expect(resolved({ flags: { global: true } }).geo).toEqual({
      value: "global",
      source: "--global",
      origin: "flag",
    });
    expect(resolved({ flags: { global: true, geo: "global" } }).geo?.value).toBe("global");
    expect(() => resolved({ flags: { global: true, geo: "eu" } })).toThrow(/contradict/);
  });

  test("--json is an output format, and contradicts another", () => {
    expect(resolved({ flags: { json: true } }).output_format).toMatchObject({
      value: "json",
      source: "--json",
    });
    expect(() => resolved({ flags: { json: true, outputFormat: "stream-json" } })).toThrow(/contradict/);
  });

  test("errors are JSON when the output is, unless said otherwise", () => {
    expect(resolved({ env: { CBR_OUTPUT_FORMAT: "stream-json" } }).error_format).toMatchObject({
      value: "json",
      source: "CBR_OUTPUT_FORMAT",
    });
    expect(resolved({ flags: { json: true, errorFormat: "text" } }).error_format?.value).toBe("text");
    expect(resolved({}).error_format?.value).toBe("text");
  });
});

describe("values are read strictly, and an error names the source", () => {
  const refused: [given: Parameters<typeof resolved>[0], code: string, message: RegExp][] = [
    ...["1e6", "-1", "NaN", "0x10", "10k", "1.5", "0", ""].map(
      (text): [Parameters<typeof resolved>[0], string, RegExp] => [
        { flags: { maxTokens: text } },
        "bad_flag_value",
        /`--max-tokens` must be/,
      ],
    ),
    [{ env: { AWS_MAX_ATTEMPTS: "many" } }, "bad_setting", /`AWS_MAX_ATTEMPTS` must be a whole number/],
    [{ flags: { timeout: "-1" } }, "bad_flag_value", /`--timeout` must be a decimal number of seconds/],
    [{ flags: { timeout: "3000000" } }, "bad_flag_value", /at most 2147483 seconds/],
    [
      { env: { CBR_GEO: "mars" } },
      "bad_setting",
      /`CBR_GEO` must be `global`, .*`us-gov` or `none`, not `mars`/,
    ],
    [{ flags: { auth: "none" } }, "bad_flag_value", /`--auth` must be `auto`, `sigv4` or `bearer`/],
    [
      { env: { AWS_USE_FIPS_ENDPOINT: "yes" } },
      "bad_setting",
      /`AWS_USE_FIPS_ENDPOINT` must be `true` or `false`/,
    ],
    [{ flags: { region: "evil.com/" } }, "region_invalid", /`--region` .* not `evil.com\/`/],
    [{ env: { AWS_REGION: "us-east-1.evil.com" } }, "region_invalid", /`AWS_REGION`/],
    [{ config: { default: { region: "x" } } }, "region_invalid", /`region in ~\/.aws\/config \[default\]`/],
    [{ flags: { endpointUrl: "not-a-url" } }, "endpoint_invalid", /`--endpoint-url` must be a URL/],
    [{ flags: { endpointUrl: "ftp://host" } }, "endpoint_invalid", /http/],
    [{ env: { AWS_ENDPOINT_URL_STS: "host:80" } }, "endpoint_invalid", /`AWS_ENDPOINT_URL_STS`/],
    [{ flags: { thinking: "much" } }, "bad_flag_value", /tokens, `adaptive` or `off`/],
  ];

  test.each(refused)("%j", (given, code, message) => {
    const act = () => resolved(given);
    expect(act).toThrow(message);
    expect(act).toThrow(expect.objectContaining({ code, exitCode: 2 }));
  });

  test("a password in an endpoint is not repeated", () => {
    const act = () => resolved({ env: { AWS_ENDPOINT_URL: "https://user:hunter2@host" } });
    expect(act).toThrow(/without a user name or password/);
    expect(act).not.toThrow(/hunter2/);
  });

  test("seconds become milliseconds; what is not 0 is never rounded to none", () => {
    expect(resolved({ flags: { timeout: "2.5" } }).timeout?.value).toBe(2500);
    expect(resolved({ flags: { timeout: 90 } }).timeout?.value).toBe(90_000);
    expect(resolved({ flags: { timeout: "0.0001" } }).timeout?.value).toBe(1);
    expect(resolved({ flags: { timeout: "0" } }).timeout?.value).toBe(0);
  });

  test("a bad value that a higher source outranks is nobody's business", () => {
    expect(
      resolved({ flags: { maxAttempts: "5" }, env: { AWS_MAX_ATTEMPTS: "many" } }).max_attempts?.value,
    ).toBe(5);
  });

  test("a system prompt keeps its blanks", () => {
    expect(resolved({ flags: { system: " be brief\n" } }).system?.value).toBe(" be brief\n");
  });
});

describe("the region inside a short-term key", () => {
  test("is used where nothing else is said, before the AWS profile's", () => {
    const settings = resolved({
      key: shortTermKey("eu-west-1"),
      config: { default: { region: "us-east-1" } },
    });
    expect(settings.region).toEqual({ value: "eu-west-1", source: "api key", origin: "api-key" });
  });

  test.each([
    { flags: { region: "us-east-1" }, source: "--region" },
    { env: { AWS_REGION: "us-east-1" }, source: "AWS_REGION" },
    { top: { region: "us-east-1" }, source: "config.toml" },
  ])("another one from $source is refused", ({ source, ...given }) => {
    const act = () => resolved({ ...given, key: shortTermKey("eu-west-1") });
    expect(act).toThrow(expect.objectContaining({ code: "token_region_mismatch", exitCode: 2 }));
    expect(act).toThrow(new RegExp(source));
  });

  test("does not count with --auth sigv4", () => {
    const settings = resolved({
      flags: { auth: "sigv4", region: "us-east-1" },
      key: shortTermKey("eu-west-1"),
    });
    expect(settings.region?.value).toBe("us-east-1");
    expect(settings.bearer).toEqual({ source: "AWS_BEARER_TOKEN_BEDROCK" });
  });
});

describe("profile", () => {
  const config = { work: { region: "eu-west-1" }, default: {}, "services.local": {}, "sso-session.x": {} };

  test("one that is nowhere is refused, naming those that exist", () => {
    const act = () => resolved({ env: { AWS_PROFILE: "nope" }, config, credentials: { old: {} } });
    expect(act).toThrow(expect.objectContaining({ code: "profile_not_found", exitCode: 4 }));
    expect(act).toThrow(/`nope` \(from `AWS_PROFILE`\).*there are `work`, `default`, `old`$/);
  });

  test("one that is only in the config file gives settings, and leaves the credentials to AWS_PROFILE", () => {
    const given = { flags: { profile: "claude" }, profiles: { claude: { geo: "eu" } }, config };
    expect(resolved(given)).toMatchObject({ awsProfile: null, geo: { value: "eu" }, region: null });
    const settings = resolved({ ...given, env: { AWS_PROFILE: "work" } });
    expect(settings).toMatchObject({
      awsProfile: "work",
      geo: { value: "eu" },
      region: { value: "eu-west-1" },
    });
  });

  test("an empty section is a section", () => {
    expect(resolved({ flags: { profile: "empty" }, profiles: { empty: {} } }).awsProfile).toBeNull();
  });

  test("`default` exists where nothing was written", () => {
    expect(resolved({ env: { AWS_PROFILE: "default" } }).awsProfile).toBeNull();
  });

  test("key variables beside AWS_PROFILE give one warning; --profile gives none", () => {
    const keys = { AWS_ACCESS_KEY_ID: "AKID", AWS_SECRET_ACCESS_KEY: "secret" };
    const { warnings } = resolved({ env: { ...keys, AWS_PROFILE: "work" }, config });
    expect(warnings).toEqual([
      { code: "credentials_conflict", message: expect.stringMatching(/key variables are used/) },
    ]);
    expect(resolved({ env: keys, flags: { profile: "work" }, config }).warnings).toEqual([]);
    const settingsOnly = { flags: { profile: "claude" }, profiles: { claude: { geo: "eu" } }, config };
    expect(resolved({ ...settingsOnly, env: keys }).warnings).toEqual([]);
    expect(resolved({ ...settingsOnly, env: { ...keys, AWS_PROFILE: "work" } }).warnings).toHaveLength(1);
    expect(resolved({ env: { AWS_PROFILE: "work" }, config }).warnings).toEqual([]);
  });
});
