// Settings that contradict each other, or do not mean what they seem to. Pure.
import { CATALOG } from "../../models/catalog.ts";
import { GEOS, geosOfRegion, isRegionInGeo, regionsOfGeo } from "../../models/geos.ts";
import type { Settings } from "../../settings/settings.ts";

export interface Conflict {
  message: string;
  fix: string | null;
}

type Env = Readonly<Record<string, string | undefined>>;

/** What of the environment and the settings deserves a warning. `blank`: names of variables that are set and blank. */
export function conflictsIn(settings: Settings, env: Env, blank: readonly string[]): Conflict[] {
  return [
    ...blank.filter((name) => MATTERS.test(name)).map(ofBlank),
    ...settings.warnings
      .filter(({ code }) => code !== "config_unreadable")
      .map(({ message }): Conflict => ({ message, fix: null })),
    ...ofRegions(settings, env),
    ...ofCredentials(settings, env),
    ...ofGeo(settings),
    ...ofEndpoints(settings),
    ...ofProxies(settings, env),
  ];
}

const MATTERS = /^(AWS_|CBR_|BEDROCK_|ANTHROPIC_)|_PROXY$|^NODE_EXTRA_CA_CERTS$|_proxy$/;

function ofBlank(name: string): Conflict {
  return {
    message: `\`${name}\` is set but blank, so it counts as unset`,
    fix: `give \`${name}\` a value, or unset it`,
  };
}

function ofRegions({ region }: Settings, env: Env): Conflict[] {
  const [first, second] = [env["AWS_REGION"]?.trim(), env["AWS_DEFAULT_REGION"]?.trim()];
  if (region === null) {
    return [
      { message: "no region is set", fix: "set `AWS_REGION`, or `region` in the profile or the config file" },
    ];
  }
  if (!isKnown(region.value)) {
    return [
      {
        message: `\`${region.value}\` (${region.source}) is no region that has Claude on Bedrock, as far as is known`,
        fix: `check the region in \`${region.source}\``,
      },
    ];
  }
  if (first === undefined || second === undefined || first === second) return [];
  const used = region.source === "AWS_REGION" ? "the former is used" : `\`${region.source}\` is used`;
  return [
    {
      message: `\`AWS_REGION\` (${first}) and \`AWS_DEFAULT_REGION\` (${second}) differ: ${used}`,
      fix: "set both to the same region, or unset one",
    },
  ];
}

function isKnown(region: string): boolean {
  return (
    GEOS.some((geo) => regionsOfGeo(geo)?.includes(region)) ||
    CATALOG.models.some((model) => model.on_demand_regions.includes(region))
  );
}

function ofCredentials(settings: Settings, env: Env): Conflict[] {
  const conflicts: Conflict[] = [];
  const keyId = env["AWS_ACCESS_KEY_ID"]?.trim();
  if (settings.bearer !== null && keyId !== undefined) {
    const used = settings.auth?.value === "sigv4" ? "the AWS credentials are" : "the API key is";
    conflicts.push({
      message: `\`${settings.bearer.source}\` and AWS key variables are both set: ${used} used`,
      fix: "`--auth sigv4` or `--auth bearer` chooses",
    });
  }
  if (keyId?.startsWith("AKIA") && env["AWS_SESSION_TOKEN"] !== undefined) {
    conflicts.push({
      message: "`AWS_SESSION_TOKEN` is set beside a long-term key, which has none: AWS refuses the pair",
      fix: "unset `AWS_SESSION_TOKEN`",
    });
  }
  return conflicts;
}

function ofGeo({ geo, region }: Settings): Conflict[] {
  if (geo === null || region === null || isRegionInGeo(region.value, geo.value)) return [];
  const near = geosOfRegion(region.value);
  return [
    {
      message: `geo \`${geo.value}\` (${geo.source}) does not go with region ${region.value} (${region.source})`,
      fix:
        near.length > 0
          ? `use a region of \`${geo.value}\`, or geo \`${near[0]}\``
          : `use a region of \`${geo.value}\``,
    },
  ];
}

/** The host names of AWS hold their region: signatures for another are refused. */
function ofEndpoints({ endpoints, endpoint_url: own, region }: Settings): Conflict[] {
  const set = [own, endpoints["bedrock-runtime"], endpoints.bedrock, endpoints.sts].filter(
    (one) => one !== null,
  );
  const seen = new Set<string>();
  return set.flatMap(({ value, source }) => {
    const inName = /\.([a-z]{2}(?:-[a-z]+)+-\d)\.(?:vpce\.)?(?:amazonaws\.com|api\.aws)/.exec(value)?.[1];
    if (inName === undefined || region === null || inName === region.value || seen.has(source)) return [];
    seen.add(source);
    return [
      {
        message: `the endpoint of \`${source}\` is in ${inName}, and the region is ${region.value} (${region.source})`,
        fix: `unset \`${source}\`, or use \`--region ${inName}\``,
      },
    ];
  });
}

function ofProxies({ endpoint_url: endpoint }: Settings, env: Env): Conflict[] {
  const conflicts: Conflict[] = [];
  const both = (name: string): [string | undefined, string | undefined] => [
    env[name],
    env[name.toLowerCase()],
  ];
  for (const name of ["HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY"]) {
    const [upper, lower] = both(name);
    if (upper !== undefined && lower !== undefined && upper !== lower) {
      conflicts.push({
        message: `\`${name}\` and \`${name.toLowerCase()}\` differ: the latter is used`,
        fix: "set both alike, or unset one",
      });
    }
  }
  const [secure, plain] = [both("HTTPS_PROXY"), both("HTTP_PROXY")].map(([upper, lower]) => lower ?? upper);
  const except = both("NO_PROXY").find((value) => value !== undefined);
  if (secure === undefined && plain !== undefined && !endpoint?.value.startsWith("http:")) {
    conflicts.push({
      message: "`HTTP_PROXY` is set without `HTTPS_PROXY`: AWS is called over https, without a proxy",
      fix: "set `HTTPS_PROXY` too, if AWS is to be reached through it",
    });
  }
  const isLocal = endpoint !== null && /^https?:\/\/(127\.|localhost|\[::1\])/.test(endpoint.value);
  if ((secure ?? plain) !== undefined && except === undefined && isLocal) {
    conflicts.push({
      message: "a proxy is set without `NO_PROXY`: requests to this machine go through it as well",
      fix: "set `NO_PROXY=127.0.0.1,localhost`",
    });
  }
  return conflicts;
}
