import { type MockRequest, validationError } from "../routes.ts";

export type Fields = Record<string, unknown>;

/** The JSON object in a request's body. Throws MockError as the service does. */
export function bodyOf(request: MockRequest): Fields {
  let value: unknown;
  try {
    value = JSON.parse(request.body.toString() || "{}");
  } catch {
    throw validationError(
      "Malformed input request: the body is not valid JSON, please reformat your input and try again.",
    );
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw validationError(
      "Malformed input request: expected an object, please reformat your input and try again.",
    );
  }
  return value as Fields;
}

/** A text field, or undefined where it is missing or no text. */
export function text(fields: Fields, name: string): string | undefined {
  const value = fields[name];
  return typeof value === "string" ? value : undefined;
}

/** A text field that must be there. */
export function requiredText(fields: Fields, name: string, path = name): string {
  const value = text(fields, name);
  if (value === undefined) throw missing(path);
  return value;
}

/** An object field, or undefined. */
export function object(fields: Fields, name: string): Fields | undefined {
  const value = fields[name];
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}

export function missing(path: string) {
  return validationError(
    `1 validation error detected: Value null at '${path}' failed to satisfy constraint: Member must not be null`,
  );
}
