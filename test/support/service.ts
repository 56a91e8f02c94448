// A service that answers what a test says, for what the mock would never say.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import { TEST_CREDENTIALS } from "../../src/mock/credentials.ts";

export interface Answer {
  status?: number;
  headers?: Record<string, string>;
  /** Sent as JSON unless it is text. */
  body: unknown;
}

export interface Service {
  url: string;
  /** `METHOD /path?query` of each request, as they came. */
  requests: string[];
  /** Sends everything to this service, with keys that any service takes. */
  env: Record<string, string>;
}

/** Starts a service for the running test. `answer` gets `METHOD /path?query`. */
export async function service(answer: (request: string) => Answer): Promise<Service> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const line = `${request.method} ${request.url}`;
    requests.push(line);
    request.resume().on("end", () => {
      const { status = 200, headers, body } = answer(line);
      const text = typeof body === "string" ? body : JSON.stringify(body);
      response.writeHead(status, { "content-type": "application/json", ...headers }).end(text);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const env = {
    AWS_ENDPOINT_URL: url,
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: TEST_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: TEST_CREDENTIALS.secretAccessKey,
  };
  return { url, requests, env };
}

/** An error as Bedrock's REST APIs report it. */
export function failure(status: number, name: string, message: string): Answer {
  return {
    status,
    headers: { "x-amzn-errortype": name, "x-amzn-requestid": "request-1" },
    body: { message },
  };
}
