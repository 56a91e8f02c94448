import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { BedrockClient, DeleteFoundationModelAgreementCommand } from "@aws-sdk/client-bedrock";
import { describe, expect, test } from "vitest";
import { TEST_CREDENTIALS } from "../../src/mock/credentials.ts";
import { freshHome } from "../support/cbr.ts";
import { errorOf, mocked } from "../support/mocked.ts";

const FORM = {
  companyName: "Example Corp",
  companyWebsite: "https://example.com",
  intendedUsers: "1",
  industryOption: "Software",
  otherIndustryOption: "",
  useCases: "Tests",
};

describe("access show", () => {
  test("the agreement, the form, the retention mode and the offer", async () => {
    const { cbr } = await mocked();
    const { code, stdout } = await cbr(["access", "show", "fable-5.1", "--json"]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      model: "fable-5.1",
      base_id: "anthropic.claude-fable-5-1",
      agreement: { status: "AVAILABLE" },
      use_case_form: { submitted: true },
      data_retention: { mode: "default", required: "aws_review" },
      offers: [{ legal_url: expect.stringContaining("https://") }],
    });
    const human = await cbr(["access", "show", "fable-5.1"]);
    expect(human.stdout).toMatch(/^data retention +default \(the model needs aws_review\)$/m);
  });

  test("a retired model is warned of, once, with its successor", async () => {
    const { cbr } = await mocked();
    for (const verb of ["show", "request"]) {
      const { code, stderr } = await cbr(["access", verb, "haiku-3.5"]);
      expect(code).toBe(0);
      expect(stderr.match(/^warning: Claude 3.5 Haiku reached its end of life .*`haiku-/gm)).toHaveLength(1);
    }
  });

  test("what may not be seen is a warning, not a failure", async () => {
    const { cbr } = await mocked({
      deny: ["bedrock:GetUseCaseForModelAccess", "bedrock:GetAccountDataRetention"],
    });
    const { code, stdout, stderr } = await cbr(["access", "show", "opus-4.6", "--json"]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ use_case_form: null, data_retention: null });
    expect(stderr).toContain("bedrock:GetUseCaseForModelAccess");
  });

  test("an availability that is denied is exit 4", async () => {
    const { cbr } = await mocked({ deny: ["bedrock:GetFoundationModelAvailability"] });
    expect((await cbr(["access", "show", "opus-4.6"])).code).toBe(4);
  });
});

describe("access request", () => {
  test("nothing missing: nothing changed, no yes needed", async () => {
    const { cbr, mock } = await mocked();
    const { code, stderr } = await cbr(["access", "request", "opus-4.6"]);
    expect(code).toBe(0);
    expect(stderr).toContain("nothing is missing");
    expect(mock.requests.every(({ method }) => method === "GET")).toBe(true);
  });

  test("what a change depends on and may not be seen is exit 4, not nothing to do", async () => {
    const { cbr, mock } = await mocked({ deny: ["bedrock:GetAccountDataRetention"] });
    const { code, stdout, stderr } = await cbr(["access", "request", "fable-5.1", "--yes"]);
    expect(stderr).not.toContain("nothing is missing");
    expect(stderr).toContain("ask the account admin for `bedrock:GetAccountDataRetention`");
    expect([code, stdout]).toEqual([4, ""]);
    expect(mock.requests.every(({ method }) => method === "GET")).toBe(true);
  });

  test("a change is shown, and made only with a yes", async () => {
    const { cbr, mock } = await mocked();
    const shown = await cbr(["access", "request", "fable-5.1", "--error-format", "json"]);
    expect(shown.code).toBe(2);
    expect(shown.stderr).toContain("default -> aws_review");
    expect(errorOf(shown.stderr).code).toBe("confirmation_required");
    expect(mock.requests.every(({ method }) => method === "GET")).toBe(true);

    const made = await cbr(["access", "request", "fable-5.1", "--yes", "--json"]);
    expect(made.code).toBe(0);
    expect(JSON.parse(made.stdout)).toMatchObject({ data_retention: { mode: "aws_review" } });
    expect((await cbr(["models", "check", "fable-5.1"])).code).toBe(0);
  });

  test("a missing agreement is made and waited for", async () => {
    const { cbr, mock } = await mocked();
    const { accessKeyId, secretAccessKey } = TEST_CREDENTIALS;
    const admin = new BedrockClient({
      region: "us-east-1",
      endpoint: mock.url,
      credentials: { accessKeyId, secretAccessKey },
    });
    await admin.send(new DeleteFoundationModelAgreementCommand({ modelId: "anthropic.claude-opus-4-8" }));
    admin.destroy();
    const check = await cbr(["models", "check", "opus-4.8", "--json"]);
    expect(JSON.parse(check.stdout).reasons[0]).toMatchObject({
      code: "model_access_denied",
      fix: "cbr access request opus-4.8",
    });
    const { code, stdout, stderr } = await cbr(["access", "request", "opus-4.8", "--yes"]);
    expect(code).toBe(0);
    expect(stderr).toContain("NOT_AVAILABLE -> AVAILABLE");
    expect(stdout).toBe("Claude Opus 4.8: agreement AVAILABLE\n");
    expect((await cbr(["models", "check", "opus-4.8"])).code).toBe(0);
  });

  test("a form from a file is submitted", async () => {
    const { cbr } = await mocked();
    const home = freshHome();
    writeFileSync(join(home, "form.json"), JSON.stringify({ ...FORM, companyName: "Other Corp" }));
    const { code, stdout } = await cbr(
      ["access", "request", "opus-4.6", "--form", "form.json", "--yes", "--json"],
      { home },
    );
    expect(code).toBe(0);
    expect(JSON.parse(stdout).use_case_form.form.companyName).toBe("Other Corp");
  });

  test.each([
    ["a file that is not there", null],
    ["a file that is no JSON", "{"],
    ["a form with a wrong answer", JSON.stringify({ ...FORM, intendedUsers: "9" })],
  ])("%s is exit 3, and nothing is sent", async (_, text) => {
    const { cbr, mock } = await mocked();
    const home = freshHome();
    if (text !== null) writeFileSync(join(home, "form.json"), text);
    const { code } = await cbr(["access", "request", "opus-4.6", "--form", "form.json", "--yes"], { home });
    expect(code).toBe(3);
    expect(mock.requests).toEqual([]);
  });

  test("a family that is closed, and a name that means nothing, are exit 2", async () => {
    const { cbr } = await mocked();
    for (const name of ["mythos", "opus-9"]) expect((await cbr(["access", "show", name])).code).toBe(2);
  });
});
