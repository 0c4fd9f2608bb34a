import { z } from "zod";
import { port } from "./checks.ts";

/** The Postgres whose changes `follow-postgres` hears of. */
export const followVariables = {
  SLUICE_POSTGRES_HOST: z.string().min(1).optional().describe(
    "`follow-postgres`: host of the Postgres that ClickHouse reads, with the same four further variables as ClickHouse's server",
  ),
  SLUICE_POSTGRES_PORT: port.default(5432).describe("`follow-postgres`: its port"),
  SLUICE_POSTGRES_DATABASE: z.string().min(1).default("postgres").describe("`follow-postgres`: its database"),
  SLUICE_POSTGRES_USER: z.string().min(1).default("sluice").describe(
    "`follow-postgres`: who listens there; no rights are needed",
  ),
  SLUICE_POSTGRES_PASSWORD: z.string().default("").describe("`follow-postgres`: the password"),
  SLUICE_POSTGRES_TLS: z.enum(["disable", "prefer", "require", "verify-full"]).default("prefer").describe(
    "`follow-postgres`: whether the connection is encrypted: never, if Postgres can, always, or always and with the certificate " +
      "checked",
  ),
  FOLLOW_INTERVAL_MS: z.coerce.number().int().min(100).max(900_000).default(1_000).describe(
    "`follow-postgres`: shortest time from one run of a source to its next, in milliseconds",
  ),
} satisfies Record<string, z.ZodType>;
