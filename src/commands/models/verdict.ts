// Can this account call the model here, and if not, who can do what about it: what was found, judged. No I/O.
import type { Availability, DataRetention } from "../../core/control-plane.ts";
import type { CbrError } from "../../core/errors.ts";
import type { CatalogModel } from "../../models/catalog.ts";

export interface Reason {
  code: string;
  message: string;
  fix: string | null;
  who: "you" | "account admin" | "organization";
}

/** What each question to the control plane came to: its answer, or how it was refused. */
export type Answer<T> = { value: T } | { error: CbrError };

export interface Findings {
  /** As it was typed, for the fixes. */
  typed: string;
  name: string;
  modelId: string;
  /** null: the catalog does not know the model. */
  model: CatalogModel | null;
  region: string;
  /** Is the profile, or the bare id, in the region's lists? */
  isListed: Answer<boolean>;
  /** Where the lists may not be read: the catalog, or AWS asked for this one profile, says that it is there. */
  isKnownOtherwise: boolean;
  /** Profiles of the model that are. */
  listedProfiles: readonly string[];
  availability: Answer<Availability>;
  hasForm: Answer<boolean>;
  /** null: the model asks for no particular mode. */
  retention: Answer<DataRetention> | null;
}

/** From the strictest to the most permissive (Amazon Bedrock user guide, data retention). */
const RETENTION_ORDER = ["none", "default", "aws_review", "provider_data_share"];

/**
 * The lists may not be read and are not needed: calling a model takes other permissions, and all else is known. An
 * organization's denial is no such case: it is seldom of the lists alone.
 */
export function hasUnseenLists({ isListed, isKnownOtherwise, availability }: Findings): boolean {
  const isDenied = "error" in isListed && isListed.error.code === "access_denied";
  return isDenied && isKnownOtherwise && "value" in availability;
}

/** What stands in the way; empty when nothing does. */
export function reasonsAgainst(found: Findings): Reason[] {
  return [...listing(found), ...standing(found), ...form(found), ...retention(found)];
}

/** Whether `mode` gives at least what `needed` asks for; null where a mode is not known. */
export function isRetentionEnough(mode: string, needed: string): boolean | null {
  const [has, wants] = [RETENTION_ORDER.indexOf(mode), RETENTION_ORDER.indexOf(needed)];
  return has === -1 || wants === -1 ? null : has >= wants;
}

/** A refused question as a reason: what could not be seen cannot be vouched for. */
export function refusal(error: CbrError): Reason {
  return {
    code: error.code,
    message: error.message,
    fix: error.hint,
    who: error.code === "scp_denied" ? "organization" : "account admin",
  };
}

function listing(found: Findings): Reason[] {
  const { isListed, listedProfiles, model, modelId, region } = found;
  const isUnseen = hasUnseenLists(found);
  if ("error" in isListed && !isUnseen) return [refusal(isListed.error)];
  if ("value" in isListed && isListed.value) return [];
  if (model?.lifecycle.status === "retired") {
    const { eol, successor } = model.lifecycle;
    return [
      {
        code: "model_end_of_life",
        message: `${model.name} reached its end of life on Bedrock${eol === null ? "" : ` on ${eol}`}`,
        fix: successor === null ? null : `use \`${successor}\``,
        who: "you",
      },
    ];
  }
  if (isUnseen) return [];
  const others = listedProfiles.map((id) => `\`${id}\``).join(", ");
  return [
    {
      code: "region_cannot_call",
      message: `AWS does not list \`${modelId}\` in ${region}`,
      fix: others === "" ? "use another `--region` or model" : `use ${others}, or another \`--region\``,
      who: "you",
    },
  ];
}

function standing({ availability, name, typed, region }: Findings): Reason[] {
  if ("error" in availability) return [refusal(availability.error)];
  const { agreement, authorization, entitlement, region: inRegion } = availability.value;
  const reasons: Reason[] = [];
  if (inRegion === "NOT_AVAILABLE") {
    reasons.push({
      code: "region_not_available",
      message: `${name} is not available in ${region}`,
      fix: "use another `--region`",
      who: "you",
    });
  }
  if (authorization === "NOT_AUTHORIZED") {
    reasons.push({
      code: "account_restricted",
      message: `this account is not authorized to use ${name}`,
      fix: "ask the account admin for model access in the Bedrock console, or AWS Support",
      who: "account admin",
    });
  }
  const agreementReason = ofAgreement(agreement, name, typed);
  if (agreementReason !== null) reasons.push(agreementReason);
  else if (entitlement === "NOT_AVAILABLE") {
    reasons.push({
      code: "model_access_denied",
      message: `this account has no entitlement to ${name}`,
      fix: `cbr access request ${typed}`,
      who: "account admin",
    });
  }
  return reasons;
}

function ofAgreement(agreement: Availability["agreement"], name: string, typed: string): Reason | null {
  switch (agreement.status) {
    case "AVAILABLE":
      return null;
    case "PENDING":
      return {
        code: "subscription_pending",
        message: `the agreement for ${name} is being made`,
        fix: "check again in a few minutes; it can take fifteen",
        who: "you",
      };
    case "ERROR":
      return {
        code: "subscription_failed",
        message: `the agreement for ${name} failed${agreement.errorMessage ? `: ${agreement.errorMessage}` : ""}`,
        fix: `cbr access request ${typed}`,
        who: "account admin",
      };
    default:
      return {
        code: "model_access_denied",
        message: `this account has no agreement for ${name}`,
        fix: `cbr access request ${typed}`,
        who: "account admin",
      };
  }
}

function form({ hasForm, typed }: Findings): Reason[] {
  // Refused: the agreement above says whether the form matters.
  if ("error" in hasForm || hasForm.value) return [];
  return [
    {
      code: "use_case_form_missing",
      message: "Anthropic's use-case form was not submitted for this account",
      fix: `cbr access request ${typed}`,
      who: "account admin",
    },
  ];
}

function retention({ retention: found, model, name, typed }: Findings): Reason[] {
  const needed = model?.data_retention ?? null;
  if (found === null || needed === null) return [];
  if ("error" in found) return [refusal(found.error)];
  if (isRetentionEnough(found.value.mode, needed) !== false) return [];
  return [
    {
      code: "data_retention_required",
      message: `${name} needs the data-retention mode \`${needed}\`, and this account has \`${found.value.mode}\``,
      fix: `cbr access request ${typed}; the mode is a decision about compliance`,
      who: "account admin",
    },
  ];
}
