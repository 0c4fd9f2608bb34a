/** What a row of the table promises; each that is given must hold for the medians. */
export interface Goal {
  /** Least ratio of ours to the reference. */
  ratioAtLeast?: number;
  /** Greatest ratio of ours to the reference. */
  ratioAtMost?: number;
  /** By how much ours may be greater than the reference. */
  differenceAtMost?: number;
  /** Least value of ours, in the unit. */
  atLeast?: number;
  /** Greatest value of ours, in the unit. */
  atMost?: number;
}

/** One row of the table: what was measured in each round, of ours and, where there is one, of a reference. */
export interface Row {
  what: string;
  unit: string;
  ours: number[];
  reference?: number[];
  goal: Goal;
  /** What else was seen, such as what the load generator took. */
  note?: string;
}

/** Rounds of each row, besides one that does not count. */
export const rounds = 5;

/** Measures two sides in turn, ours first in every other round, after one round that does not count. */
export async function alternate<Value>(
  ours: () => Promise<Value>,
  reference: () => Promise<Value>,
): Promise<{ ours: Value[]; reference: Value[] }> {
  const measured = { ours: [] as Value[], reference: [] as Value[] };
  for (let round = 0; round <= rounds; round++) {
    const sides = [["ours", ours], ["reference", reference]] as const;
    for (const [name, measure] of round % 2 ? sides : sides.toReversed()) {
      const value = await measure();
      if (round > 0) measured[name].push(value);
    }
  }
  return measured;
}

/** The middle value. */
export function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}

/** Whether the medians keep what the row promises. */
export function isMet({ ours, reference, goal }: Row): boolean {
  const own = median(ours);
  const other = reference ? median(reference) : NaN;
  const { ratioAtLeast, ratioAtMost, differenceAtMost, atLeast = -Infinity, atMost = Infinity } = goal;
  return own >= atLeast && own <= atMost &&
    (ratioAtLeast === undefined || own / other >= ratioAtLeast) &&
    (ratioAtMost === undefined || own / other <= ratioAtMost) &&
    (differenceAtMost === undefined || own - other <= differenceAtMost);
}

/** The table in Markdown. */
export function renderTable(rows: Row[]): string {
  const lines = rows.map((row) => {
    const { what, unit, ours, reference } = row;
    const ratio = reference ? (median(ours) / median(reference)).toFixed(2) : "";
    const cells = [what, `${spread(ours)} ${unit}`, reference ? `${spread(reference)} ${unit}` : "", ratio];
    return `| ${[...cells, goalText(row), isMet(row) ? "yes" : "no"].join(" | ")} |`;
  });
  const notes = rows.filter(({ note }) => note).map(({ what, note }) => `- ${what}: ${note}`);
  return [
    "| what | Sluice | reference | ratio | goal | met |",
    "|---|---|---|---|---|---|",
    ...lines,
    ...(notes.length ? ["", ...notes] : []),
  ].join("\n");
}

function goalText({ unit, goal }: Row): string {
  const { ratioAtLeast, ratioAtMost, differenceAtMost, atLeast, atMost } = goal;
  return [
    ratioAtLeast !== undefined && `≥ ${ratioAtLeast}`,
    ratioAtMost !== undefined && `≤ ${ratioAtMost}`,
    differenceAtMost !== undefined && `≤ +${differenceAtMost} ${unit}`,
    atLeast !== undefined && `≥ ${round(atLeast)} ${unit}`,
    atMost !== undefined && `≤ ${round(atMost)} ${unit}`,
  ].filter(Boolean).join(" and ");
}

function spread(values: number[]): string {
  return `${round(median(values))} (${round(Math.min(...values))}–${round(Math.max(...values))})`;
}

function round(value: number): string {
  return value.toLocaleString("en", {
    maximumSignificantDigits: Math.max(3, Math.trunc(value).toString().length),
  });
}
