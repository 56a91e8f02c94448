import { Command } from "commander";
import type { Context } from "../../cli/context.ts";
import { regionOf } from "../../cli/region.ts";
import { renderFields } from "../../render/fields.ts";
import { type AccessState, accessState, type Subject, subjectOf } from "./state.ts";

export function showCommand(context: Context): Command {
  return new Command("show")
    .description("show a model's agreement, the use-case form and the data-retention mode")
    .argument("<model>", "alias, base id, inference profile id or ARN")
    .option("--json", "print JSON")
    .action(async (typed: string, _options: unknown, command: Command) => {
      const flags = command.optsWithGlobals<{ json?: boolean }>();
      const settings = await context.settings(flags);
      const subject = subjectOf(typed, settings);
      const control = await context.controlPlane(settings, regionOf(settings, context.report).value);
      try {
        const state = await accessState(control, context, subject);
        const { out } = context.io;
        await out.write(
          flags.json
            ? `${JSON.stringify(accessJson(subject, control.region, state))}\n`
            : renderFields(out, fields(subject, control.region, state)),
        );
      } finally {
        control.close();
      }
    });
}

/** What both `show` and `request` print with `--json`. */
export function accessJson(subject: Subject, region: string, state: AccessState) {
  const { availability, form, retention, offers } = state;
  return {
    model: subject.typed,
    base_id: subject.baseId,
    region,
    agreement: { status: availability.agreement.status, error: availability.agreement.errorMessage },
    authorization: availability.authorization,
    entitlement: availability.entitlement,
    region_availability: availability.region,
    use_case_form: form === null ? null : { submitted: form.value !== null, form: form.value },
    data_retention: retention && {
      mode: retention.mode,
      updated_at: retention.updatedAt,
      required: subject.model?.data_retention ?? null,
    },
    offers: offers?.map(({ id, legalUrl, refundPolicy, duration, rates }) => ({
      id,
      legal_url: legalUrl,
      refund_policy: refundPolicy,
      duration,
      rates,
    })),
  };
}

function fields(subject: Subject, region: string, state: AccessState): [string, string | null][] {
  const { availability, form, retention, offers } = state;
  const required = subject.model?.data_retention ?? null;
  const submitted = form?.value?.["companyName"];
  return [
    ["model", subject.name],
    ["base id", subject.baseId],
    ["region", region],
    ["agreement", availability.agreement.status],
    ["agreement error", availability.agreement.errorMessage],
    ["authorization", availability.authorization],
    ["entitlement", availability.entitlement],
    ["in region", availability.region],
    [
      "use-case form",
      form === null
        ? "not to be seen"
        : form.value === null
          ? "not submitted"
          : `submitted${typeof submitted === "string" ? ` by ${submitted}` : ""}`,
    ],
    [
      "data retention",
      retention && `${retention.mode}${required === null ? "" : ` (the model needs ${required})`}`,
    ],
    ["terms", offers?.[0]?.legalUrl ?? null],
  ];
}
