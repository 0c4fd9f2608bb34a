import { z } from "zod";

const port = z.coerce.number().int().min(0).max(65535);
const bytes = z.coerce.number().int().positive();

/** Each environment variable: its check, its default and the sentence that the README's table repeats. */
export const variables = {
  PORT: port.default(8787).describe("Port the gateway listens on; 0 takes a free one"),
  HOST: z.string().default("localhost").describe("Address the gateway listens on"),
  CLICKHOUSE_URL: z.url({ protocol: /^https?$/ }).describe(
    "HTTP address of ClickHouse, such as `http://localhost:8123`; `dev` and `test` start their own engine",
  ),
  CLICKHOUSE_USER: z.string().default("sluice").describe("ClickHouse user of the gateway"),
  CLICKHOUSE_PASSWORD: z.string().default("").describe("Its password"),
  CLICKHOUSE_DATABASE: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "must be a plain identifier")
    .default("sluice").describe("Database that holds the tables"),
  AUTH_JWT_SECRET: z.string().min(32, "must have at least 32 characters").describe(
    "Secret that signs the tokens (HS256), at least 32 characters; `dev` makes one and keeps it in the data folder",
  ),
  ALLOWED_ORIGINS: z.string().default("").describe(
    "Origins that browsers may call from, exact and separated by commas, such as `https://app.example.com`",
  ),
  MAX_LINE_BYTES: bytes.default(1_048_576).describe(
    "Longest event line taken, in bytes; a longer one is rejected",
  ),
  MAX_UNPACKED_BYTES: bytes.default(1_073_741_824).describe("Most bytes a gzip body may unpack to"),
  MAX_QUERY_SECONDS: z.coerce.number().positive().default(30).describe(
    "Longest time a query may run, in seconds",
  ),
  SLUICE_SQL_DIR: z.string().default("sql").describe(
    "Folder of the query files; a relative one is below the project's root",
  ),
  SLUICE_DATA_DIR: z.string().default(".sluice").describe("`dev`: folder of the embedded engine's data"),
  SLUICE_DEMO: z.enum(["0", "1"]).default("1").describe("`dev`: 0 starts without demo data"),
  LOG_FORMAT: z.enum(["json", "text"]).optional().describe(
    "Form of the log; by default `text` in a terminal and `json` elsewhere",
  ),
} satisfies Record<string, z.ZodType>;

const schema = z.object(variables);

/** The checked environment. */
export type Config = z.infer<typeof schema>;

/** The environment does not make a configuration; the message has one line for each variable at fault. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

/** Reads the variables out of `environment`; an empty value counts as absent. Throws ConfigError. */
export function parseConfig(environment: Record<string, string | undefined>): Config {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ""));
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map((issue) => {
    const name = String(issue.path[0]);
    const what = given[name] === undefined ? "is not set" : `is not valid: ${issue.message}`;
    return `${name} ${what}. ${variables[name as keyof typeof variables]?.description ?? ""}`;
  });
  throw new ConfigError(lines.join("\n"));
}
