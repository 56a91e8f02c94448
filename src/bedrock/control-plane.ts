// Bedrock's control plane behind the port of core/control-plane.ts.
import {
  BedrockClient,
  CreateFoundationModelAgreementCommand,
  type DataRetentionMode,
  DeleteModelInvocationLoggingConfigurationCommand,
  GetAccountDataRetentionCommand,
  GetFoundationModelAvailabilityCommand,
  GetInferenceProfileCommand,
  GetModelInvocationLoggingConfigurationCommand,
  GetUseCaseForModelAccessCommand,
  ListFoundationModelAgreementOffersCommand,
  ListFoundationModelsCommand,
  ListInferenceProfilesCommand,
  PutAccountDataRetentionCommand,
  PutModelInvocationLoggingConfigurationCommand,
  PutUseCaseForModelAccessCommand,
} from "@aws-sdk/client-bedrock";
import type {
  CallOptions,
  ControlPlane,
  InferenceProfile,
  LoggingConfig,
  UseCaseForm,
} from "../core/control-plane.ts";
import { CbrError } from "../core/errors.ts";
import { callService } from "./control-call.ts";
import {
  toAvailability,
  toDataRetention,
  toForm,
  toLogging,
  toModel,
  toOffer,
  toProfile,
} from "./control-shapes.ts";
import { type BedrockSession, openSession, type SessionOptions } from "./session.ts";

/** More pages than any account has: a service that never stops handing out tokens is stopped. */
const MOST_PAGES = 200;

/** Opens a session for the control plane of one region. */
export async function openControlPlane(
  options: Omit<SessionOptions, "mainService" | "auth">,
): Promise<ControlPlane> {
  return controlPlane(await openSession({ ...options, mainService: "bedrock" }));
}

