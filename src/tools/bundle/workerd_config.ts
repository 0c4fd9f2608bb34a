import { variables } from "../../base/variables/variables.ts";

/** Flags that the gateway needs: a caller who leaves is told to it. */
export const compatibilityFlags = ["enable_request_signal"];
/** The behaviour of workerd that it was tested with. */
export const compatibilityDate = "2026-11-01";

/** A configuration of workerd that serves the bundle and the files of these names beside it, with the variables of the environment in which workerd runs. */
export function workerdConfig(filesBeside: string[]): string {
  // as data: workerd compiles each module of code when it starts
  const files = filesBeside.map((name) => `    (name = "${name}", data = embed "${name}"),\n`);
  const names = Object.keys(variables).filter((name) => !["HOST", "PORT"].includes(name));
  const bindings = names.map((name) => `    (name = "${name}", fromEnvironment = "${name}"),\n`);
  return `# Written by \`deno task bundle\`: workerd serve workerd.capnp
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "gateway", worker = .gateway),
    # ClickHouse may have an address of a private network
    (name = "internet", network = (
      allow = ["public", "private", "local"],
      tlsOptions = (trustBrowserCas = true)
    )),
  ],
  sockets = [(name = "http", address = "localhost:8787", http = (), service = "gateway")],
);

const gateway :Workerd.Worker = (
  modules = [
    (name = "gateway.mjs", esModule = embed "gateway.mjs"),
${files.join("")}  ],
  compatibilityDate = "${compatibilityDate}",
  compatibilityFlags = [${compatibilityFlags.map((flag) => `"${flag}"`).join(", ")}],
  # nothing is stored: an object is a gateway in memory
  durableObjectNamespaces = [(className = "Gateway", uniqueKey = "sluice-gateway")],
  durableObjectStorage = (inMemory = void),
  bindings = [
    (name = "GATEWAY", durableObjectNamespace = "Gateway"),
${bindings.join("")}  ],
);
`;
}
