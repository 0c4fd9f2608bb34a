import type { Ran } from "../quality/runner.ts";

/** Tenants of a failed check that are named, and rows at fault of each. */
const [namedTenants, namedRows] = [3, 3];

/** What checks came to, for a terminal, and whether one of severity `error` failed. */
export function qualityReport(ran: Ran[]): { text: string; hasFailed: boolean } {
  const width = Math.max(...ran.map(({ run }) => run.check_name.length));
  const words = ran.map(({ run }) => run.passed ? "ok" : run.severity === "error" ? "FAILED" : "warning");
  const lines = ran.flatMap(({ run, results }, i) => {
    const { check_name, tenants, failed_tenants, examined, failed, duration_ms, error } = run;
    const counts = `${examined} rows of ${tenants} tenants, ${failed} at fault (${duration_ms} ms)`;
    const head = `${words[i].padEnd(8)}${check_name.padEnd(width + 2)}${counts}`;
    if (error) return [head, `        ${error.split("\n", 1)[0]}`];
    if (run.passed) return [head];
    if (tenants === 0) return [head, "        No rows were examined, of no tenant"];
    const failing = results.filter(({ passed }) => !passed);
    const named = failing.slice(0, namedTenants).flatMap(({ tenantId, reason, sample }) => [
      `        ${tenantId}: ${reason}`,
      ...sample.slice(0, namedRows).map((row) => `          ${JSON.stringify(row)}`),
    ]);
    const more = failed_tenants - namedTenants;
    return [head, ...named, ...more > 0 ? [`        and ${more} more tenants`] : []];
  });
  const count = (word: string) => words.filter((each) => each === word).length;
  const summary = `${count("ok")} passed, ${count("FAILED")} failed, ${count("warning")} with warnings`;
  return { text: [...lines, "", summary].join("\n"), hasFailed: count("FAILED") > 0 };
}
