import { describe, expect, test } from "vitest";
import { isCurl, parseCurl } from "../../../src/core/convert/curl.ts";
import { splitCommand } from "../../../src/core/convert/shell-words.ts";

const BODY = '{"model":"claude-opus-4-6","max_tokens":1,"messages":[{"role":"user","content":"x"}]}';
const URL = "https://api.anthropic.com/v1/messages";

describe("words of a shell command", () => {
  test.each([
    ["a 'b c' \"d e\"", ["a", "b c", "d e"]],
    [String.raw`a'b'\''c'"d"`, ["ab'cd"]],
    ["a \\\n  b\\\nc", ["a", "bc"]],
    [String.raw`"a \" \$ \\ \n $HOME"`, [String.raw`a " $ \ \n $HOME`]],
    [String.raw`$'it\'s \u00e9\n\x41\303\251 \ud83d\ude00'`, ["it's é\nAé 😀"]],
    ["a '' b", ["a", "", "b"]],
    ["a b | c", ["a", "b"]],
    ["a b; c", ["a", "b"]],
    ["a > out 2>&1 b", ["a", "b"]],
    ["a # comment\nb", ["a"]],
    ["a#b", ["a#b"]],
  ])("%j", (text, words) => {
    expect(splitCommand(text).words).toEqual(words);
  });

  test("a here-document is stdin", () => {
    const command = "a -d @- <<'EOF' | jq .\n{\"x\": 1}\nit's\nEOF\nmore";
    expect(splitCommand(command)).toEqual({ words: ["a", "-d", "@-"], stdin: '{"x": 1}\nit\'s\n' });
  });
});

describe("curl", () => {
  test.each([
    `curl ${URL} -d '${BODY}'`,
    `$ curl --request POST --url ${URL} --header 'x-api-key: k' --data '${BODY}'`,
    `curl -sSXPOST ${URL} -H "content-type: application/json" --data-raw '${BODY}' | jq`,
    `curl -X POST ${URL}?beta=true -d@- <<EOF\n${BODY}\nEOF\n`,
    `/usr/bin/curl --json='${BODY}' --max-time 60 -o /dev/null ${URL}`,
  ])("%s", (command) => {
    expect(isCurl(command)).toBe(true);
    expect(parseCurl(command).parsed).toMatchObject({
      model: "claude-opus-4-6",
      body: { max_tokens: 1, messages: [{ role: "user", content: "x" }] },
    });
  });

  test("betas come from the header, and secrets stay behind", () => {
    const command = `curl ${URL} -H 'X-Api-Key: sk-ant-1' -H 'anthropic-beta: a,b' -H 'Anthropic-Beta: c' -d '${BODY}'`;
    const result = parseCurl(command);
    expect(result.parsed.betas).toEqual(["a", "b", "c"]);
    expect(result.droppedHeaders).toEqual(["x-api-key"]);
    expect(JSON.stringify(result)).not.toContain("sk-ant-1");
  });

  test("a Bedrock URL names the model", () => {
    const url = "https://bedrock-runtime.us-east-1.amazonaws.com/model/eu.anthropic.claude-x-v1%3A0/invoke";
    const body =
      '{"anthropic_version":"bedrock-2023-05-31","max_tokens":1,"messages":[{"role":"user","content":"x"}]}';
    expect(parseCurl(`curl ${url} -d '${body}'`).parsed.model).toBe("eu.anthropic.claude-x-v1:0");
  });

  test.each([
    [`curl ${URL} -d @body.json`, "body_invalid", "from a file"],
    [`curl ${URL} -d @-`, "body_invalid", "from stdin"],
    [`curl ${URL}`, "body_invalid", "no body"],
    [`curl ${URL} -d '{"a":`, "body_invalid", "cut off"],
    [`curl ${URL} -d '{"a":}'`, "body_invalid", "line 1, column 6"],
    [`curl ${URL} -F a=b`, "body_invalid", "--form"],
    [`curl https://api.anthropic.com/v1/messages/batches -d '${BODY}'`, "not_convertible", "batches"],
    [`curl https://api.openai.com/v1/chat/completions -d '${BODY}'`, "not_convertible", "Messages API"],
  ])("%s is refused", (command, code, words) => {
    const refusal = expect.objectContaining({ code, exitCode: 3, message: expect.stringContaining(words) });
    expect(() => parseCurl(command)).toThrow(refusal);
  });
});
