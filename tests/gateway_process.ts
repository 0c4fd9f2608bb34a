import { engineOptions, secret, tokenOf } from "./gateway.ts";
import { type Program, startProgram } from "./program.ts";

/** A gateway that is a process of its own, over the tests' engine. */
export interface GatewayProcess extends AsyncDisposable {
  program: Program;
  url: string;
}

/** Starts a gateway, with more variables than it needs. */
export async function startGatewayProcess(more: Record<string, string> = {}): Promise<GatewayProcess> {
  const { url, user, password, database } = engineOptions();
  const program = startProgram(Deno.execPath(), ["run", "--allow-all", "src/hosts/deno/main.ts"], {
    PORT: "0",
    HOST: "127.0.0.1",
    CLICKHOUSE_URL: url,
    CLICKHOUSE_USER: user,
    CLICKHOUSE_PASSWORD: password,
    CLICKHOUSE_DATABASE: database,
    AUTH_JWT_SECRET: secret,
    BUDGET_REQUESTS_PER_SECOND: "1000000",
    ...more,
  });
  const [, address] = await program.until(/Listening on (http:\/\/[^\s"]+)/);
  await program.until(/Ready/);
  return { program, url: address, [Symbol.asyncDispose]: () => program[Symbol.asyncDispose]() };
}

/** Asks a gateway as a tenant, with a token of that scope. */
export async function ask(
  { url }: GatewayProcess,
  path: string,
  tenantId: string,
  scope = "query",
  init: RequestInit = {},
): Promise<Response> {
  const headers = { authorization: `Bearer ${await tokenOf(tenantId, scope)}`, ...init.headers };
  return await fetch(url + path, { ...init, headers });
}
