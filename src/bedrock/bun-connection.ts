// One HTTP/1.1 connection on Bun's sockets; requests go over it one after another.
import { type AnswerHead, AnswerParser } from "./answer-parser.ts";
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
  #parser: AnswerParser;
  #exchange: Exchange | null = null;
  #unsent: Uint8Array[] = [];
  #isOpen = true;
  #keepsAlive = false;
  /** Until when the service keeps the connection, by its own word. */
  #usableUntil = Number.POSITIVE_INFINITY;

  private constructor(socket: BunSocket) {
    this.#socket = socket;
    this.#parser = new AnswerParser({
      // What follows an answer in the same bytes would be taken for the next one's beginning.
      onBegin: () => {
        if (this.#exchange === null) this.destroy();
      },
      onHead: (head) => this.#answered(head),
      // A change of protocol that nobody asked for.
      onUpgrade: () => this.#break(reset("socket hang up")),
      onBody: (bytes) => this.#exchange?.body?.push(bytes),
      onEnd: () => this.#completed(),
    });
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
    const error = this.#exchange === null ? new Error("unasked") : this.#parser.read(bytes);
    if (error !== null) this.#break(error);
  }

  /** The other side has closed: an answer without a length ends here, any other is cut. */
  #ended(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    if (this.#exchange?.body) this.#parser.end();
    this.#break(reset(this.#exchange?.body ? "aborted" : "socket hang up"));
  }

  #break(error: Error): void {
    const exchange = this.#exchange;
    this.#exchange = null;
    this.destroy();
    if (exchange?.body) exchange.body.conclude(error);
    else exchange?.fail(error);
  }

  #answered({ status, headers, keepsAlive }: AnswerHead): void {
    const exchange = this.#exchange;
    if (exchange === null) return;
    this.#keepsAlive = keepsAlive;
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
    exchange.answer({ statusCode: status, headers, body });
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
