// Every failure `cbr` knows by name. docs/reference/errors.md and `cbr explain` are made from this table; its rows stand
// in failures/*-codes.ts, by exit code.

import { ACCESS_CODES, BUSY_CODES } from "./failures/access-codes.ts";
import { ANSWER_CODES } from "./failures/answer-codes.ts";
import { CREDENTIAL_CODES } from "./failures/credential-codes.ts";
import { INPUT_CODES } from "./failures/input-codes.ts";
import { LOCAL_CODES } from "./failures/local-codes.ts";
import { NETWORK_CODES } from "./failures/network-codes.ts";
import { REPLY_CODES } from "./failures/reply-codes.ts";
import { REQUEST_CODES } from "./failures/request-codes.ts";
import type { ErrorCodeRow } from "./failures/row.ts";
import { USAGE_CODES } from "./failures/usage-codes.ts";

export type { ErrorCodeRow };

export const ERROR_CODES = {
  ...USAGE_CODES,
  ...INPUT_CODES,
  ...CREDENTIAL_CODES,
  ...ANSWER_CODES,
  ...NETWORK_CODES,
  ...REPLY_CODES,
  ...LOCAL_CODES,
  ...ACCESS_CODES,
  ...REQUEST_CODES,
  ...BUSY_CODES,
} as const satisfies Record<string, ErrorCodeRow>;

export type ErrorCode = keyof typeof ERROR_CODES;
