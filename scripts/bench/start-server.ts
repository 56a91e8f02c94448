// Starts server.ts in a process of its own, so that what is measured does not wait for it.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { join } from "node:path";

export interface Server {
  process: ChildProcess;
  port: number;
  url: string;
}

/** Paths of PEM files. */
export interface Identity {
  key: string;
  cert: string;
}

/** Resolves once it listens on 127.0.0.1; with an identity it speaks TLS. */
export async function startServer(identity?: Identity): Promise<Server> {
  const path = join(import.meta.dirname, "server.ts");
  const args = ["--import", "tsx", path, ...(identity ? [identity.key, identity.cert] : [])];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const port = await new Promise<string>((resolve, reject) => {
    child.stdout.once("data", (data) => resolve(String(data).trim()));
    child.once("exit", (code) => reject(new Error(`the server ended with ${code}`)));
  });
  return {
    process: child,
    port: Number(port),
    url: `${identity ? "https" : "http"}://127.0.0.1:${port}`,
  };
}

/** A key and a certificate for 127.0.0.1, good for a day; null where there is no openssl to make them. */
export function selfSigned(folder: string): Identity | null {
  const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  const kind = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1"];
  const names = ["-subj", "/CN=cbr bench", "-addext", "subjectAltName=IP:127.0.0.1"];
  const made = spawnSync("openssl", ["req", ...kind, ...names, "-keyout", key, "-out", cert]);
  return made.status === 0 ? { key, cert } : null;
}
