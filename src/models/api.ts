// Which of Bedrock's APIs carries a request, and why.
import { APIS, type Api } from "../core/claude.ts";
import { CbrError } from "../core/errors.ts";
import type { CatalogModel } from "./catalog.ts";
import type { ModelName } from "./names.ts";

export interface ApiChoice {
  api: Api;
  /** For `-v`. */
  reason: string;
}

/**
 * The API asked for; else `invoke` where the model allows; else the first that serves the model.
 * Throws `api_not_supported` when the one asked for does not serve it, unless `isChecked` is false.
 */
export function chooseApi(asked: Api | null, name: ModelName, isChecked: boolean): ApiChoice {
  const model = "model" in name ? name.model : null;
  if (asked !== null) {
    if (isChecked) refuseUnserved(asked, name, model);
    return { api: asked, reason: `\`${asked}\` was asked for` };
  }
  if (model === null || model.apis.invoke !== false) {
    return { api: "invoke", reason: "`invoke` is the default: it takes everything that Claude can do" };
  }
  const api = apisOf(model)[0];
  if (api === undefined) return { api: "invoke", reason: "no API is known to serve the model" };
  return { api, reason: `\`${api}\` is the only API that serves ${model.name}` };
}

/** The APIs that serve a model or may do. */
export function apisOf(model: CatalogModel): Api[] {
  return APIS.filter((api) => model.apis[api] !== false);
}

function refuseUnserved(asked: Api, name: ModelName, model: CatalogModel | null): void {
  if (asked === "mantle" && (name.kind === "profile" || name.kind === "arn")) {
    throw new CbrError("api_not_supported", {
      message: `the API \`mantle\` takes bare model ids only, no ${name.kind === "arn" ? "ARNs" : "inference profiles"}`,
      hint: model === null ? "use `--api invoke`" : `use \`-m ${model.alias}\`, or \`--api invoke\``,
    });
  }
  if (model === null || model.apis[asked] !== false) return;
  const others = apisOf(model).map((api) => `\`--api ${api}\``);
  throw new CbrError("api_not_supported", {
    message: `${model.name} is not served by the API \`${asked}\``,
    hint: others.length > 0 ? `use ${others.join(" or ")}` : null,
  });
}
