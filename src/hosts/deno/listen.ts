import { ConfigError } from "../../base/config.ts";

/** Where to listen, and the variable that says so. */
export interface Address {
  name: "PORT" | "SINK_PORT";
  port: number;
  hostname: string;
}

/** Serves requests there. Throws ConfigError when the port is taken. */
export function listen(
  { name, port, hostname }: Address,
  handler: (request: Request) => Response | Promise<Response>,
): Deno.HttpServer {
  try {
    return Deno.serve({ port, hostname, onListen: () => {} }, handler);
  } catch (error) {
    if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    throw new ConfigError(`${name} ${port} is taken: another program listens there`);
  }
}
