import type { Functions } from "./functions.ts";
import type { Resolution, Syntax } from "./inspection.ts";

/** What the engine has said of a statement. */
export interface Inspected {
  syntax?: Syntax;
  resolution?: Resolution;
}

/** Where a memory outlives the process; what it reads is a text that was written under the same fingerprint, or undefined. */
export interface MemoryStore {
  read(fingerprint: string): Promise<string | undefined>;
  write(fingerprint: string, text: string): Promise<void>;
}

/** What the engine has said of statements, by a hash of them. */
export interface InspectionMemory {
  /** All that is known of what was said under definitions of this fingerprint. */
  recall(fingerprint: string): Promise<ReadonlyMap<string, Inspected>>;
  /** What is known of the engine's functions under this fingerprint; asked for when it is not known, and not stored. */
  functions(fingerprint: string, ask: () => Promise<Functions>): Promise<Functions>;
  /** Forgets what was said under another fingerprint, and of this one what was asked for longest ago. */
  keep(fingerprint: string, inspected: ReadonlyMap<string, Inspected>): Promise<void>;
}

interface Kept {
  fingerprint: string;
  inspected: ReadonlyMap<string, Inspected>;
}

/** Statements that are remembered: those of several folders of query files, and some former versions of them. */
const maxStatements = 2_000;

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
      if (kept?.fingerprint !== fingerprint) {
        kept = { fingerprint, inspected: parse(await store?.read(fingerprint)) };
      }
      return kept.inspected;
    },
    async keep(fingerprint, inspected) {
      const older = kept?.fingerprint === fingerprint ? kept.inspected : new Map<string, Inspected>();
      const byUse = [...[...older].filter(([key]) => !inspected.has(key)), ...inspected];
      kept = { fingerprint, inspected: new Map(byUse.slice(-maxStatements)) };
      await store?.write(fingerprint, JSON.stringify([...kept.inspected]));
    },
  };
}

/** What cannot be read was not kept. */
function parse(text = "[]"): ReadonlyMap<string, Inspected> {
  try {
    return new Map(JSON.parse(text) as [string, Inspected][]);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return new Map();
  }
}
