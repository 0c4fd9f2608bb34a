/** One row of the table: two sides measured alternately, and the goal of their ratio. */
export interface Row {
  what: string;
  unit: string;
  ours: number[];
  reference: number[];
  /** Least ratio of ours to the reference, by medians. */
  goal: number;
  /** Least value of ours, in the unit. */
  least?: number;
}

/** Measures two sides in turn, ours first in every other round, after one round that does not count. */
export async function alternate(
  rounds: number,
  ours: () => Promise<number>,
  reference: () => Promise<number>,
): Promise<{ ours: number[]; reference: number[] }> {
  const measured = { ours: [] as number[], reference: [] as number[] };
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

/** The table in Markdown. */
export function renderTable(rows: Row[]): string {
  const lines = rows.map(({ what, unit, ours, reference, goal, least }) => {
    const ratio = median(ours) / median(reference);
    const met = ratio >= goal && median(ours) >= (least ?? 0);
    const wanted = `≥ ${goal}${least ? ` and ≥ ${round(least)} ${unit}` : ""}`;
    return `| ${what} | ${spread(ours)} ${unit} | ${spread(reference)} ${unit} | ${
      ratio.toFixed(2)
    } | ${wanted} | ${met ? "yes" : "no"} |`;
  });
  return ["| what | Sluice | reference | ratio | goal | met |", "|---|---|---|---|---|---|", ...lines].join(
    "\n",
  );
}

function spread(values: number[]): string {
  return `${round(median(values))} (${round(Math.min(...values))}–${round(Math.max(...values))})`;
}

function round(value: number): string {
  return Math.round(value).toLocaleString("en");
}
