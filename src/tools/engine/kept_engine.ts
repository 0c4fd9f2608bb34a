import type { Engine, EngineOptions } from "./engine.ts";

/** An engine that can be started again, at the same address: who asks it meanwhile waits or is refused, and then goes on. */
export interface KeptEngine {
  /** The engine's address and login, which stay. */
  engine: Engine;
  /** Stops it and starts it, so that it reads its configuration. Throws as `startEngine` does. */
  restart(): Promise<void>;
  /** Stops it for good; waits for a restart that is under way. */
  stop(): Promise<void>;
  /** Resolves when it has ended without having been told to. */
  ended: Promise<void>;
}

/** Starts an engine that can be started again. */
export async function keepEngine(
  start: (ports?: Pick<EngineOptions, "httpPort" | "tcpPort">) => Promise<Engine>,
): Promise<KeptEngine> {
  let current = await start();
  const first = current;
  const ports = { httpPort: Number(new URL(first.url).port), tcpPort: first.tcpPort };
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  let isMeant = false;
  let restarting = Promise.resolve();
  const follow = (engine: Engine) => engine.ended.then(() => isMeant || end());
  follow(current);
  const restart = async () => {
    isMeant = true;
    await current.stop();
    try {
      current = await start(ports);
    } catch (error) {
      end();
      throw error;
    }
    isMeant = false;
    follow(current);
  };
  return {
    engine: first,
    restart: () => restarting = restarting.then(restart),
    async stop() {
      await restarting.catch(() => {});
      isMeant = true;
      await current.stop();
    },
    ended,
  };
}
