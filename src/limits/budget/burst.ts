/** A bucket that fills with `perSecond` tokens a second up to as many; each request takes one. */
export interface Bucket {
  tokens: number;
  filledAt: number;
}

/** A full bucket. */
export function newBucket(perSecond: number, nowMs: number): Bucket {
  return { tokens: perSecond, filledAt: nowMs };
}

/** Takes a token; returns 0, or the milliseconds until there is one. */
export function takeToken(bucket: Bucket, perSecond: number, nowMs: number): number {
  const passed = Math.max(0, nowMs - bucket.filledAt);
  bucket.tokens = Math.min(perSecond, bucket.tokens + passed * perSecond / 1000);
  bucket.filledAt = nowMs;
  if (bucket.tokens >= 1) {
    bucket.tokens--;
    return 0;
  }
  return Math.ceil((1 - bucket.tokens) * 1000 / perSecond);
}
