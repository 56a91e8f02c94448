// What to say of a model that is ending, has ended, or is not open to everyone.
import { CbrError } from "../core/errors.ts";
import { CATALOG, type CatalogModel, type Family, newestOpen } from "./catalog.ts";
import type { LiveModel } from "./live.ts";

export interface Warning {
  code: string;
  message: string;
}

/**
 * The one warning about a model's life, with its date and successor, or null for a model in good health.
 * `listed` is what a live list says of it: AWS may have deprecated a model since the catalog was made.
 */
export function lifecycleWarning(model: CatalogModel | null, listed: LiveModel | null): Warning | null {
  if (listed?.lifecycle === "LEGACY" && (model === null || model.lifecycle.status === "active")) {
    return {
      code: "model_deprecated",
      message: `${model?.name ?? listed.name} is deprecated: AWS lists it as legacy${successor(model)}`,
    };
  }
  if (model === null) return null;
  const { status, access } = model.lifecycle;
  if (status === "retired")
    return { code: "model_retired", message: `${ending(model)}${successorOf(model)}` };
  if (status === "legacy")
    return { code: "model_deprecated", message: `${ending(model)}${successorOf(model)}` };
  if (access === "gated") {
    return {
      code: "model_gated",
      message: `${model.name} is open by invitation only; other accounts are told that its id is invalid`,
    };
  }
  return null;
}

/** Why a model that has no way left to be called cannot be: exit 2 with the date and successor, or whom to ask. */
export function notOffered(model: CatalogModel): CbrError {
  if (model.lifecycle.access === "gated") {
    return new CbrError("model_not_offered", {
      message: `${model.name} is open by invitation only, and no way to call it on Bedrock is published`,
      hint: "ask your AWS account team for access, then name the id or ARN they give you",
    });
  }
  const successor = model.lifecycle.successor;
  return new CbrError("model_not_offered", {
    message: `${ending(model)}${successorOf(model)}`,
    hint: successor === null ? null : `use \`-m ${successor}\``,
  });
}

/** A family alone means its newest model open to all; this one has none. */
export function closedFamily(family: Family): CbrError {
  const members = CATALOG.models
    .filter((model) => model.family === family)
    .map((model) => `\`${model.alias}\``);
  return new CbrError("model_not_offered", {
    message: `no model of the family \`${family}\` is open to every account: access is by invitation`,
    hint: `ask your AWS account team; once invited, name one: ${members.join(", ")}`,
  });
}

function ending(model: CatalogModel): string {
  const { status, eol, first_party_retired } = model.lifecycle;
  if (status === "legacy") {
    return `${model.name} is deprecated${eol === null ? "" : ` and reaches its end of life on ${eol}`}`;
  }
  if (eol !== null) return `${model.name} reached its end of life on Bedrock on ${eol}`;
  const elsewhere = first_party_retired === null ? "" : ` (on Anthropic's own API on ${first_party_retired})`;
  return `${model.name} is retired on Bedrock${elsewhere}`;
}

/** A model that the catalog takes for active has no successor there but the newest of its family. */
function successor(model: CatalogModel | null): string {
  const newest = model && newestOpen(model.family);
  return newest && newest !== model ? `; the newest of its family is \`${newest.alias}\`` : "";
}

function successorOf(model: CatalogModel): string {
  const successor = model.lifecycle.successor;
  return successor === null ? "" : `; its successor is \`${successor}\``;
}