/** The control plane of the session's region. */
export function controlPlane(session: BedrockSession): ControlPlane {
  const client = new BedrockClient(session.clientConfig("bedrock"));
  // What is still under way when its asker has gone must neither speak nor be asked again.
  const closing = new AbortController();
  const call = <T>(name: string, options: CallOptions, send: (signal: AbortSignal) => Promise<T>) => {
    const signal = AbortSignal.any([options.signal, closing.signal]);
    return callService(session, name, { ...options, signal }, send);
  };

  return {
    region: session.region,
    endpoint: () => endpointOf(client, session),
    async listFoundationModels(options) {
      const command = new ListFoundationModelsCommand({ byProvider: "anthropic" });
      const reply = await call("ListFoundationModels", options, (abortSignal) =>
        client.send(command, { abortSignal }),
      );
      return listIn(reply.modelSummaries, "models").flatMap(toModel);
    },
    async listInferenceProfiles(type, options) {
      const found: InferenceProfile[] = [];
      let nextToken: string | undefined;
      for (let page = 0; page < MOST_PAGES; page++) {
        const command = new ListInferenceProfilesCommand({
          typeEquals: type,
          maxResults: 1000,
          ...(nextToken !== undefined && { nextToken }),
        });
        const reply = await call("ListInferenceProfiles", options, (abortSignal) =>
          client.send(command, { abortSignal }),
        );
        found.push(...listIn(reply.inferenceProfileSummaries, "inference profiles").flatMap(toProfile));
        if (reply.nextToken === undefined || reply.nextToken === nextToken) break;
        nextToken = reply.nextToken;
      }
      return found;
    },
    async getInferenceProfile(idOrArn, options) {
      const command = new GetInferenceProfileCommand({ inferenceProfileIdentifier: idOrArn });
      const reply = await call("GetInferenceProfile", options, (abortSignal) =>
        client.send(command, { abortSignal }),
      );
      const [profile] = toProfile(reply);
      if (profile === undefined)
        throw new CbrError("not_bedrock", { message: "the answer has no inference profile" });
      return profile;
    },
    async getAvailability(baseId, options) {
      const command = new GetFoundationModelAvailabilityCommand({ modelId: baseId });
      return toAvailability(
        await call("GetFoundationModelAvailability", options, (abortSignal) =>
          client.send(command, { abortSignal }),
        ),
      );
    },
    async listAgreementOffers(baseId, options) {
      const command = new ListFoundationModelAgreementOffersCommand({ modelId: baseId, offerType: "ALL" });
      const reply = await call("ListFoundationModelAgreementOffers", options, (abortSignal) =>
        client.send(command, { abortSignal }),
      );
      return listOf(reply.offers).flatMap(toOffer);
    },
    async createAgreement(baseId, offerToken, options) {
      const command = new CreateFoundationModelAgreementCommand({ modelId: baseId, offerToken });
      await call("CreateFoundationModelAgreement", options, (abortSignal) =>
        client.send(command, { abortSignal }),
      );
    },
    async getUseCaseForm(options) {
      try {
        const reply = await call("GetUseCaseForModelAccess", options, (abortSignal) =>
          client.send(new GetUseCaseForModelAccessCommand({}), { abortSignal }),
        );
        return toForm(reply.formData);
      } catch (error) {
        if (error instanceof CbrError && isNotSubmitted(error)) return null;
        throw error;
      }
    },
    async putUseCaseForm(form: UseCaseForm, options) {
      const formData = new TextEncoder().encode(JSON.stringify(form));
      await call("PutUseCaseForModelAccess", options, (abortSignal) =>
        client.send(new PutUseCaseForModelAccessCommand({ formData }), { abortSignal }),
      );
    },
    async getDataRetention(options) {
      return toDataRetention(
        await call("GetAccountDataRetention", options, (abortSignal) =>
          client.send(new GetAccountDataRetentionCommand({}), { abortSignal }),
        ),
      );
    },
    async putDataRetention(mode, options) {
      // The service says which modes it knows: a newer one than this program's list must pass.
      const command = new PutAccountDataRetentionCommand({ mode: mode as DataRetentionMode });
      return toDataRetention(
        await call("PutAccountDataRetention", options, (abortSignal) =>
          client.send(command, { abortSignal }),
        ),
      );
    },
    async getLogging(options) {
      const reply = await call("GetModelInvocationLoggingConfiguration", options, (abortSignal) =>
        client.send(new GetModelInvocationLoggingConfigurationCommand({}), { abortSignal }),
      );
      return toLogging(reply.loggingConfig);
    },
    async putLogging(config: LoggingConfig, options) {
      const command = new PutModelInvocationLoggingConfigurationCommand({ loggingConfig: config });
      await call("PutModelInvocationLoggingConfiguration", options, (abortSignal) =>
        client.send(command, { abortSignal }),
      );
    },
    async deleteLogging(options) {
      await call("DeleteModelInvocationLoggingConfiguration", options, (abortSignal) =>
        client.send(new DeleteModelInvocationLoggingConfigurationCommand({}), { abortSignal }),
      );
    },
    close() {
      closing.abort(new Error("the control plane was closed"));
      client.destroy();
      session.http.destroy();
    },
  };
}

/** Bedrock sends a list where there is nothing to list, too: an answer without one comes from somebody else. */
function listIn<T>(value: readonly T[] | undefined, of: string): readonly T[] {
  if (Array.isArray(value)) return value;
  throw new CbrError("not_bedrock", { message: `the answer holds no list of ${of}` });
}

/** The SDK checks no types: a service that only looks like AWS's may send anything. */
function listOf<T>(value: readonly T[] | undefined): readonly T[] {
  return Array.isArray(value) ? value : [];
}

function isNotSubmitted(error: CbrError): boolean {
  return error.code === "use_case_form_missing" || error.aws?.name === "ResourceNotFoundException";
}

/** Where the client sends its requests: the configured endpoint, else the one that AWS's rules give. */
async function endpointOf(client: BedrockClient, session: BedrockSession): Promise<string> {
  const configured = session.endpoint("bedrock");
  if (configured !== null) return configured;
  const { config } = client;
  const { url } = config.endpointProvider({
    Region: session.region,
    UseFIPS: await config.useFipsEndpoint(),
    UseDualStack: await config.useDualstackEndpoint(),
  });
  return url.href;
}
