// What the account has, of what a model asks for.
import type { Context } from "../../cli/context.ts";
import type {
  AgreementOffer,
  Availability,
  CallOptions,
  ControlPlane,
  DataRetention,
  UseCaseForm,
} from "../../core/control-plane.ts";
import { CbrError } from "../../core/errors.ts";
import { CATALOG, type CatalogModel } from "../../models/catalog.ts";
import { closedFamily, lifecycleWarning } from "../../models/lifecycle.ts";
import { parseModelName } from "../../models/names.ts";
import type { Settings } from "../../settings/settings.ts";

export interface Subject {
  typed: string;
  baseId: string;
  /** null: the catalog does not know it. */
  model: CatalogModel | null;
  name: string;
}

/** `null` where the caller may not look; the reason is then a warning. */
export interface AccessState {
  availability: Availability;
  form: { value: UseCaseForm | null } | null;
  retention: DataRetention | null;
  offers: AgreementOffer[] | null;
  /** Why what is null could not be seen: fatal where a change depends on it. */
  unseen: Partial<Record<"retention" | "offers", CbrError>>;
}

/** The model a name stands for. Throws CbrError for one that names none. */
export function subjectOf(typed: string, settings: Settings): Subject {
  const name = parseModelName(typed, settings.aliases);
  if (name.kind === "closed-family") throw closedFamily(name.family);
  const id = name.kind === "alias" ? name.model.base_id : name.baseId;
  if (id === null) {
    throw new CbrError("unknown_model", {
      message: `\`${typed}\` does not say which model it stands for`,
      hint: "name the model itself: access belongs to it, not to a profile",
    });
  }
  const model = CATALOG.models.find((row) => row.base_id === id || row.mantle_id === id) ?? null;
  return { typed, baseId: model?.base_id ?? id, model, name: model?.name ?? id };
}

/** Asks for all of it at once, and warns of a model at its end. Throws where the availability itself is refused. */
export async function accessState(
  control: ControlPlane,
  context: Context,
  { baseId, model }: Subject,
): Promise<AccessState> {
  const life = lifecycleWarning(model, null);
  if (life !== null) context.report.warn(life.code, life.message);
  const options = optionsOf(context);
  const unseen: AccessState["unseen"] = {};
  const orNull = async <T>(
    what: string,
    call: Promise<T>,
    key?: keyof AccessState["unseen"],
  ): Promise<T | null> => {
    try {
      return await call;
    } catch (error) {
      if (!(error instanceof CbrError) || error.aws === null) throw error;
      if (key !== undefined) unseen[key] = error;
      context.report.warn("access_unseen", `${what} cannot be seen: ${error.message}`);
      return null;
    }
  };
  const [availability, form, retention, offers] = await Promise.all([
    control.getAvailability(baseId, options),
    orNull(
      "the use-case form",
      control.getUseCaseForm(options).then((value) => ({ value })),
    ),
    orNull("the data-retention mode", control.getDataRetention(options), "retention"),
    orNull("the agreement's offers", control.listAgreementOffers(baseId, options), "offers"),
  ]);
  return { availability, form, retention, offers, unseen };
}

export function optionsOf(context: Context): CallOptions {
  return { signal: context.signal, onNotice: (notice) => context.report.notice(notice.message) };
}
