import { expect, it } from "vitest";
import { firstCodeBlock } from "../../src/core/extract.ts";

it.each([
  [
    "a block among words",
    "Here:\n```sh\necho hi\n```\nDone\n```\nother\n```",
    { info: "sh", code: "echo hi\n" },
  ],
  ["tildes", "~~~\na\n~~~\n", { info: "", code: "a\n" }],
  ["tildes with backticks in the info string", "~~~ a`b\nx\n~~~", { info: "a`b", code: "x\n" }],
  [
    "a longer fence around a shorter",
    "````md\n```js\nx\n```\n````\n",
    { info: "md", code: "```js\nx\n```\n" },
  ],
  ["another character does not close", "```\na\n~~~\nb\n```", { info: "", code: "a\n~~~\nb\n" }],
  ["a fence with words does not close", "```\na\n```js\nb\n```", { info: "", code: "a\n```js\nb\n" }],
  [
    "indentation of the fence is taken from its lines",
    "1. x\n   ```py\n   if a:\n       b\n   ```\n",
    { info: "py", code: "if a:\n    b\n" },
  ],
  ["a tab as indentation", "\t```\n\ta\n\t```", { info: "", code: "a\n" }],
  ["a block never closed", "```\na\nb", { info: "", code: "a\nb" }],
  ["an empty block", "```json\n```", { info: "json", code: "" }],
  ["line ends are kept", "```\r\na\r\n```\r\n", { info: "", code: "a\r\n" }],
  ["blank lines are kept", "```\n\na\n\n```", { info: "", code: "\na\n\n" }],
  ["inline code is no block", "use ```x``` here\n``\nno\n``", null],
  ["a line that begins with inline code is no fence", "```x``` is code\n", null],
  ["no block at all", "plain", null],
  ["nothing", "", null],
])("%s", (_, text, block) => {
  expect(firstCodeBlock(text)).toEqual(block);
});
