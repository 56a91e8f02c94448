// What an account may decide: agreements, the use-case form, data retention. Remembered per running mock.
import {
  jsonReply,
  MockError,
  type MockReply,
  type MockRequest,
  type MockRoute,
  pathParam,
  validationError,
} from "../routes.ts";
import { bodyOf, type Fields, requiredText, text } from "./body.ts";
import { findModel, notFound } from "./data.ts";

interface Account {
  /** Base ids whose agreement was deleted: all others have one, as after a first call. */
  withoutAgreement: Set<string>;
  /** Base ids whose agreement is being made: the next look still says so. */
  pending: Set<string>;
  /** Base64, as it came. */
  form: string | null;
  retention: { mode: string; updatedAt: string };
}

const MODES = ["default", "none", "aws_review", "provider_data_share", "inherit"];

const FORM = Buffer.from(
  JSON.stringify({
    companyName: "Example Corp",
    companyWebsite: "https://example.com",
    intendedUsers: "0",
    industryOption: "Software",
    otherIndustryOption: "",
    useCases: "Testing against a local Bedrock",
  }),
).toString("base64");

const route = (
  method: string,
  pattern: RegExp,
  operation: string,
  handle: (request: MockRequest) => MockReply,
): MockRoute => ({ method, pattern, action: `bedrock:${operation}`, service: "bedrock", handle });

export const ACCOUNT_ROUTES: MockRoute[] = [
  route(
    "GET",
    /^\/foundation-model-availability\/([^/]+)$/,
    "GetFoundationModelAvailability",
    getAvailability,
  ),
  route(
    "GET",
    /^\/list-foundation-model-agreement-offers\/([^/]+)$/,
    "ListFoundationModelAgreementOffers",
    listOffers,
  ),
  route("POST", /^\/create-foundation-model-agreement$/, "CreateFoundationModelAgreement", createAgreement),
  route("POST", /^\/delete-foundation-model-agreement$/, "DeleteFoundationModelAgreement", deleteAgreement),
  route("GET", /^\/use-case-for-model-access$/, "GetUseCaseForModelAccess", getForm),
  route("POST", /^\/use-case-for-model-access$/, "PutUseCaseForModelAccess", putForm),
  route("GET", /^\/data-retention$/, "GetAccountDataRetention", (request) =>
    jsonReply(accountOf(request).retention),
  ),
  route("PUT", /^\/data-retention$/, "PutAccountDataRetention", putRetention),
];

function accountOf(request: MockRequest): Account {
  return request.state.of<Account>("control.account", () => ({
    withoutAgreement: new Set(),
    pending: new Set(),
    form: FORM,
    retention: { mode: "default", updatedAt: "2026-01-15T09:00:00Z" },
  }));
}

function getAvailability(request: MockRequest): MockReply {
  const modelId = existingModel(pathParam(request));
  const account = accountOf(request);
  const isPending = account.pending.delete(modelId);
  const isAgreed = !isPending && !account.withoutAgreement.has(modelId);
  return jsonReply({
    modelId,
    agreementAvailability: { status: isPending ? "PENDING" : isAgreed ? "AVAILABLE" : "NOT_AVAILABLE" },
    authorizationStatus: "AUTHORIZED",
    entitlementAvailability: isAgreed ? "AVAILABLE" : "NOT_AVAILABLE",
    regionAvailability: "AVAILABLE",
  });
}

function listOffers(request: MockRequest): MockReply {
  const modelId = existingModel(pathParam(request));
  const type = request.query.get("offerType");
  if (type !== null && type !== "ALL" && type !== "PUBLIC") {
    throw validationError(
      `1 validation error detected: Value '${type}' at 'offerType' failed to satisfy constraint: Member must satisfy enum value set: [ALL, PUBLIC]`,
    );
  }
  const price = findModel(modelId)?.price ?? null;
  return jsonReply({
    modelId,
    offers: [
      {
        offerId: "offer-mock0000000001",
        offerToken: offerToken(modelId),
        termDetails: {
          usageBasedPricingTerm: {
            rateCard:
              price === null
                ? []
                : [rate("InputTokenCount", price.input), rate("OutputTokenCount", price.output)],
          },
          legalTerm: { url: "https://aws.amazon.com/legal/bedrock/third-party-models/" },
          supportTerm: { refundPolicyDescription: "No refunds." },
        },
      },
    ],
  });
}

function rate(kind: string, perMillion: number): Fields {
  return {
    dimension: `mock_${kind}`,
    price: String(perMillion / 1000),
    description: `USD per 1K tokens, ${kind}`,
    unit: "1K tokens",
  };
}

function createAgreement(request: MockRequest): MockReply {
  const body = bodyOf(request);
  const modelId = existingModel(requiredText(body, "modelId"));
  if (requiredText(body, "offerToken") !== offerToken(modelId)) {
    throw validationError("The provided offer token is invalid or has expired.");
  }
  const account = accountOf(request);
  if (!account.withoutAgreement.delete(modelId)) {
    throw new MockError(400, "ConflictException", "Agreement already exists for the provided model.");
  }
  account.pending.add(modelId);
  return { ...jsonReply({ modelId }), status: 202 };
}

function deleteAgreement(request: MockRequest): MockReply {
  const modelId = existingModel(requiredText(bodyOf(request), "modelId"));
  const account = accountOf(request);
  if (account.withoutAgreement.has(modelId)) throw notFound("No agreement exists for the provided model.");
  account.withoutAgreement.add(modelId);
  return { ...jsonReply({}), status: 202 };
}

function getForm(request: MockRequest): MockReply {
  const { form } = accountOf(request);
  if (form === null) throw notFound("You have not filled out the request form");
  return jsonReply({ formData: form });
}

function putForm(request: MockRequest): MockReply {
  const data = requiredText(bodyOf(request), "formData");
  const bytes = Buffer.from(data, "base64");
  if (bytes.length < 10 || bytes.length > 16_384) {
    throw validationError(
      "1 validation error detected: Value at 'formData' failed to satisfy constraint: Member must have length between 10 and 16384, inclusive",
    );
  }
  checkForm(bytes.toString());
  accountOf(request).form = data;
  return { ...jsonReply({}), status: 201 };
}

function checkForm(json: string): void {
  let form: unknown;
  try {
    form = JSON.parse(json);
  } catch {
    throw validationError("The provided form data is not valid JSON.");
  }
  const fields = (typeof form === "object" && form !== null ? form : {}) as Fields;
  for (const name of ["companyName", "companyWebsite", "intendedUsers", "industryOption", "useCases"]) {
    if (text(fields, name) === undefined) throw validationError(`The provided form data is missing ${name}.`);
  }
}

function putRetention(request: MockRequest): MockReply {
  const mode = requiredText(bodyOf(request), "mode");
  if (!MODES.includes(mode)) {
    throw validationError(
      `1 validation error detected: Value '${mode}' at 'mode' failed to satisfy constraint: Member must satisfy enum value set: [${MODES.join(", ")}]`,
    );
  }
  const retention = { mode, updatedAt: new Date(request.now).toISOString() };
  accountOf(request).retention = retention;
  return jsonReply(retention);
}

function existingModel(modelId: string): string {
  if (findModel(modelId) === undefined)
    throw notFound("Could not resolve the foundation model from the provided model identifier.");
  return modelId;
}

function offerToken(modelId: string): string {
  return Buffer.from(`mock-offer:${modelId}`).toString("base64url");
}
