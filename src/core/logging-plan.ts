// What `cbr logging enable` would make of the logging there is. Pure.
import { LOGGED_KINDS, type LoggedKind, type LoggingConfig, type S3Target } from "./control-plane.ts";
import { CbrError } from "./errors.ts";

/** What was typed; destinations that are left out keep what is set. */
export interface LoggingRequest {
  s3?: string | undefined;
  cloudwatch?: string | undefined;
  role?: string | undefined;
  /** All where left out. */
  kinds?: string | undefined;
}

/** The configuration after the change. Throws CbrError (exit 2) for what AWS would refuse anyway. */
export function planLogging(before: LoggingConfig | null, request: LoggingRequest): LoggingConfig {
  const s3Config = request.s3 === undefined ? before?.s3Config : parseS3(request.s3);
  const cloudWatchConfig = planCloudWatch(before?.cloudWatchConfig, request);
  if (s3Config === undefined && cloudWatchConfig === undefined) {
    throw new CbrError("usage", {
      message: "logging needs a destination",
      hint: "use `--s3 s3://BUCKET/PREFIX`, or `--cloudwatch GROUP --role ARN`",
    });
  }
  const kinds = parseKinds(request.kinds);
  return {
    ...(cloudWatchConfig && { cloudWatchConfig }),
    ...(s3Config && { s3Config }),
    ...Object.fromEntries(LOGGED_KINDS.map((kind) => [deliveryKey(kind), kinds.includes(kind)])),
  };
}

/** The kinds of data that a configuration logs. */
export function loggedKinds(config: LoggingConfig): LoggedKind[] {
  return LOGGED_KINDS.filter((kind) => config[deliveryKey(kind)] === true);
}

/** The kinds that `after` logs and `before`, which logs some, does not. */
export function addedKinds(before: LoggingConfig | null, after: LoggingConfig): LoggedKind[] {
  const had = before === null ? [] : loggedKinds(before);
  return had.length === 0 ? [] : loggedKinds(after).filter((kind) => !had.includes(kind));
}

/** `s3://bucket/prefix`, or null. */
export function s3Url(target: S3Target | undefined): string | null {
  if (target === undefined) return null;
  return `s3://${target.bucketName}${target.keyPrefix ? `/${target.keyPrefix}` : ""}`;
}

function deliveryKey(kind: LoggedKind): `${LoggedKind}DataDeliveryEnabled` {
  return `${kind}DataDeliveryEnabled`;
}

function planCloudWatch(
  before: LoggingConfig["cloudWatchConfig"],
  { cloudwatch, role }: LoggingRequest,
): LoggingConfig["cloudWatchConfig"] {
  if (cloudwatch === undefined && role === undefined) return before;
  const logGroupName = cloudwatch ?? before?.logGroupName;
  if (logGroupName === undefined) {
    throw new CbrError("usage", {
      message: "`--role` goes with `--cloudwatch`",
      hint: "name the log group with `--cloudwatch GROUP`; S3 needs no role",
    });
  }
  const roleArn = role ?? before?.roleArn;
  if (roleArn === undefined) {
    throw new CbrError("usage", {
      message: "`--cloudwatch` needs the role that Bedrock writes with",
      hint: "add `--role arn:aws:iam::ACCOUNT:role/NAME`; it must trust bedrock.amazonaws.com",
    });
  }
  if (!/^[.\-_/#A-Za-z0-9]{1,512}$/.test(logGroupName)) {
    throw new CbrError("bad_flag_value", { message: "`--cloudwatch` is not the name of a log group" });
  }
  if (!/^arn:aws(-[^:]+)?:iam::\d{12}:role\/.{1,512}$/.test(roleArn)) {
    throw new CbrError("bad_flag_value", {
      message: "`--role` is not the ARN of an IAM role",
      hint: "it looks like `arn:aws:iam::123456789012:role/NAME`",
    });
  }
  const large = before?.largeDataDeliveryS3Config;
  return { logGroupName, roleArn, ...(large && { largeDataDeliveryS3Config: large }) };
}

function parseS3(url: string): S3Target {
  const match = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/.exec(url);
  const keyPrefix = match?.[2]?.replace(/\/+$/, "") ?? "";
  if (match === null || keyPrefix.length > 1024 || /[\u0000-\u001f\u007f]/.test(keyPrefix)) {
    throw new CbrError("bad_flag_value", {
      message: "`--s3` is not the URL of a bucket",
      hint: "it looks like `s3://my-bucket/prefix`",
    });
  }
  return { bucketName: match[1] as string, ...(keyPrefix !== "" && { keyPrefix }) };
}

function parseKinds(text: string | undefined): readonly LoggedKind[] {
  if (text === undefined) return LOGGED_KINDS;
  const words = text.split(",").map((word) => word.trim());
  const kinds = words.flatMap((word) => LOGGED_KINDS.filter((kind) => kind === word));
  if (kinds.length < words.length) {
    throw new CbrError("bad_flag_value", {
      message: "`--kinds` has a word that is no kind of data",
      hint: `the kinds are ${LOGGED_KINDS.join(", ")}, separated by commas`,
    });
  }
  return kinds;
}
