import type { QueueRequest } from "./queue_request.ts";

/** A request that waits for its request. */
export interface Waiter {
  request: QueueRequest;
  /** When it came. */
  since: number;
  /** Told when it has a slot. */
  begin: (release: () => void) => void;
}

/** Requests that wait, by tenant: tenants take turns, and of each tenant the first that came is the first that goes. */
export function createWaiting() {
  /** Tenants in the order of their turns: a Map keeps the order of insertion. */
  const tenants = new Map<string, Waiter[]>();
  let size = 0;

  function without(tenantId: string, index: number): Waiter {
    const queue = tenants.get(tenantId)!;
    const [waiting] = queue.splice(index, 1);
    size--;
    if (queue.length === 0) tenants.delete(tenantId);
    return waiting;
  }

  return {
    add(waiting: Waiter): void {
      const { tenantId } = waiting.request;
      const queue = tenants.get(tenantId);
      if (queue) queue.push(waiting);
      else tenants.set(tenantId, [waiting]);
      size++;
    },

    /** Takes out the next request that `canStart` lets pass, and puts its tenant after all others. */
    take(canStart: (request: QueueRequest) => boolean): Waiter | undefined {
      for (const [tenantId, queue] of tenants) {
        const index = queue.findIndex(({ request }) => canStart(request));
        if (index < 0) continue;
        const next = without(tenantId, index);
        if (tenants.delete(tenantId)) tenants.set(tenantId, queue);
        return next;
      }
    },

    remove(waiting: Waiter): void {
      const index = tenants.get(waiting.request.tenantId)?.indexOf(waiting) ?? -1;
      if (index >= 0) without(waiting.request.tenantId, index);
    },

    /** How many go before a request of the tenant that came now. */
    ahead(tenantId: string): number {
      const own = tenants.get(tenantId)?.length ?? 0;
      let count = own;
      for (const [other, queue] of tenants) {
        // in the round of its own turn, each of the others goes once at most, and once in each round before
        if (other !== tenantId) count += Math.min(queue.length, own + 1);
      }
      return count;
    },

    size: () => size,
    sizeOf: (tenantId: string) => tenants.get(tenantId)?.length ?? 0,
  };
}
