import { resolveSettings } from "../../src/settings/resolve.ts";
import type { SettingName, Settings } from "../../src/settings/settings.ts";
import type { AwsFile, Sources } from "../../src/settings/sources.ts";

type Sections = Record<string, Record<string, string>>;

/** Sources with nothing in them but what a test names. */
export function sources(given: {
  flags?: Record<string, unknown>;
  env?: Record<string, string>;
  top?: Partial<Record<SettingName, string | number | boolean>>;
  profiles?: Record<string, Partial<Record<SettingName, string | number | boolean>>>;
  config?: Sections;
  credentials?: Sections;
  key?: string;
}): Sources {
  const entries = (values: object) => new Map(Object.entries(values)) as never;
  return {
    flags: given.flags ?? {},
    env: given.env ?? {},
    file:
      given.top || given.profiles
        ? {
            path: "~/.config/cbr/config.toml",
            top: entries(given.top ?? {}),
            profiles: new Map(
              Object.entries(given.profiles ?? {}).map(([name, values]) => [name, entries(values)]),
            ),
            aliases: {},
          }
        : null,
    aws:
      given.config || given.credentials
        ? {
            config: awsFile("~/.aws/config", given.config),
            credentials: awsFile("~/.aws/credentials", given.credentials),
          }
        : null,
    key: given.key === undefined ? null : { token: given.key, source: "AWS_BEARER_TOKEN_BEDROCK" },
  };
}

export function resolved(given: Parameters<typeof sources>[0]): Settings {
  return resolveSettings(sources(given));
}

/** A short-term key as `@aws/bedrock-token-generator` makes it, for that region. */
export function shortTermKey(region: string): string {
  const url = `bedrock.amazonaws.com/?Action=CallWithBearerToken&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20261120%2F${region}%2Fbedrock%2Faws4_request&X-Amz-Date=20261120T120000Z&X-Amz-Expires=43200&X-Amz-Signature=0123&Version=1`;
  return `bedrock-api-key-${Buffer.from(url).toString("base64")}`;
}

function awsFile(path: string, sections: Sections = {}): AwsFile {
  return {
    path,
    sections: new Map(Object.entries(sections).map(([name, keys]) => [name, new Map(Object.entries(keys))])),
    isUnreadable: false,
  };
}
