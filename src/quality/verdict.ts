import type { QualityFrontMatter } from "../catalog/quality_front_matter.ts";

/** What was counted of a tenant's rows. */
export interface Counted {
  examined: number;
  failed: number;
}

/** What that means. */
export interface Verdict {
  passed: boolean;
  /** Percent of the rows examined that are not at fault, with two decimals; 0 when too few were examined. */
  score: number;
  /** Why it failed; empty when it passed. */
  reason: string;
}

/** Judges what was counted: too few rows fail, and so does a share at fault above the threshold. */
export function verdictOf(
  { minimumRows, threshold }: Pick<QualityFrontMatter, "minimumRows" | "threshold">,
  { examined, failed }: Counted,
): Verdict {
  if (examined === 0) return { passed: false, score: 0, reason: "No rows were examined" };
  if (examined < minimumRows) {
    const were = examined === 1 ? "row was" : "rows were";
    return {
      passed: false,
      score: 0,
      reason: `Only ${examined} ${were} examined, of ${minimumRows} at least`,
    };
  }
  // rows may come in between the two counts, and rows at fault may be made of several rows examined
  const bad = Math.min(failed, examined);
  // rounded down: 100 means that no row is at fault
  const score = Math.floor((examined - bad) * 10_000 / examined) / 100;
  const share = bad / examined;
  if (share <= threshold) return { passed: true, score, reason: "" };
  const allowed = threshold > 0 ? `, more than ${percentText(threshold)} %` : "";
  const are = failed === 1 ? "row is" : "rows are";
  return { passed: false, score, reason: `${failed} ${are} at fault, of ${examined} examined${allowed}` };
}

function percentText(share: number): string {
  return String(Number((share * 100).toPrecision(4)));
}
