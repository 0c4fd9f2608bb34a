import { scopeName, scopes } from "../../auth/scope.ts";
import { signToken } from "../../auth/token.ts";
import { devConfig, givenVariables } from "../dev_engine.ts";
import { keptSecret } from "../../hosts/deno/kept_secret.ts";

// `deno task token --tenant acme --scope query`: prints a token for development, signed with AUTH_JWT_SECRET or with
// the secret that `dev` keeps in its data folder.
const usage = `deno task token --tenant NAME [--scope "query ingest stream"] [--expires 12h]
Scopes: ${Object.keys(scopes).join(", ")}`;

async function main(args: string[]): Promise<number> {
  const options = new Map<string, string>();
  for (let i = 0; i < args.length; i++) {
    const [, name, inline] = /^--(tenant|scope|expires)(?:=(.*))?$/s.exec(args[i]) ?? [];
    const value = inline ?? args[++i];
    if (!name || !value) return say(usage, 2);
    options.set(name, value);
  }
  const tenantId = options.get("tenant");
  if (!tenantId) return say(usage, 2);
  const [scope, expires] = [options.get("scope") ?? "query ingest stream", options.get("expires") ?? "12h"];
  if (!scope.split(" ").every((name) => scopeName.safeParse(name).success)) return say(usage, 2);
  const config = devConfig();
  await Deno.mkdir(config.SLUICE_DATA_DIR, { recursive: true });
  const secret = givenVariables().AUTH_JWT_SECRET ?? await keptSecret(`${config.SLUICE_DATA_DIR}/jwt_secret`);
  return say(await signToken(secret, { tenantId, scope, subject: "development", expires }, config), 0);
}

function say(text: string, code: number): number {
  // deno-lint-ignore no-console -- a program for a terminal
  console.log(text);
  return code;
}

try {
  Deno.exit(await main(Deno.args));
} catch (error) {
  Deno.exit(say(`Cannot make a token: ${(error as Error).message}`, 1));
}
