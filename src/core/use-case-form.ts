// Anthropic's use-case form, which an account submits once (Amazon Bedrock API reference, PutUseCaseForModelAccess).
import type { UseCaseForm } from "./control-plane.ts";
import { CbrError } from "./errors.ts";

export interface FormField {
  name: string;
  question: string;
  longest: number;
  isOptional?: true;
  choices?: readonly string[];
}

/** The form's questions in order. */
export const FORM_FIELDS: readonly FormField[] = [
  { name: "companyName", question: "company name", longest: 128 },
  { name: "companyWebsite", question: "company website (URL)", longest: 128 },
  {
    name: "intendedUsers",
    question: "intended users (0 internal, 1 external, 2 both)",
    longest: 1,
    choices: ["0", "1", "2"],
  },
  { name: "industryOption", question: "industry", longest: 128 },
  { name: "otherIndustryOption", question: "other industry (may be empty)", longest: 128, isOptional: true },
  { name: "useCases", question: "use cases, in a sentence or two", longest: 8192 },
];

/** Reads a form file. Throws CbrError `body_invalid` naming the field that is wrong; unknown keys are kept. */
export function parseForm(text: string, path: string): UseCaseForm {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw invalid(path, "it is not JSON", error);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw invalid(path, "it is no object");
  const form = value as UseCaseForm;
  for (const field of FORM_FIELDS) {
    const answer = form[field.name];
    const problem =
      answer === undefined && field.isOptional
        ? null
        : typeof answer === "string"
          ? problemWith(field, answer)
          : "it must be a text";
    if (problem !== null) throw invalid(path, `\`${field.name}\`: ${problem}`);
  }
  return form;
}

/** What is wrong with an answer, or null. */
export function problemWith(field: FormField, answer: string): string | null {
  if (answer.trim() === "") return field.isOptional ? null : "it is empty";
  if (answer.length > field.longest) return `it is longer than ${field.longest} characters`;
  if (field.choices && !field.choices.includes(answer))
    return `it must be one of ${field.choices.join(", ")}`;
  return null;
}

function invalid(path: string, what: string, cause?: unknown): CbrError {
  return new CbrError("body_invalid", {
    message: `the form \`${path}\` cannot be used: ${what}`,
    hint: `it is a JSON object with ${FORM_FIELDS.map((field) => `\`${field.name}\``).join(", ")}`,
    cause,
  });
}
