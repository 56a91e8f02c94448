// One HTTP/1.1 connection on Bun's sockets; requests go over it one after another.
import { type Arrivals, arrivals, LAST_BYTES_MS } from "./arrivals.ts";
import type { DirectAnswer } from "./direct-http.ts";
import { aborted, KEEP_ALIVE_MS, reset } from "./http-parts.ts";
import type { Trust } from "./trust.ts";

export interface Target {
  /** A name or an address, that of IPv6 without brackets. */
  host: string;
  port: number;
  isTls: boolean;
}

/** What is used of Bun's sockets (https://bun.sh/reference/bun/Socket). */
interface BunSocket {
  /** How many bytes it took; the others are to be offered again after `drain`. Negative when closed. */
  write(bytes: Uint8Array): number;
  pause(): void;
  resume(): void;
  ref(): void;
  unref(): void;
  /** As Node's `destroy`: nothing more is sent, and the other side sees an end, not a reset. */
  close(): void;
  setNoDelay(isOn: boolean): void;
  setKeepAlive(isOn: boolean, delay: number): void;
}

interface SocketHandler {
  open(socket: BunSocket): void;
  handshake?(socket: BunSocket, isTrusted: boolean, error: Error | null): void;
  data(socket: BunSocket, bytes: Buffer): void;
  drain(): void;
  end(): void;
  close(): void;
  error(): void;
  connectError(): void;
}

declare const Bun: {
  dns: { lookup(host: string, options: { backend: "libc" }): Promise<{ address: string }[]> };
  connect(options: {
    hostname: string;
    port: number;
    tls?: { serverName: string; ca?: string[]; rejectUnauthorized?: boolean };
    socket: SocketHandler;
  }): Promise<unknown>;
};

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

/** A request under way. */
interface Exchange {
  answer: (answer: DirectAnswer) => void;
  fail: (error: Error) => void;
  /** Null until the head of the answer is there. */
  body: Pick<Arrivals, "push" | "conclude"> | null;
  onKeep: () => void;
}

/** Reads what nobody wants any more. */
const NOBODY: Pick<Arrivals, "push" | "conclude"> = { push() {}, conclude() {} };

export class BunConnection {
  #socket: BunSocket;
  #parser: Parser;
  #exchange: Exchange | null = null;
  #unsent: Uint8Array[] = [];
  #isOpen = true;
  /** Names and values in turn, where they come before the head is complete. */
  #fields: string[] = [];
  #keepsAlive = false;
  /** Until when the service keeps the connection, by its own word. */
  #usableUntil = Number.POSITIVE_INFINITY;

  private constructor(socket: BunSocket) {
    this.#socket = socket;
    this.#parser = this.#newParser();
    socket.setNoDelay(true);
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
  }

  /** Resolves with null where no connection, or over TLS none that is trusted, can be made. Never rejects. */
  static async open(target: Target, trust: Trust): Promise<BunConnection | null> {
    for (const address of await addressesOf(target.host)) {
      const connection = await BunConnection.#openAt(address, target, trust);
      if (connection !== null) return connection;
    }
    return null;
  }

