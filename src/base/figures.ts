/** What a query cost, as it is told. */
export interface Figures {
  rowsRead: number;
  bytesRead: number;
  elapsedMs: number;
}

/*
 * How much the engine reads depends on what other tenants hold beside a tenant's rows: parts are read by granules, and an
 * index leaves out those that cannot have what is asked for. One granule more or less, or one or none, says whether another
 * tenant has it. So only admins are told exactly; for others the steps are as wide as many granules (8,192 rows, 10 MB at most).
 */
/** The least steps of figures that tenants are told, and the least limits that a query may have. */
export const leastRows = 1_000_000;
export const leastBytes = 16_000_000;

/** Rows as a tenant is told: rounded up to 1, 4, 16 … million, also when none was read. */
export function coarseRows(rows: number): number {
  return stepFrom(leastRows, rows);
}

/** Bytes as a tenant is told, and as its budget counts them: rounded up to 16, 64, 256 … million, also when none was read. */
export function coarseBytes(bytes: number): number {
  return stepFrom(leastBytes, bytes);
}

/** Figures as a tenant is told; times in whole milliseconds. */
export function coarseFigures({ rowsRead, bytesRead, elapsedMs }: Figures): Figures {
  return {
    rowsRead: coarseRows(rowsRead),
    bytesRead: coarseBytes(bytesRead),
    elapsedMs: Math.ceil(elapsedMs),
  };
}

/** The field Server-Timing of a computed answer: exact figures for those who may have them, who find coarse ones in `meta`. */
export function serverTiming(
  { clickHouseMs, rowsRead, bytesRead }: { clickHouseMs: number; rowsRead: number; bytesRead: number },
  isExact: boolean,
): string {
  if (!isExact) return `clickhouse;dur=${Math.ceil(clickHouseMs)}`;
  return `clickhouse;dur=${clickHouseMs.toFixed(1)}, rows;desc="${rowsRead}", bytes;desc="${bytesRead}"`;
}

function stepFrom(least: number, value: number): number {
  let step = least;
  while (step < value) step *= 4;
  return step;
}
