import { queryFile } from "../gateway.ts";

/** Queries of the suite, besides those of the repository. */
export const suiteQueries = [
  queryFile(
    "conformance/rows",
    "tenant: none",
    "SELECT number AS n, repeat('é', 50) AS text FROM numbers({count:UInt64})",
  ),
  queryFile(
    "conformance/endless",
    "tenant: none",
    "SELECT sum(sipHash64(number)) AS total FROM numbers(1000000000000)",
  ),
  queryFile(
    "conformance/kept",
    "cache: 1h",
    `SELECT toUInt32(count()) AS events, repeat('kept ', 1000) AS text
  FROM outreach_events FINAL
  WHERE tenant_id = {tenantId:String}`,
  ),
  queryFile(
    "conformance/failing",
    "tenant: none",
    "SELECT throwIf(number = 500000, 'it breaks') AS nothing, repeat('x', 50) AS text FROM numbers({count:UInt64})",
  ),
];
