// Model invocation logging: off until somebody switches it on, one configuration a region.
import { jsonReply, type MockReply, type MockRequest, type MockRoute, validationError } from "../routes.ts";
import { bodyOf, type Fields, missing, object, requiredText } from "./body.ts";

const PATH = /^\/logging\/modelinvocations$/;
const KINDS = ["text", "image", "embedding", "video", "audio"].map((kind) => `${kind}DataDeliveryEnabled`);

export const LOGGING_ROUTES: MockRoute[] = [
  {
    method: "GET",
    pattern: PATH,
    action: "bedrock:GetModelInvocationLoggingConfiguration",
    service: "bedrock",
    handle(request) {
      const config = configs(request).get(request.auth.region);
      return jsonReply(config === undefined ? {} : { loggingConfig: config });
    },
  },
  {
    method: "PUT",
    pattern: PATH,
    action: "bedrock:PutModelInvocationLoggingConfiguration",
    service: "bedrock",
    handle: put,
  },
  {
    method: "DELETE",
    pattern: PATH,
    action: "bedrock:DeleteModelInvocationLoggingConfiguration",
    service: "bedrock",
    handle(request) {
      configs(request).delete(request.auth.region);
      return jsonReply({});
    },
  },
];

function configs(request: MockRequest): Map<string, Fields> {
  return request.state.of("control.logging", () => new Map());
}

function put(request: MockRequest): MockReply {
  const given = object(bodyOf(request), "loggingConfig");
  if (given === undefined) throw missing("loggingConfig");
  const config: Fields = {};
  const cloudWatch = object(given, "cloudWatchConfig");
  if (cloudWatch !== undefined) config["cloudWatchConfig"] = checkCloudWatch(request, cloudWatch);
  const s3 = object(given, "s3Config");
  if (s3 !== undefined) config["s3Config"] = checkS3(s3, "loggingConfig.s3Config");
  if (cloudWatch === undefined && s3 === undefined) {
    throw validationError("At least one of CloudWatch or S3 configuration must be provided.");
  }
  for (const kind of KINDS) config[kind] = given[kind] ?? true;
  configs(request).set(request.auth.region, config);
  return jsonReply({});
}

function checkCloudWatch(request: MockRequest, given: Fields): Fields {
  const at = "loggingConfig.cloudWatchConfig";
  const group = requiredText(given, "logGroupName", `${at}.logGroupName`);
  const role = requiredText(given, "roleArn", `${at}.roleArn`);
  if (!/^arn:aws(-[^:]+)?:iam::\d{12}:role\/.+/.test(role)) {
    throw validationError(
      `1 validation error detected: Value '${role}' at '${at}.roleArn' failed to satisfy constraint: Member must satisfy regular expression pattern: arn:aws(-[^:]+)?:iam::([0-9]{12})?:role/.+`,
    );
  }
  if (isSpreading(request, role)) {
    throw validationError(
      `Failed to validate permissions for log group: ${group}, with role: ${role}. Verify the IAM role permissions are correct.`,
    );
  }
  const large = object(given, "largeDataDeliveryS3Config");
  return {
    logGroupName: group,
    roleArn: role,
    ...(large && { largeDataDeliveryS3Config: checkS3(large, `${at}.largeDataDeliveryS3Config`) }),
  };
}

/** IAM tells Bedrock of a new role late: a role whose name has `new-role` is refused twice, one with `bad-role` always. */
function isSpreading(request: MockRequest, role: string): boolean {
  if (role.includes("bad-role")) return true;
  if (!role.includes("new-role")) return false;
  const asked = request.state.of<Map<string, number>>("control.roles", () => new Map());
  const times = (asked.get(role) ?? 0) + 1;
  asked.set(role, times);
  return times <= 2;
}

function checkS3(given: Fields, at: string): Fields {
  const bucketName = requiredText(given, "bucketName", `${at}.bucketName`);
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucketName)) {
    throw validationError(`The bucket name ${bucketName} is invalid.`);
  }
  return { bucketName, ...(typeof given["keyPrefix"] === "string" && { keyPrefix: given["keyPrefix"] }) };
}
