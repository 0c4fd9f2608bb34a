// The room query: a query and a request become bound parameters, then ClickHouse's bytes in one of the formats; writing endpoints too.

import type { ClickHouse } from "../../clickhouse/client.ts";
import type { Answer } from "../answer.ts";
import { isExport } from "../format.ts";
import type { QueryRun } from "../statement.ts";
import { answerExport } from "./export.ts";
import { answerJson } from "./json.ts";

/** Runs a query and answers in the format asked for. Throws Problem, ClickHouseError, ClickHouseUnreachable. */
export async function answerQuery(clickHouse: ClickHouse, run: QueryRun): Promise<Answer> {
  return isExport(run.format) ? await answerExport(clickHouse, run) : await answerJson(clickHouse, run);
}
