// The shortest streaming program with the AWS SDK; also the bare loop that events are compared with.
import { BedrockRuntimeClient, InvokeModelWithResponseStreamCommand } from "@aws-sdk/client-bedrock-runtime";
import { NodeHttpHandler } from "@smithy/node-http-handler";

process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";
const client = new BedrockRuntimeClient({
  endpoint: process.env.AWS_ENDPOINT_URL,
  // Its own choice, HTTP/2, needs a server that speaks it.
  requestHandler: new NodeHttpHandler(),
});
const { body } = await client.send(
  new InvokeModelWithResponseStreamCommand({
    modelId: "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
    contentType: "application/json",
    body: JSON.stringify({
      anthropic_version: "bedrock-2023-05-31",
      max_tokens: 100,
      messages: [{ role: "user", content: "Hello" }],
    }),
  }),
);
const decoder = new TextDecoder();
for await (const event of body) {
  if (event.chunk?.bytes === undefined) continue;
  const message = JSON.parse(decoder.decode(event.chunk.bytes));
  if (message.type === "content_block_delta") process.stdout.write(message.delta.text);
}
