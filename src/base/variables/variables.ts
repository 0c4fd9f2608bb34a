import { authVariables } from "./auth.ts";
import { cacheVariables } from "./cache.ts";
import { clickhouseVariables } from "./clickhouse.ts";
import { devVariables } from "./dev.ts";
import { followVariables } from "./follow.ts";
import { gatewayVariables } from "./gateway.ts";
import { limitVariables } from "./limit.ts";
import { liveVariables } from "./live.ts";
import { sinkVariables } from "./sink.ts";

/** Each environment variable: its check, its default and the sentence that docs/variables.md repeats. */
export const variables = {
  ...gatewayVariables,
  ...clickhouseVariables,
  ...authVariables,
  ...limitVariables,
  ...cacheVariables,
  ...liveVariables,
  ...sinkVariables,
  ...followVariables,
  ...devVariables,
};
