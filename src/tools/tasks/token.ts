import { tenantIdFault } from "../../auth/credential.ts";
import { scopeName, scopes } from "../../auth/scope.ts";
import { signToken } from "../../auth/token.ts";
import { suggestion } from "../../base/suggestion.ts";
import { devConfig, givenVariables } from "../dev_engine.ts";
import { taskCommand } from "../../hosts/deno/task_command.ts";

// `deno task token --tenant acme --scope query`: prints a token for development, signed with AUTH_JWT_SECRET or with
// the secret that `dev` keeps in its data folder.
const usage = `${taskCommand('token --tenant NAME [--scope "query ingest stream"] [--expires 12h]')}
Scopes: ${Object.keys(scopes).join(", ")}`;

const defaults = { tenant: "", scope: "query ingest stream", expires: "12h" };
type Options = typeof defaults;

/** What a command asks for; text when it cannot be understood. */
function readOptions(args: string[]): Options | string {
  const options = { ...defaults };
  for (let i = 0; i < args.length; i++) {
    const [, name = "", inline] = /^--(\w+)(?:=(.*))?$/s.exec(args[i]) ?? [];
    if (!Object.hasOwn(options, name)) {
      return `There is no option "${args[i]}"${
        suggestion(args[i], Object.keys(options).map((key) => `--${key}`))
      }`;
    }
    const value = inline ?? args[++i];
    if (!value) return `--${name} needs a value`;
    options[name as keyof Options] = value;
  }
  if (!options.tenant) return "Say whose token it is: --tenant NAME";
  const fault = tenantIdFault(options.tenant);
  if (fault) return `--tenant ${fault}`;
  const unknown = options.scope.split(" ").find((name) => !scopeName.safeParse(name).success);
  if (unknown !== undefined) {
    return `There is no scope "${unknown}"${suggestion(unknown, Object.keys(scopes))}`;
  }
  if (!/^\d+ ?[smhdwy]$/.test(options.expires)) {
    return `--expires must be a number and a unit, such as 30m, 12h or 7d, not "${options.expires}"`;
  }
  return options;
}

async function main(args: string[]): Promise<number> {
  const options = readOptions(args);
  if (typeof options === "string") return say(args.length ? `${options}\n${usage}` : usage, 2);
  const { tenant: tenantId, scope, expires } = options;
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
