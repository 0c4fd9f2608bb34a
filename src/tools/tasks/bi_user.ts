import { createHash, randomBytes } from "node:crypto";
import { tenantIdFault } from "../../auth/credential.ts";
import { suggestion } from "../../base/suggestion.ts";
import { taskCommand } from "../../hosts/deno/task_command.ts";
import { biUserFile } from "../../isolation/bi_user.ts";

// `deno task bi-user --tenant acme`: prints the users file of a BI tool's user, and its password, which nothing keeps.
const usage = `${taskCommand("bi-user --tenant NAME [--user bi_acme]")}
It prints a file for ClickHouse's users.d on standard output, and the password beside it.`;

const defaults = { tenant: "", user: "" };
type Options = typeof defaults;

/** What a command asks for; text when it cannot be understood. */
function readOptions(args: string[]): Options | string {
  const options = { ...defaults };
  for (let i = 0; i < args.length; i++) {
    const [, name = "", inline] = /^--(\w+)(?:=(.*))?$/s.exec(args[i]) ?? [];
    if (!Object.hasOwn(options, name)) {
      return `There is no option "${args[i]}"${suggestion(args[i], ["--tenant", "--user"])}`;
    }
    const value = inline ?? args[++i];
    if (!value) return `--${name} needs a value`;
    options[name as keyof Options] = value;
  }
  if (!options.tenant) return "Say whose rows it reads: --tenant NAME";
  const fault = tenantIdFault(options.tenant);
  if (fault) return `--tenant ${fault}`;
  options.user ||= `bi_${options.tenant.toLowerCase()}`;
  if (!/^bi_[a-z0-9_]{1,60}$/.test(options.user)) {
    return `Name the user in letters, digits and _, after bi_: --user bi_acme, not "${options.user}"`;
  }
  return options;
}

function main(args: string[]): number {
  const options = readOptions(args);
  if (typeof options === "string") {
    // deno-lint-ignore no-console -- a program for a terminal
    console.error(args.length ? `${options}\n${usage}` : usage);
    return 2;
  }
  const password = randomBytes(24).toString("base64url");
  const passwordHash = createHash("sha256").update(password).digest("hex");
  // deno-lint-ignore no-console -- a program for a terminal
  console.log(biUserFile({ name: options.user, tenantId: options.tenant, passwordHash }).trimEnd());
  // deno-lint-ignore no-console -- a program for a terminal
  console.error(`Password of ${options.user}: ${password}`);
  return 0;
}

Deno.exit(main([...Deno.args]));
