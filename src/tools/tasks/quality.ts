import { suggestion } from "../../base/suggestion.ts";
import { loadCatalog } from "../../catalog/catalog.ts";
import { createInspectionMemory } from "../../catalog/inspection_memory.ts";
import { keptInspections } from "../kept_inspections.ts";
import { isQualityCheck, qualityCheckName } from "../../catalog/quality_check.ts";
import { createRoles } from "../../clickhouse/roles.ts";
import { readSqlFiles, renderFault } from "../../hosts/deno/sql_files.ts";
import { taskCommand } from "../../hosts/deno/task_command.ts";
import { createQuality } from "../../quality/runner.ts";
import { devConfig, withDevDatabase } from "../dev_engine.ts";
import { qualityReport } from "../quality_report.ts";

// `deno task quality`: runs quality checks now, prints what they came to, and keeps it like the runs of gateways. The exit code is 1
// when a check of severity `error` failed, for a job or a gate.

const usage = `${taskCommand("quality [--domain=NAME] [--check=DOMAIN/CHECK] [--now=INSTANT]")}
  NAME     such as outreach
  INSTANT  what the checks take as now, such as 2026-03-10T12:00:00Z`;

// deno-lint-ignore no-console -- a program for a terminal
const say = (text: string) => console.log(text);

/** What the arguments ask for, or what is wrong with them. */
interface Options {
  domain?: string;
  check?: string;
  now?: Date;
}

function readOptions(args: string[]): Options | string {
  const options: Options = {};
  for (const arg of args) {
    const [, name, value] = /^--(domain|check|now)=(.+)$/.exec(arg) ?? [];
    if (name === "domain") options.domain = value;
    else if (name === "check") options.check = value.replace(/^sql\/quality\/|\.sql$/g, "");
    else if (name === "now" && !Number.isNaN(Date.parse(value))) options.now = new Date(value);
    else return name === "now" ? `There is no instant "${value}"` : `There is no option "${arg}"`;
  }
  return options;
}

async function main(args: string[]): Promise<number> {
  const options = readOptions(args);
  if (typeof options === "string") {
    say(`${options}\n${usage}`);
    return 2;
  }
  const { domain, check, now } = options;
  const { SLUICE_SQL_DIR: sqlDir } = devConfig();
  const files = (await readSqlFiles(sqlDir)).filter(({ path }) => isQualityCheck(path));
  const names = files.map(({ path }) => qualityCheckName(path));
  const isWanted = (name: string) =>
    (domain === undefined || name.startsWith(`${domain}/`)) && (check === undefined || name === check);
  const wanted = files.filter(({ path }) => isWanted(qualityCheckName(path)));
  if (wanted.length === 0) {
    const domains = [...new Set(names.map((name) => name.split("/")[0]))];
    say(
      check !== undefined
        ? `There is no check "${check}"${suggestion(check, names)}`
        : `There are no checks${
          domain === undefined ? "" : ` of the domain "${domain}"${suggestion(domain, domains)}`
        }`,
    );
    return 2;
  }
  return await withDevDatabase(async (target) => {
    const roles = createRoles(target);
    const { checks, errors } = await loadCatalog(wanted, roles, createInspectionMemory(keptInspections()));
    for (const error of errors) say(renderFault(error, sqlDir));
    const quality = createQuality({
      operator: roles.operator,
      reader: roles.reader,
      clickHouse: roles.clickHouse,
      instance: crypto.randomUUID(),
      clock: () => now ?? new Date(),
      log: () => {},
    });
    const brokenChecks = errors.map((error) => ({
      name: qualityCheckName(error.file),
      fault: error.render(),
    }));
    const ran = await quality.runAll({ checks, brokenChecks }, new AbortController().signal);
    const { text, hasFailed } = qualityReport(ran);
    say(text);
    return hasFailed ? 1 : 0;
  });
}

Deno.exit(await main(Deno.args));
