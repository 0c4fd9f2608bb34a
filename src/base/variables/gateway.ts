import { z } from "zod";
import { port } from "./checks.ts";

/** How a gateway starts, serves and tells of itself. */
export const gatewayVariables = {
  PORT: port.default(8787).describe("Port the gateway listens on; 0 takes a free one"),
  HOST: z.string().default("localhost").describe("Address the gateway listens on"),
  SLUICE_SQL_DIR: z.string().default("sql").describe(
    "Folder of the query files; a relative one is below the project's root",
  ),
  TELL_COSTS: z.enum(["coarse", "exact"]).default("coarse").describe(
    "How callers without the scope `admin` are told what a query read: in wide steps, or exactly, which tells them of " +
      "other tenants' rows; `dev` tells exactly",
  ),
  SLUICE_ON_BROKEN: z.enum(["keep", "drop"]).default("keep").describe(
    "What becomes of a query whose file is saved with a mistake: `keep` goes on serving the last good version, `drop` stops " +
      "serving it",
  ),
  QUALITY_CHECKS: z.enum(["run", "off"]).default("run").describe(
    "`run`: gateways run the quality checks that are due, each by one of them; `off` where only `deno task quality` runs them",
  ),
  GATEWAY_OBJECTS: z.coerce.number().int().min(1).max(1_000).default(1).describe(
    "On workerd: Durable Objects at each place among which callers are spread, by their credential",
  ),
  METRICS_TOKEN: z.string().min(16, "must have at least 16 characters").optional().describe(
    "Bearer token that `/metrics` wants; without it, everybody who reaches the gateway may read them",
  ),
  LOG_FORMAT: z.enum(["json", "text"]).optional().describe(
    "Form of the log; by default `text` in a terminal and `json` elsewhere",
  ),
  LOG_LEVEL: z.enum(["info", "warn", "error"]).default("info").describe(
    "What is logged: everything, with a line for each request; warnings and errors; errors",
  ),
} satisfies Record<string, z.ZodType>;
