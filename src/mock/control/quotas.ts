// Service Quotas of the local Bedrock: ListServiceQuotas in AWS's JSON 1.1 protocol, as far as Claude is concerned.
import { CATALOG } from "../../models/catalog.ts";
import { jsonReply, MockError, type MockReply, type MockRequest, type MockRoute } from "../routes.ts";
import { bodyOf, text } from "./body.ts";

const OPERATION = "ServiceQuotasV20190624.ListServiceQuotas";
const DEFAULT_PAGE = 100;

export const QUOTA_ROUTES: MockRoute[] = [
  {
    method: "POST",
    pattern: /^\/$/,
    action: "servicequotas:ListServiceQuotas",
    service: "servicequotas",
    handle: listQuotas,
  },
];

function listQuotas(request: MockRequest): MockReply {
  const target = request.headers["x-amz-target"] ?? "";
  if (target !== OPERATION) throw new MockError(400, "UnknownOperationException", "");
  const body = bodyOf(request);
  if (text(body, "ServiceCode") !== "bedrock") {
    throw new MockError(
      404,
      "NoSuchResourceException",
      "The request failed because the specified service does not exist.",
    );
  }
  const size = Number(body["MaxResults"] ?? DEFAULT_PAGE);
  const start = Number(text(body, "NextToken") ?? 0);
  const all = quotasIn(request.auth.region);
  const end = start + size;
  return jsonReply({ Quotas: all.slice(start, end), ...(end < all.length && { NextToken: String(end) }) });
}

function quotasIn(region: string): Record<string, unknown>[] {
  const kinds = ["On-demand", "Cross-region", "Global cross-region"];
  const units = { tokens: 1_000_000, requests: 500 };
  const names = CATALOG.models
    .filter(({ lifecycle }) => lifecycle.status !== "retired")
    .flatMap(({ name }) =>
      kinds.flatMap((kind) =>
        Object.entries(units).map(([unit, value]) => ({
          name: `${kind} model inference ${unit} per minute for Anthropic ${name}`,
          value,
        })),
      ),
    );
  return names.map(({ name, value }, index) => ({
    ServiceCode: "bedrock",
    ServiceName: "Amazon Bedrock",
    QuotaArn: `arn:aws:servicequotas:${region}:123456789012:bedrock/L-${code(index)}`,
    QuotaCode: `L-${code(index)}`,
    QuotaName: name,
    Value: value,
    Unit: "None",
    Adjustable: true,
    GlobalQuota: false,
  }));
}

function code(index: number): string {
  return (0xab00_0000 + index).toString(16).toUpperCase();
}