  static #openAt(
    hostname: string,
    { host, port, isTls }: Target,
    trust: Trust,
  ): Promise<BunConnection | null> {
    return new Promise((resolve) => {
      let connection: BunConnection | null = null;
      const ready = (socket: BunSocket) => {
        connection = new BunConnection(socket);
        resolve(connection);
      };
      const ended = () => {
        if (connection === null) resolve(null);
        else connection.#ended();
      };
      const socket: SocketHandler = {
        open: (opened) => {
          if (!isTls) ready(opened);
        },
        data(_, bytes) {
          if (connection !== null) connection.#read(bytes);
        },
        drain() {
          if (connection !== null) connection.#flush();
        },
        end: ended,
        close: ended,
        error: ended,
        connectError: ended,
      };
      if (isTls) {
        socket.handshake = (opened, isTrusted, error) => {
          if ((isTrusted && error === null) || trust.rejectUnauthorized === false) return ready(opened);
          opened.close();
          ended();
        };
      }
      const tls = isTls ? { serverName: host, ...trust } : undefined;
      Bun.connect({ hostname, port, ...(tls && { tls }), socket }).catch(ended);
    });
  }

  isUsable(): boolean {
    return this.#isOpen && this.#exchange === null && Date.now() < this.#usableUntil;
  }

  ref(): void {
    this.#socket.ref();
  }

  unref(): void {
    this.#socket.unref();
  }

  destroy(): void {
    this.#isOpen = false;
    this.#socket.close();
  }

  /** Sends a request; resolves with the answer's head. `onKeep` is called when the connection is free for the next one. */
  exchange(
    head: string,
    body: Buffer,
    signal: AbortSignal | undefined,
    onKeep: () => void,
  ): Promise<DirectAnswer> {
    return new Promise((resolve, reject) => {
      const exchange: Exchange = { answer: resolve, fail: reject, body: null, onKeep };
      this.#exchange = exchange;
      signal?.addEventListener(
        "abort",
        () => {
          if (this.#exchange === exchange) this.#break(aborted(signal));
        },
        { once: true },
      );
      this.#unsent = [Buffer.from(head, "latin1"), body];
      this.#flush();
    });
  }

  #flush(): void {
    while (this.#unsent.length > 0 && this.#isOpen) {
      const bytes = this.#unsent[0] as Uint8Array;
      const taken = this.#socket.write(bytes);
      if (taken < bytes.length) {
        if (taken < 0) this.#refused();
        else this.#unsent[0] = bytes.subarray(taken);
        return;
      }
      this.#unsent.shift();
    }
  }

  /** The other side takes nothing any more: it may have said why, but not every system tells that it has closed. */
  #refused(): void {
    const exchange = this.#exchange;
    setTimeout(() => {
      if (this.#exchange === exchange) this.#ended();
    }, LAST_BYTES_MS);
  }

  #read(bytes: Buffer): void {
    // What comes unasked, or after the end of an answer, belongs to nobody.
    const outcome = this.#exchange === null ? new Error("unasked") : this.#parser.execute(bytes);
    if (typeof outcome !== "number") this.#break(outcome);
  }

  /** The other side has closed: an answer without a length ends here, any other is cut. */
  #ended(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    if (this.#exchange?.body) this.#parser.finish();
    this.#break(reset(this.#exchange?.body ? "aborted" : "socket hang up"));
  }

  #break(error: Error): void {
    const exchange = this.#exchange;
    this.#exchange = null;
    this.destroy();
    if (exchange?.body) exchange.body.conclude(error);
    else exchange?.fail(error);
  }

  #newParser(): Parser {
    const HTTPParser = parserClass();
    const parser = new HTTPParser();
    parser.initialize(HTTPParser.RESPONSE, {});
    // What follows an answer in the same bytes would be taken for the next one's beginning.
    parser[HTTPParser.kOnMessageBegin] = () => {
      if (this.#exchange === null) this.destroy();
    };
    parser[HTTPParser.kOnHeaders] = (fields: string[]) => void this.#fields.push(...fields);
    parser[HTTPParser.kOnHeadersComplete] = (
      _major: number,
      _minor: number,
      fields: string[] | undefined,
      _method: unknown,
      _url: unknown,
      status: number,
      _message: string,
      isUpgrade: boolean,
      keepsAlive: boolean,
    ): number => {
      const all = [...this.#fields, ...(fields ?? [])];
      this.#fields = [];
      // The real answer comes after `100 Continue` and its like; the number says that they have no body.
      if (status < 200 && status !== 101) return 1;
      if (isUpgrade) {
        this.#break(reset("socket hang up"));
        return 2;
      }
      this.#keepsAlive = keepsAlive;
      this.#answered(status, headersOf(all));
      return 0;
    };
    parser[HTTPParser.kOnBody] = (bytes: Buffer) => this.#exchange?.body?.push(bytes);
    parser[HTTPParser.kOnMessageComplete] = () => this.#completed();
    return parser;
  }

  #answered(statusCode: number, headers: Record<string, string>): void {
    const exchange = this.#exchange;
    if (exchange === null) return;
    // A service that says when it will close is asked nothing in the second before.
    const seconds = /timeout=(\d+)/.exec(headers["keep-alive"] ?? "")?.[1];
    this.#usableUntil =
      seconds === undefined ? Number.POSITIVE_INFINITY : Date.now() + Number(seconds) * 1000 - 1000;
    const body = arrivals({
      pause: () => this.#isOpen && this.#socket.pause(),
      resume: () => this.#isOpen && this.#socket.resume(),
      letGo: () => this.#letGo(exchange),
    });
    exchange.body = body;
    exchange.answer({ statusCode, headers, body });
  }

  #completed(): void {
    const exchange = this.#exchange;
    if (exchange?.body == null) return;
    this.#exchange = null;
    exchange.body.conclude(null);
    if (this.#keepsAlive && this.#isOpen && this.#unsent.length === 0) exchange.onKeep();
    else this.destroy();
  }

  /** Left early, an answer may be about to end: then its connection can serve the next request. It holds nobody up. */
  #letGo(exchange: Exchange): void {
    if (this.#exchange !== exchange || !this.#isOpen) return;
    exchange.body = NOBODY;
    this.#socket.resume();
    this.#socket.unref();
    const timer = setTimeout(() => {
      if (this.#exchange === exchange) this.destroy();
    }, LAST_BYTES_MS);
    timer.unref();
  }
}

/** Bun takes every name of this machine for both of its loopback addresses, whatever the system's resolver says. */
async function addressesOf(host: string): Promise<string[]> {
  if (!/(?:^|\.)localhost\.?$/i.test(host)) return [host];
  try {
    return (await Bun.dns.lookup(host, { backend: "libc" })).map(({ address }) => address);
  } catch {
    return [];
  }
}

function parserClass(): ParserClass {
  // biome-ignore lint/style/noRestrictedGlobals: there is no other name for it
  const { binding } = process as unknown as { binding(name: string): { HTTPParser: ParserClass } };
  return binding("http_parser").HTTPParser;
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
