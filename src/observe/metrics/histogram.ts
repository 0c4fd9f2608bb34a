/** How often values of each size were seen. */
export interface Histogram {
  /** Upper ends of the buckets, ascending; one more bucket has no end. */
  bounds: readonly number[];
  /** How many fell into each bucket, and not into one before it. */
  counts: number[];
  sum: number;
}

/** Times from half a millisecond to a minute, in seconds. */
export const latencyBounds = [
  0.0005,
  0.001,
  0.0025,
  0.005,
  0.01,
  0.025,
  0.05,
  0.1,
  0.25,
  0.5,
  1,
  2.5,
  5,
  10,
  30,
  60,
] as const;

/** A histogram that has seen nothing. */
export function newHistogram(bounds: readonly number[] = latencyBounds): Histogram {
  return { bounds, counts: new Array(bounds.length + 1).fill(0), sum: 0 };
}

/** Counts a value. */
export function observe(histogram: Histogram, value: number): void {
  const { bounds, counts } = histogram;
  let bucket = 0;
  while (bucket < bounds.length && value > bounds[bucket]) bucket++;
  counts[bucket]++;
  histogram.sum += value;
}
