import { expect, test } from "vitest";
import { endpointFor } from "../../src/settings/endpoints.ts";
import { resolved } from "./sources.ts";

const url = (name: string) => `https://${name}.example`;
const given = {
  flags: { endpointUrl: url("flag") },
  env: { AWS_ENDPOINT_URL_STS: url("sts"), AWS_ENDPOINT_URL: url("all") },
  top: { endpoint_url: url("file") },
  config: {
    default: { endpoint_url: url("profile"), services: "local" },
    "services.local": { "bedrock_runtime.endpoint_url": url("section") },
  },
};

test("--endpoint-url is for the command's main service only", () => {
  const settings = resolved(given);
  expect(endpointFor("bedrock-runtime", settings, "bedrock-runtime")?.source).toBe("--endpoint-url");
  expect(endpointFor("sts", settings, "bedrock-runtime")).toMatchObject({
    value: url("sts"),
    source: "AWS_ENDPOINT_URL_STS",
  });
  expect(endpointFor("bedrock", settings, "bedrock-runtime")?.source).toBe("AWS_ENDPOINT_URL");
  expect(endpointFor("sts", settings, "sts")?.source).toBe("--endpoint-url");
});

test("without the flag, the variables beat the files", () => {
  const settings = resolved({ ...given, flags: {} });
  expect(endpointFor("bedrock-runtime", settings, "bedrock-runtime")?.source).toBe("AWS_ENDPOINT_URL");
});

test("then the config file for the main service, and the AWS profile for the others", () => {
  const settings = resolved({ ...given, flags: {}, env: {} });
  expect(endpointFor("bedrock", settings, "bedrock")).toMatchObject({
    value: url("file"),
    source: "~/.config/cbr/config.toml",
  });
  expect(endpointFor("bedrock-runtime", settings, "bedrock")).toMatchObject({
    value: url("section"),
    source: "~/.aws/config [services local]",
  });
  expect(endpointFor("sts", settings, "bedrock")?.source).toBe("~/.aws/config [default]");
});

test("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS leaves only what is cbr's own", () => {
  const env = { ...given.env, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: "true" };
  const settings = resolved({ ...given, env, top: {} });
  expect(endpointFor("sts", settings, "bedrock")).toBeNull();
  expect(endpointFor("bedrock", settings, "bedrock")?.source).toBe("--endpoint-url");
  expect(resolved({ ...given, env, flags: {}, top: {} }).endpoint_url).toBeNull();
});

test("nothing configured is AWS's own endpoint; a slash at the end is dropped", () => {
  expect(endpointFor("sts", resolved({}), "sts")).toBeNull();
  const settings = resolved({ flags: { endpointUrl: "http://127.0.0.1:8080/base/" } });
  expect(endpointFor("sts", settings, "sts")?.value).toBe("http://127.0.0.1:8080/base");
});
