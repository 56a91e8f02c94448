import { Chalk } from "chalk";
import { expect, test } from "vitest";
import { renderTable } from "../../src/render/table.ts";

const terminal = (width: number) => ({ isTTY: true, width, color: new Chalk({ level: 0 }) });
const pipe = { isTTY: false, width: 80, color: new Chalk({ level: 0 }) };

test("a terminal gets a headed table with columns aligned by cells, not characters", () => {
  const text = renderTable(
    terminal(80),
    ["NAME", "TITLE"],
    [
      ["a", "日本語"],
      ["long-name", "x"],
    ],
  );
  expect(text).toBe("NAME       TITLE\na          日本語\nlong-name  x\n");
});

test("a row never exceeds the terminal and the first column stays whole", () => {
  const name = "n".repeat(30);
  const text = renderTable(
    terminal(40),
    ["NAME", "TITLE"],
    [
      [name, "w".repeat(50)],
      ["b", "👩‍👩‍👧 family and friends"],
    ],
  );
  expect(text).toBe(`${"NAME".padEnd(30)}  TITLE\n${name}  wwwwwww…\n${"b".padEnd(30)}  👩‍👩‍👧 fami…\n`);
});

test("foreign text is made visible on a terminal", () => {
  expect(renderTable(terminal(80), ["T"], [["a\u001b[31mred\nb"]])).toBe("T\na␛[31mred b\n");
});

test("a pipe gets tab-separated lines without headers, uncut", () => {
  expect(renderTable(pipe, ["A", "B"], [["x\ty", "w".repeat(200)]])).toBe(`x y\t${"w".repeat(200)}\n`);
});

test("no rows are no text", () => {
  expect(renderTable(terminal(80), ["A"], [])).toBe("");
});

test("many columns on a narrow terminal give way as far as it takes", () => {
  const headers = ["NAME", "TURNS", "UPDATED", "MODEL", "TITLE"];
  const text = renderTable(terminal(40), headers, [
    ["short-name", "12", "just now", "claude-opus-4-6", "what it is about"],
  ]);
  expect(text.split("\n")[1]).toMatch(/^short-name {2}12/);
  for (const line of text.split("\n")) expect(line.length).toBeLessThanOrEqual(40);
});

test("a column that its ends tell apart is cut in front", () => {
  const rows = [
    ["a", "anthropic.claude-one"],
    ["b", "anthropic.日本語"],
    ["c", "short"],
  ];
  const text = renderTable(terminal(12), ["N", "ID"], rows, ["ID"]);
  expect(text).toBe("N  ID\na  …aude-one\nb  …c.日本語\nc  short\n");
});
