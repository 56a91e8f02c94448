import type { CatalogModel } from "../../models/catalog.ts";

/** A request that the model's side refuses: always status 400; each API has its own way of saying it. */
export class RuleViolation extends Error {
  override name = "RuleViolation";
}

export type Fields = Record<string, unknown>;

/** Through which API a body came: the same rule may have another text, or not hold at all. */
export type Api = "invoke" | "converse" | "messages" | "mantle";

export interface RuleContext {
  model: CatalogModel;
  /** The id as the caller gave it. */
  modelId: string;
  api: Api;
  betas: readonly string[];
  /** Signatures of thinking blocks that this mock has handed out, beside its computed ones. */
  isKnownSignature(signature: string, thinking: string): boolean;
}

/** Throws RuleViolation with `message`. */
export function refuse(message: string): never {
  throw new RuleViolation(message);
}

/** Refuses any key of `value` that is not in `allowed`; `path` is put before it, as in `messages.0.content.1.text`. */
export function refuseExtraKeys(value: Fields, allowed: readonly string[], path: string): void {
  for (const key of Object.keys(value)) {
    if (!allowed.includes(key))
      refuse(`${path === "" ? "" : `${path}.`}${key}: Extra inputs are not permitted`);
  }
}

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The older models' bodies meet a JSON-schema gate first, whose words differ from those of the newer ones. */
export function hasSchemaGate(context: RuleContext): boolean {
  return (
    context.api === "invoke" &&
    (context.model.thinking.mode === "none" || context.model.thinking.mode === "budget")
  );
}
