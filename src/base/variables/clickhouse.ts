import { z } from "zod";
import { optionalMigrations } from "./optional_migrations.ts";

/** How ClickHouse is reached, and what belongs to the database. */
export const clickhouseVariables = {
  CLICKHOUSE_URL: z.url({ protocol: /^https?$/ }).describe(
    "HTTP address of ClickHouse, such as `http://localhost:8123`; `dev` and `test` start their own engine",
  ),
  CLICKHOUSE_USER: z.string().regex(/^\w+$/, "must be a plain name").default("sluice").describe(
    "ClickHouse user that owns the tables, for `migrate`; the gateway asks as that name with `_reader`, `_writer`, " +
      "`_ingest` and the like after it (deploy/clickhouse/users.d)",
  ),
  CLICKHOUSE_PASSWORD: z.string().default("").describe("Password of the gateway's users"),
  CLICKHOUSE_OWNER_PASSWORD: z.string().optional().describe(
    "Password of the owner, for `migrate`; without it, that of the gateway's users",
  ),
  CLICKHOUSE_DATABASE: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "must be a plain identifier")
    .default("sluice").describe("Database that holds the tables"),
  CLICKHOUSE_TRANSPORT: z.enum(["tcp", "fetch"]).default("tcp").describe(
    "How statements get to ClickHouse: `tcp`, by connections of our own, or `fetch`, by Deno's, which takes more processor " +
      "time; `https`, proxies and traces take it in any case",
  ),
  MIGRATIONS: z.string().default("").transform((text) =>
    text.split(",").map((name) => name.trim()).filter(Boolean)
  )
    .pipe(z.array(z.enum(optionalMigrations, `must be of: ${optionalMigrations.join(", ")}`)))
    .describe(
      "Optional folders of migrations that belong to the database too, separated by commas: `postgres`, `kafka`, `nats`",
    ),
} satisfies Record<string, z.ZodType>;
