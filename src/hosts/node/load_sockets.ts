import type { createSockets } from "./sockets.ts";
import { createUpgrades, type Upgrades } from "./upgrades.ts";

/** Not a literal: a bundler would take the module in. */
const socketsModule = "./sockets.mjs";

/** WebSockets, when the module beside a bundle is there. */
export async function loadSockets(): Promise<Upgrades | undefined> {
  try {
    const module: { createSockets: typeof createSockets } = await import(socketsModule);
    return createUpgrades(module.createSockets());
  } catch (error) {
    if ((error as { code?: string }).code === "ERR_MODULE_NOT_FOUND") return;
    throw error;
  }
}
