import { expect, test } from "vitest";
import { FORM_FIELDS, parseForm } from "../../src/core/use-case-form.ts";

const FORM = {
  companyName: "Example Corp",
  companyWebsite: "https://example.com",
  intendedUsers: "0",
  industryOption: "Software",
  useCases: "Answering questions about our own code",
};

test("a form with all answers is taken as it is, unknown keys and a missing other industry included", () => {
  const form = { ...FORM, extra: "kept" };
  expect(parseForm(JSON.stringify(form), "f.json")).toEqual(form);
});

test.each([
  ["no JSON", "{", /not JSON/],
  ["no object", "[]", /no object/],
  ["a missing answer", JSON.stringify({ ...FORM, useCases: undefined }), /`useCases`: it must be a text/],
  ["an empty answer", JSON.stringify({ ...FORM, companyName: " " }), /`companyName`: it is empty/],
  ["users out of range", JSON.stringify({ ...FORM, intendedUsers: "3" }), /`intendedUsers`: .*0, 1, 2/],
  ["users as a number", JSON.stringify({ ...FORM, intendedUsers: 0 }), /`intendedUsers`: it must be a text/],
  ["an answer too long", JSON.stringify({ ...FORM, companyWebsite: "x".repeat(129) }), /longer than 128/],
])("%s is refused by name", (_, text, message) => {
  expect(() => parseForm(text, "f.json")).toThrow(
    expect.objectContaining({ code: "body_invalid", exitCode: 3, message: expect.stringMatching(message) }),
  );
});

test("every answer may be as long as the service takes", () => {
  const longest = Object.fromEntries(
    FORM_FIELDS.map(({ name, longest, choices }) => [name, choices?.[0] ?? "x".repeat(longest)]),
  );
  expect(parseForm(JSON.stringify(longest), "f.json")).toEqual(longest);
});
