// Bedrock's quotas from Service Quotas, one signed request a page: not worth another SDK client.
import { HttpRequest } from "@smithy/protocol-http";
import type { CallOptions } from "../core/control-plane.ts";
import type { Quota } from "../core/diagnosis.ts";
import { callService } from "./control-call.ts";
import { readSome } from "./raw-answer.ts";
import type { BedrockSession } from "./session.ts";
import { signedHeaders } from "./sign.ts";

/** Bedrock has more than a thousand quotas; a service that never stops handing out tokens is stopped. */
const MOST_PAGES = 40;

/** The quotas of service `bedrock` whose name `isWanted`. Throws CbrError: API keys of Bedrock are not taken here. */
export async function listQuotas(
  session: BedrockSession,
  isWanted: (name: string) => boolean,
  options: CallOptions,
): Promise<Quota[]> {
  const found: Quota[] = [];
  let nextToken: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const body = {
      ServiceCode: "bedrock",
      MaxResults: 100,
      ...(nextToken !== undefined && { NextToken: nextToken }),
    };
    const answer = await callService(session, "ListServiceQuotas", options, (signal) =>
      post(session, body, signal),
    );
    found.push(...quotasIn(answer).filter(({ name }) => isWanted(name)));
    const token = answer["NextToken"];
    if (typeof token !== "string" || token === "" || token === nextToken) break;
    nextToken = token;
  }
  return found;
}

async function post(
  session: BedrockSession,
  body: object,
  signal: AbortSignal,
): Promise<Record<string, unknown>> {
  const { region } = session;
  const domain = region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
  const url = new URL(session.endpoint("service-quotas") ?? `https://servicequotas.${region}.${domain}`);
  const text = JSON.stringify(body);
  const headers = signedHeaders(
    {
      method: "POST",
      path: "/",
      headers: {
        host: url.host,
        "content-type": "application/x-amz-json-1.1",
        "x-amz-target": "ServiceQuotasV20190624.ListServiceQuotas",
      },
      body: text,
    },
    {
      credentials: await session.credentials.get(),
      region,
      service: "servicequotas",
      date: new Date(session.host.now() + session.clockOffset),
    },
  );
  const request = new HttpRequest({
    method: "POST",
    protocol: url.protocol,
    hostname: url.hostname,
    ...(url.port && { port: Number(url.port) }),
    path: "/",
    headers,
    body: text,
  });
  const { response } = await session.http.handle(request as never, { abortSignal: signal });
  const bytes = await readSome(response.body);
  const json = fieldsOf(bytes.toString("utf8"));
  if (response.statusCode === 200 && json !== null) return json;
  const name = response.headers["x-amzn-errortype"]?.split(":")[0] ?? json?.["__type"] ?? "UnknownError";
  throw Object.assign(new Error(String(json?.["message"] ?? json?.["Message"] ?? "")), {
    name: String(name).split("#").at(-1),
    $metadata: { httpStatusCode: response.statusCode, requestId: response.headers["x-amzn-requestid"] },
    $response: { statusCode: response.statusCode, headers: response.headers },
  });
}

function fieldsOf(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function quotasIn(answer: Record<string, unknown>): Quota[] {
  const list = answer["Quotas"];
  if (!Array.isArray(list)) return [];
  return list.flatMap((quota: Record<string, unknown> | null) => {
    const { QuotaCode: code, QuotaName: name, Value: value } = quota ?? {};
    return typeof name === "string" && typeof value === "number"
      ? [{ code: String(code ?? ""), name, value }]
      : [];
  });
}
