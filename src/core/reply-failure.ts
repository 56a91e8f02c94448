/** An error that the service sent as part of an answer, not as an HTTP status: an `error` event, or a 200 that is none. */
export class ReplyFailure extends Error {
  /** The service's own word: `overloaded_error`, `UnknownOperationException`. */
  readonly errorType: string;
  readonly requestId: string | null;

  constructor(errorType: string, message: string, requestId: string | null = null) {
    super(message);
    this.name = "ReplyFailure";
    this.errorType = errorType;
    this.requestId = requestId;
  }
}
