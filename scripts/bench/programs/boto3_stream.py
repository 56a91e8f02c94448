# The shortest streaming program with boto3.
import json
import sys

import boto3

client = boto3.client("bedrock-runtime")
reply = client.invoke_model_with_response_stream(
    modelId="us.anthropic.claude-sonnet-4-5-20250929-v1:0",
    body=json.dumps(
        {
            "anthropic_version": "bedrock-2023-05-31",
            "max_tokens": 100,
            "messages": [{"role": "user", "content": "Hello"}],
        }
    ),
)
for event in reply["body"]:
    message = json.loads(event["chunk"]["bytes"])
    if message["type"] == "content_block_delta":
        sys.stdout.write(message["delta"]["text"])
