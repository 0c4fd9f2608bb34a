import { quoteString } from "../clickhouse/string_literal.ts";

/** The tables and views of the star, which a BI tool shows. */
export const starTables = [
  "warehouse_dates",
  "warehouse_devices",
  "warehouse_geographies",
  "warehouse_interactions",
  "warehouse_monthly_summary",
  "warehouse_organizer_performance",
  "warehouse_organizers",
  "warehouse_sales",
  "warehouse_show_performance",
  "warehouse_shows",
  "warehouse_ticket_types",
  "warehouse_times",
  "warehouse_user_cohorts",
  "warehouse_user_engagement",
  "warehouse_users",
];

/** What the views among them read, with the rights of who asks. */
const behindViews = [
  "ticketing_shows",
  "ticketing_shows_current",
  "ticketing_ticket_types",
  "ticketing_ticket_types_current",
  "warehouse_changed_days",
  "warehouse_organizer_histories",
  "warehouse_user_histories",
];

/** A user of ClickHouse for a BI tool of one tenant. */
export interface BiUser {
  /** Such as `bi_acme`: a name that XML and ClickHouse take without quotes. */
  name: string;
  tenantId: string;
  /** SHA-256 of the password, in hex. */
  passwordHash: string;
}

/**
 * ClickHouse's users file of such a user: it reads the star and nothing else, of one tenant alone. The row policy is of the whole
 * database, names the tenant itself, and depends on no setting, since BI tools may set any that the constraints leave open.
 */
export function biUserFile({ name, tenantId, passwordHash }: BiUser): string {
  const filter = escapeXml(`tenant_id = ${quoteString(tenantId)}`);
  const grants = [...starTables, ...behindViews]
    .map((table) => `        <query>GRANT SELECT ON sluice.${table}</query>\n`);
  return `<!-- Written by \`deno task bi-user\`: a BI tool's user, who reads the star of one tenant. -->
<clickhouse>
  <profiles>
    <${name}>
      <!-- no writes and no DDL, but settings, which drivers of BI tools send -->
      <readonly>2</readonly>
      <max_execution_time>60</max_execution_time>
      <max_memory_usage>4000000000</max_memory_usage>
      <max_concurrent_queries_for_user>8</max_concurrent_queries_for_user>
      <constraints>
        <max_execution_time>
          <min>0.001</min>
          <max>60</max>
        </max_execution_time>
        <max_memory_usage>
          <min>1</min>
          <max>4000000000</max>
        </max_memory_usage>
        <max_concurrent_queries_for_user>
          <readonly />
        </max_concurrent_queries_for_user>
      </constraints>
    </${name}>
  </profiles>
  <users>
    <${name}>
      <password_sha256_hex>${passwordHash}</password_sha256_hex>
      <networks>
        <ip>::/0</ip>
      </networks>
      <profile>${name}</profile>
      <quota>default</quota>
      <databases>
        <sluice>
          <table>
            <filter>${filter}</filter>
          </table>
          <table name="">
            <filter>${filter}</filter>
          </table>
        </sluice>
      </databases>
      <grants>
${grants.join("")}      </grants>
    </${name}>
  </users>
</clickhouse>
`;
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
