// AWS's own clients against the mock's control plane and STS.
import {
  BedrockClient,
  CreateFoundationModelAgreementCommand,
  DeleteFoundationModelAgreementCommand,
  DeleteModelInvocationLoggingConfigurationCommand,
  GetAccountDataRetentionCommand,
  GetFoundationModelAvailabilityCommand,
  GetFoundationModelCommand,
  GetInferenceProfileCommand,
  GetModelInvocationLoggingConfigurationCommand,
  GetUseCaseForModelAccessCommand,
  ListFoundationModelAgreementOffersCommand,
  ListFoundationModelsCommand,
  ListInferenceProfilesCommand,
  PutAccountDataRetentionCommand,
  PutModelInvocationLoggingConfigurationCommand,
  PutUseCaseForModelAccessCommand,
  paginateListInferenceProfiles,
} from "@aws-sdk/client-bedrock";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { describe, expect, onTestFinished, test } from "vitest";
import { TEST_CREDENTIALS } from "../../src/mock/credentials.ts";
import { type MockOptions, startMock } from "../../src/mock/server.ts";

const OPUS = "anthropic.claude-opus-4-6-v1";
const OWN = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc123mock";

async function clients(options: MockOptions = {}, region = "us-east-1") {
  const mock = await startMock(options);
  const { accessKeyId, secretAccessKey } = TEST_CREDENTIALS;
  const config = {
    region,
    endpoint: mock.url,
    maxAttempts: 1,
    credentials: { accessKeyId, secretAccessKey },
  };
  const bedrock = new BedrockClient(config);
  const sts = new STSClient(config);
  onTestFinished(async () => {
    bedrock.destroy();
    sts.destroy();
    await mock.close();
  });
  return { bedrock, sts };
}

describe("lists", () => {
  test("models of Anthropic are listed with their life and how they are called", async () => {
    const { bedrock } = await clients();
    const { modelSummaries } = await bedrock.send(
      new ListFoundationModelsCommand({ byProvider: "anthropic" }),
    );
    const opus = modelSummaries?.find((model) => model.modelId === OPUS);
    expect(opus).toMatchObject({
      modelArn: `arn:aws:bedrock:us-east-1::foundation-model/${OPUS}`,
      modelName: "Claude Opus 4.6",
      providerName: "Anthropic",
      inferenceTypesSupported: ["INFERENCE_PROFILE"],
      modelLifecycle: { status: "ACTIVE" },
    });
    expect(opus?.modelLifecycle?.startOfLifeTime).toBeInstanceOf(Date);
    expect(modelSummaries?.map((model) => model.modelId)).not.toContain(
      "anthropic.claude-3-7-sonnet-20250219-v1:0",
    );
  });

  test("filters leave out what they should, and nonsense in one is a validation error", async () => {
    const { bedrock } = await clients({}, "eu-west-2");
    const other = await bedrock.send(new ListFoundationModelsCommand({ byProvider: "meta" }));
    expect(other.modelSummaries).toEqual([]);
    const onDemand = await bedrock.send(new ListFoundationModelsCommand({ byInferenceType: "ON_DEMAND" }));
    expect(onDemand.modelSummaries?.map((model) => model.modelId)).toContain(OPUS);
    expect(onDemand.modelSummaries?.length).toBeLessThan(8);
    await expect(
      bedrock.send(new ListFoundationModelsCommand({ byOutputModality: "SMELL" as never })),
    ).rejects.toMatchObject({ name: "ValidationException" });
  });

  test("profiles come in pages that together hold each one once", async () => {
    const { bedrock } = await clients();
    const ids: (string | undefined)[] = [];
    let pages = 0;
    for await (const page of paginateListInferenceProfiles({ client: bedrock, pageSize: 7 }, {})) {
      expect(page.inferenceProfileSummaries?.length).toBeLessThanOrEqual(7);
      ids.push(...(page.inferenceProfileSummaries ?? []).map((profile) => profile.inferenceProfileId));
      pages++;
    }
    expect(pages).toBeGreaterThan(2);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toContain(`us.${OPUS}`);
    expect(ids).not.toContain(`eu.${OPUS}`);
    expect(ids).not.toContain("abc123mock");
  });

  test("application profiles are listed by their type, and found by ARN", async () => {
    const { bedrock } = await clients();
    const list = await bedrock.send(new ListInferenceProfilesCommand({ typeEquals: "APPLICATION" }));
    expect(list.inferenceProfileSummaries?.map((profile) => profile.inferenceProfileArn)).toEqual([OWN]);
    const own = await bedrock.send(new GetInferenceProfileCommand({ inferenceProfileIdentifier: OWN }));
    expect(own.models?.[0]?.modelArn).toContain(OPUS);
    const system = await bedrock.send(
      new GetInferenceProfileCommand({ inferenceProfileIdentifier: `us.${OPUS}` }),
    );
    expect(system.models?.map((model) => model.modelArn?.split(":")[3])).toContain("us-west-2");
  });

  test.each([
    [new GetFoundationModelCommand({ modelIdentifier: "anthropic.claude-opus-9" })],
    [new GetInferenceProfileCommand({ inferenceProfileIdentifier: "us.anthropic.claude-opus-9" })],
    [
      new GetInferenceProfileCommand({
        inferenceProfileIdentifier: OWN.replace("123456789012", "999999999999"),
      }),
    ],
    [new GetFoundationModelAvailabilityCommand({ modelId: "anthropic.claude-opus-9" })],
  ])("what does not exist is not found (%#)", async (command) => {
    const { bedrock } = await clients();
    await expect(bedrock.send(command as never)).rejects.toMatchObject({
      name: "ResourceNotFoundException",
      $metadata: { httpStatusCode: 404 },
    });
  });
});

