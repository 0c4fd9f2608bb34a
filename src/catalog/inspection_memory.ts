import type { Functions } from "./functions.ts";
import type { Resolution, Syntax } from "./inspection.ts";

/** What the engine has said of a statement. */
export interface Inspected {
  syntax?: Syntax;
  resolution?: Resolution;
}

/** Where a memory outlives the process; what it reads is a text that it has written, or undefined. */
export interface MemoryStore {
  read(): Promise<string | undefined>;
  write(text: string): Promise<void>;
}

/** What the engine has said of statements, by a hash of them. */
export interface InspectionMemory {
  /** All that was said under definitions of this fingerprint; nothing when the last ones were others. */
  recall(fingerprint: string): Promise<ReadonlyMap<string, Inspected>>;
  /** What is known of the engine's functions under this fingerprint; asked for when it is not known, and not stored. */
  functions(fingerprint: string, ask: () => Promise<Functions>): Promise<Functions>;
  /** Forgets all else. */
  keep(fingerprint: string, inspected: ReadonlyMap<string, Inspected>): Promise<void>;
}

interface Kept {
  fingerprint: string;
  inspected: [string, Inspected][];
}

/** A memory that holds what was said under one fingerprint. */
export function createInspectionMemory(store?: MemoryStore): InspectionMemory {
  let kept: Kept | undefined;
  let known: { fingerprint: string; functions: Functions } | undefined;
  return {
    async functions(fingerprint, ask) {
      if (known?.fingerprint !== fingerprint) known = { fingerprint, functions: await ask() };
      return known.functions;
    },
    async recall(fingerprint) {
      kept ??= parse(await store?.read());
      return new Map(kept?.fingerprint === fingerprint ? kept.inspected : []);
    },
    async keep(fingerprint, inspected) {
      kept = { fingerprint, inspected: [...inspected] };
      await store?.write(JSON.stringify(kept));
    },
  };
}

/** What cannot be read was not kept. */
function parse(text: string | undefined): Kept | undefined {
  if (text === undefined) return;
  try {
    return JSON.parse(text) as Kept;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
}
