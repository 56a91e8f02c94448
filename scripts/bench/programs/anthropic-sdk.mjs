// The shortest streaming program with Anthropic's SDK for Bedrock.
import { AnthropicBedrock } from "@anthropic-ai/bedrock-sdk";

process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";
const client = new AnthropicBedrock({
  awsRegion: "us-east-1",
  awsAccessKey: process.env.AWS_ACCESS_KEY_ID,
  awsSecretKey: process.env.AWS_SECRET_ACCESS_KEY,
  baseURL: process.env.AWS_ENDPOINT_URL,
});
const stream = await client.messages.create({
  model: "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
  max_tokens: 100,
  messages: [{ role: "user", content: "Hello" }],
  stream: true,
});
for await (const event of stream) {
  if (event.type === "content_block_delta") process.stdout.write(event.delta.text);
}