describe("what the account decides", () => {
  test("an agreement can be deleted and made again, pending in between", async () => {
    const { bedrock } = await clients();
    const status = async () => {
      const reply = await bedrock.send(new GetFoundationModelAvailabilityCommand({ modelId: OPUS }));
      return reply.agreementAvailability?.status;
    };
    expect(await status()).toBe("AVAILABLE");
    await bedrock.send(new DeleteFoundationModelAgreementCommand({ modelId: OPUS }));
    expect(await status()).toBe("NOT_AVAILABLE");
    const { offers } = await bedrock.send(new ListFoundationModelAgreementOffersCommand({ modelId: OPUS }));
    const offerToken = offers?.[0]?.offerToken ?? "";
    await expect(
      bedrock.send(new CreateFoundationModelAgreementCommand({ modelId: OPUS, offerToken: "other" })),
    ).rejects.toMatchObject({ name: "ValidationException" });
    await bedrock.send(new CreateFoundationModelAgreementCommand({ modelId: OPUS, offerToken }));
    expect([await status(), await status()]).toEqual(["PENDING", "AVAILABLE"]);
    await expect(
      bedrock.send(new CreateFoundationModelAgreementCommand({ modelId: OPUS, offerToken })),
    ).rejects.toMatchObject({ name: "ConflictException" });
  });

  test("the form comes back byte for byte, and one without its fields is refused", async () => {
    const { bedrock } = await clients();
    const form = {
      companyName: "Ümlaut",
      companyWebsite: "w",
      intendedUsers: "2",
      industryOption: "i",
      useCases: "u",
    };
    const formData = new TextEncoder().encode(JSON.stringify(form));
    await bedrock.send(new PutUseCaseForModelAccessCommand({ formData }));
    const reply = await bedrock.send(new GetUseCaseForModelAccessCommand({}));
    expect(reply.formData).toEqual(formData);
    const half = new TextEncoder().encode(JSON.stringify({ companyName: "Half" }));
    await expect(bedrock.send(new PutUseCaseForModelAccessCommand({ formData: half }))).rejects.toMatchObject(
      {
        name: "ValidationException",
      },
    );
  });

  test("the data-retention mode is kept with its time", async () => {
    const { bedrock } = await clients();
    expect((await bedrock.send(new GetAccountDataRetentionCommand({}))).mode).toBe("default");
    await bedrock.send(new PutAccountDataRetentionCommand({ mode: "aws_review" }));
    const reply = await bedrock.send(new GetAccountDataRetentionCommand({}));
    expect(reply.mode).toBe("aws_review");
    expect(reply.updatedAt).toBeInstanceOf(Date);
    await expect(
      bedrock.send(new PutAccountDataRetentionCommand({ mode: "forever" as never })),
    ).rejects.toMatchObject({ name: "ValidationException" });
  });

  test("logging is off, then on, then off", async () => {
    const { bedrock } = await clients();
    const get = () => bedrock.send(new GetModelInvocationLoggingConfigurationCommand({}));
    expect((await get()).loggingConfig).toBeUndefined();
    const loggingConfig = {
      s3Config: { bucketName: "my-bucket", keyPrefix: "p" },
      imageDataDeliveryEnabled: false,
    };
    await bedrock.send(new PutModelInvocationLoggingConfigurationCommand({ loggingConfig }));
    expect((await get()).loggingConfig).toMatchObject({ ...loggingConfig, textDataDeliveryEnabled: true });
    await bedrock.send(new DeleteModelInvocationLoggingConfigurationCommand({}));
    expect((await get()).loggingConfig).toBeUndefined();
  });
});

test.each([
  ["bedrock:ListFoundationModels", new ListFoundationModelsCommand({})],
  ["bedrock:GetModelInvocationLoggingConfiguration", new GetModelInvocationLoggingConfigurationCommand({})],
  ["bedrock:GetAccountDataRetention", new GetAccountDataRetentionCommand({})],
])("%s can be denied", async (action, command) => {
  const { bedrock } = await clients({ deny: [action] });
  await expect(bedrock.send(command as never)).rejects.toMatchObject({
    name: "AccessDeniedException",
    message: expect.stringContaining(action),
  });
});

describe("STS", () => {
  test("says who the caller is", async () => {
    const { sts } = await clients();
    expect(await sts.send(new GetCallerIdentityCommand({}))).toMatchObject({
      Account: "123456789012",
      Arn: TEST_CREDENTIALS.arn,
      UserId: TEST_CREDENTIALS.userId,
    });
  });

  test("denies as IAM does", async () => {
    const { sts } = await clients({ deny: ["sts:GetCallerIdentity"] });
    await expect(sts.send(new GetCallerIdentityCommand({}))).rejects.toMatchObject({
      message: expect.stringContaining("sts:GetCallerIdentity"),
    });
  });
});
