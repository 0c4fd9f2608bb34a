import { scopeName, scopes } from "../../auth/scope.ts";
import { signToken } from "../../auth/token.ts";
import { devConfig, givenVariables } from "../dev_engine.ts";
import { taskCommand } from "../../hosts/deno/task_command.ts";

// `deno task token --tenant acme --scope query`: prints a token for development, signed with AUTH_JWT_SECRET or with
// the secret that `dev` keeps in its data folder.
const usage = `${taskCommand('token --tenant NAME [--scope "query ingest stream"] [--expires 12h]')}
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
  const secret = givenVariables().AUTH_JWT_SECRET ?? await readSecret(config.SLUICE_DATA_DIR);
  return say(await signToken(secret, { tenantId, scope, subject: "development", expires }, config), 0);
}

/** The secret of the development server. One made here would sign tokens that nobody takes. */
async function readSecret(dataDir: string): Promise<string> {
  try {
    return await Deno.readTextFile(`${dataDir}/jwt_secret`);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Error(
      `there is no secret in ${dataDir}/, where \`dev\` keeps it. Run \`${
        taskCommand("dev")
      }\` first, or set ` +
        "SLUICE_DATA_DIR or AUTH_JWT_SECRET to those of the gateway",
    );
  }
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
