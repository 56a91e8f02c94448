import { type Fields, isFields, type RuleContext, refuse, refuseExtraKeys } from "./violation.ts";

const MOST = 4;

/** At most four breakpoints, the longer-lived first, in the order tools, system, messages. */
export function checkCacheControl(body: Fields, context: RuleContext): void {
  const found: { path: string; ttl: string }[] = [];
  const look = (block: unknown, path: string) => {
    if (!isFields(block)) return;
    const control = block["cache_control"];
    if (control !== undefined && control !== null) {
      checkControl(control, `${path}.cache_control`, context);
      if (block["type"] === "text" && block["text"] === "") {
        refuse(`${path}.text: cache_control cannot be set for empty text blocks`);
      }
      if (block["type"] === "thinking" || block["type"] === "redacted_thinking") {
        refuse(`${path}.${block["type"]}.cache_control: Extra inputs are not permitted`);
      }
      found.push({ path, ttl: String((control as Fields)["ttl"] ?? "5m") });
    }
    if (block["type"] === "tool_result" && Array.isArray(block["content"])) {
      for (const [index, inner] of block["content"].entries()) look(inner, `${path}.content.${index}`);
    }
  };
  const lookAll = (blocks: unknown, path: string) => {
    if (Array.isArray(blocks)) for (const [index, block] of blocks.entries()) look(block, `${path}.${index}`);
  };
  lookAll(body["tools"], "tools");
  lookAll(body["system"], "system");
  for (const [index, message] of ((body["messages"] ?? []) as Fields[]).entries()) {
    lookAll(message["content"], `messages.${index}.content`);
  }
  if (found.length > MOST) {
    refuse(`A maximum of ${MOST} blocks with cache_control may be provided. Found ${found.length}.`);
  }
  let sawShort = false;
  for (const { path, ttl } of found) {
    if (ttl === "1h" && sawShort) {
      refuse(
        `${path}.cache_control.ttl: a ttl='1h' cache_control block must not come after a ttl='5m' cache_control block. Note that blocks are processed in the following order: \`tools\`, \`system\`, \`messages\`.`,
      );
    }
    if (ttl === "5m") sawShort = true;
  }
}

function checkControl(control: unknown, path: string, context: RuleContext): void {
  if (!isFields(control)) refuse(`${path}: Input should be an object`);
  if (control["type"] !== "ephemeral") {
    refuse(
      `${path}: Input tag '${String(control["type"])}' found using 'type' does not match any of the expected tags: 'ephemeral'`,
    );
  }
  refuseExtraKeys(control, ["type", "ttl"], `${path}.ephemeral`);
  const ttl = control["ttl"];
  if (ttl === undefined) return;
  if (ttl !== "5m" && ttl !== "1h") refuse(`${path}.ephemeral.ttl: Input should be '5m' or '1h'`);
  const known = context.model.cache.ttls;
  if (known.length > 0 && !known.includes(ttl))
    refuse(`${path}.ephemeral.ttl: Extra inputs are not permitted`);
}
