/** What came of a step of the gate. */
export interface StepResult {
  name: string;
  success: boolean;
  /** What to do when it fails. */
  remedy: string;
  /** The end of what it printed. */
  tail: string;
}

/** The gate's last line: what failed and what to do about it, or how many tests passed, and which step was left out. */
export function verdict(results: StepResult[], except?: string): string {
  const failed = results.filter(({ success }) => !success).map(({ name, remedy, tail }) => {
    const count = countsIn(tail)?.failed;
    return `${name} (${count ? `${count} failed; ` : ""}${remedy})`;
  });
  if (failed.length) return `FAILED: ${failed.join(", ")}`;
  const counts = results.map(({ tail }) => countsIn(tail)).find((each) => each !== undefined);
  return ["ok", counts && `${counts.passed} passed`, except && `without ${except}`].filter(Boolean).join(
    ", ",
  );
}

/** What the last line of `deno task test` counts. */
function countsIn(tail: string): { passed: string; failed: string } | undefined {
  const [, passed, failed] = /^(\d+) passed, (\d+) failed\s*$/m.exec(tail) ?? [];
  return passed === undefined ? undefined : { passed, failed };
}
