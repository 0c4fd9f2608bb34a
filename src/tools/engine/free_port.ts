/**
 * Below the ports that systems give to outgoing connections (Linux from 32,768, macOS from 49,152): one chosen
 * there may be taken by anybody's connection before its server listens.
 */
const lowestPort = 15_000;
const highestPort = 32_000;
const attempts = 100;
/** Ports that were handed to callers: nobody may listen on them yet. */
const given = new Set<number>();

/**
 * A port of this machine's loopback interface that nobody listens on at the moment, another one each time. Throws if none is
 * found.
 */
export function freePort(): number {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const port = lowestPort + Math.floor(Math.random() * (highestPort - lowestPort));
    if (given.has(port)) continue;
    try {
      Deno.listen({ hostname: "127.0.0.1", port }).close();
      given.add(port);
      return port;
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
  throw new Error(`No free port found between ${lowestPort} and ${highestPort} in ${attempts} attempts`);
}
