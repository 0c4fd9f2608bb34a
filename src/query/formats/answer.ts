// A query and a request become bound parameters, then ClickHouse's bytes in one of the formats.

import type { ClickHouse } from "../../clickhouse/client.ts";
import type { Answer } from "../answer.ts";
import type { QueryRun } from "../statement.ts";
import { answerExport } from "./export.ts";
import { answerJson } from "./json.ts";

/** Runs a query and answers in the format asked for. Throws Problem, ClickHouseError, ClickHouseUnreachable. */
export async function answer(clickHouse: ClickHouse, run: QueryRun): Promise<Answer> {
  return run.format.name === "json" ? await answerJson(clickHouse, run) : await answerExport(clickHouse, run);
}
