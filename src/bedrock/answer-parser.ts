// Answers of HTTP/1.1 out of bytes, by llhttp as the runtime binds it: the parser under Node's own `http`, for sockets that
// are not Node's.

export interface AnswerHead {
  status: number;
  /** By lower-case name. */
  headers: Record<string, string>;
  /** May the connection serve another request? */
  keepsAlive: boolean;
}

export interface AnswerEvents {
  onBegin(): void;
  /** Not of informational answers, after which the real one comes. */
  onHead(head: AnswerHead): void;
  onUpgrade(): void;
  onBody(bytes: Buffer): void;
  onEnd(): void;
}

/** llhttp as Node binds it (lib/_http_common.js); Bun does it the same way. */
interface Parser {
  [callback: number]: (...args: never[]) => unknown;
  initialize(type: number, resource: object): void;
  /** Bytes read, or what is wrong with them. */
  execute(bytes: Uint8Array): number | Error;
  /** Called at the end of the connection: undefined, or why the answer cannot end there. */
  finish(): Error | undefined;
}

interface ParserClass {
  new (): Parser;
  readonly RESPONSE: number;
  readonly kOnMessageBegin: number;
  readonly kOnHeaders: number;
  readonly kOnHeadersComplete: number;
  readonly kOnBody: number;
  readonly kOnMessageComplete: number;
}

export class AnswerParser {
  #parser: Parser;

  constructor(events: AnswerEvents) {
    // biome-ignore lint/style/noRestrictedGlobals: there is no other name for it
    const { binding } = process as unknown as { binding(name: string): { HTTPParser: ParserClass } };
    const { HTTPParser } = binding("http_parser");
    const parser = new HTTPParser();
    parser.initialize(HTTPParser.RESPONSE, {});
    // Names and values in turn, where they come before the head is complete.
    let fields: string[] = [];
    let isInformational = false;
    parser[HTTPParser.kOnMessageBegin] = () => events.onBegin();
    parser[HTTPParser.kOnHeaders] = (more: string[]) => void fields.push(...more);
    parser[HTTPParser.kOnHeadersComplete] = (
      _major: number,
      _minor: number,
      last: string[] | undefined,
      _method: unknown,
      _url: unknown,
      status: number,
      _message: string,
      isUpgrade: boolean,
      keepsAlive: boolean,
    ): number => {
      const headers = headersOf([...fields, ...(last ?? [])]);
      fields = [];
      isInformational = status < 200 && status !== 101;
      // What is returned says what follows: 0 the body, 1 none, 2 another protocol.
      if (isInformational) return 1;
      if (isUpgrade) {
        events.onUpgrade();
        return 2;
      }
      events.onHead({ status, headers, keepsAlive });
      return 0;
    };
    parser[HTTPParser.kOnBody] = (bytes: Buffer) => events.onBody(bytes);
    parser[HTTPParser.kOnMessageComplete] = () => {
      if (!isInformational) events.onEnd();
    };
    this.#parser = parser;
  }

  /** What is wrong with `bytes`; null for nothing. */
  read(bytes: Uint8Array): Error | null {
    const outcome = this.#parser.execute(bytes);
    return typeof outcome === "number" ? null : outcome;
  }

  /** The connection has ended, and with it an answer that has no other end. */
  end(): void {
    this.#parser.finish();
  }
}

/** As Node's: of some headers the first counts, others are a list. */
function headersOf(fields: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const name = (fields[at] as string).toLowerCase();
    const value = fields[at + 1] as string;
    const before = headers[name];
    if (before === undefined) headers[name] = value;
    else if (!/^(?:content-(?:length|type)|retry-after|location|server)$/.test(name))
      headers[name] = `${before}, ${value}`;
  }
  return headers;
}
