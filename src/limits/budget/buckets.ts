/** A bucket that fills with `perSecond` tokens a second up to as many; each request takes one. */
interface Bucket {
  tokens: number;
  filledAt: number;
}

/** A bucket for each tenant that sent a request in the last second or two. */
export function createBuckets() {
  const buckets = new Map<string, Bucket>();
  return {
    /** Takes a token of the tenant; returns 0, or the milliseconds until there is one. */
    take(tenantId: string, perSecond: number, nowMs: number): number {
      let bucket = buckets.get(tenantId);
      if (!bucket) buckets.set(tenantId, bucket = { tokens: perSecond, filledAt: nowMs });
      const passed = Math.max(0, nowMs - bucket.filledAt);
      bucket.tokens = Math.min(perSecond, bucket.tokens + passed * perSecond / 1000);
      bucket.filledAt = nowMs;
      if (bucket.tokens >= 1) {
        bucket.tokens--;
        return 0;
      }
      return Math.ceil((1 - bucket.tokens) * 1000 / perSecond);
    },

    /** Drops those that are full again, which are as good as new ones. */
    evict(nowMs: number): void {
      for (const [tenantId, bucket] of buckets) {
        if (Math.abs(nowMs - bucket.filledAt) > 1_000) buckets.delete(tenantId);
      }
    },
  };
}
