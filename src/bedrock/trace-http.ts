// What goes over the wire, for `--debug`: lines and headers of requests and answers. Never a body: prompts and answers are
// the user's own, and a debug log gets passed on.
import type { HttpRequest } from "@smithy/types";
import type { HttpWay } from "./http.ts";

/** `way`, but each exchange is told to `print`, in curl's manner, without what is secret by its header's name. */
export function traced(way: HttpWay, print: (text: string) => void, elapsed: () => number): HttpWay {
  let count = 0;
  const told = async <T>(
    request: HttpRequest,
    work: () => Promise<T>,
    answerOf: (done: T) => { statusCode: number; headers: Record<string, string> },
  ): Promise<T> => {
    const begun = elapsed();
    const number = ++count;
    const took = () => `${Math.round(elapsed() - begun)} ms`;
    const { method, protocol, hostname, port, path } = request;
    print(
      lines(
        `request ${number}`,
        ">",
        `${method} ${protocol}//${hostname}${port ? `:${port}` : ""}${path}`,
        request.headers,
      ),
    );
    try {
      const done = await work();
      const { statusCode, headers } = answerOf(done);
      print(lines(`answer ${number} after ${took()}`, "<", `HTTP ${statusCode}`, headers));
      return done;
    } catch (error) {
      const { code, name, message } = error as NodeJS.ErrnoException;
      print(`request ${number} failed after ${took()}: ${code ?? name}: ${message}`);
      throw error;
    }
  };
  return {
    ...way,
    handle: (request, options) =>
      told(
        request,
        () => way.handle(request, options),
        ({ response }) => response,
      ),
    send: (request, signal) =>
      told(
        request,
        () => way.send(request, signal),
        (answer) => answer,
      ),
  };
}

function lines(
  title: string,
  mark: string,
  first: string,
  headers: Readonly<Record<string, string>>,
): string {
  const named = Object.entries(headers).map(([name, value]) => `${name}: ${shown(name, value)}`);
  return [title, ...[first, ...named].map((line) => `${mark} ${line}`)].join("\n");
}

/** Tokens of SSO, of containers and of instances look like nothing in particular: only their names tell. */
function shown(name: string, value: string): string {
  const isSecret =
    /token|secret|cookie|credential|password|api-?key|dpop/i.test(name) ||
    (/^(?:proxy-)?authorization$/i.test(name) && !value.startsWith("AWS4-"));
  return isSecret ? "[redacted]" : value;
}
