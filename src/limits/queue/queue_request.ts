/** A request that wants to run a query. */
export interface QueueRequest {
  tenantId: string;
  /** The query's timeout: it is not worth waiting longer for a slot. */
  timeoutMs: number;
  /** Gives up the place when it fires. */
  signal: AbortSignal;
  /** Whether the answer streams, so that its slot is held until the client has read it. */
  isExport: boolean;
}
