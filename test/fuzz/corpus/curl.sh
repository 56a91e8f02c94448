curl https://api.anthropic.com/v1/messages -H 'x-api-key: k' -H "anthropic-version: 2023-06-01" \
  -d '{"model":"claude-opus-4-6","max_tokens":1,"messages":[{"role":"user","content":"hi"}]}'
