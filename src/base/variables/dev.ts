import { z } from "zod";

/** What `dev` starts with. */
export const devVariables = {
  SLUICE_DATA_DIR: z.string().default(".sluice").describe("`dev`: folder of the embedded engine's data"),
  SLUICE_DEMO: z.enum(["0", "1"]).default("1").describe("`dev`: 0 starts without demo data"),
} satisfies Record<string, z.ZodType>;
