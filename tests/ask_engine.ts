/** Returns what the engine answers to a statement: its text, or the exception's, and the exception's code or 0. */
export async function askEngine(
  sql: string,
  parameters: Record<string, string> = {},
  settings: Record<string, string> = {},
): Promise<{ code: number; text: string }> {
  const url = Deno.env.get("SLUICE_TEST_CLICKHOUSE_URL");
  if (!url) throw new Error("Cannot ask the engine: SLUICE_TEST_CLICKHOUSE_URL is not set");
  const search = new URLSearchParams(settings);
  for (const [name, text] of Object.entries(parameters)) search.set(`param_${name}`, text);
  const headers: Record<string, string> = {};
  const user = Deno.env.get("SLUICE_TEST_CLICKHOUSE_USER");
  const password = Deno.env.get("SLUICE_TEST_CLICKHOUSE_PASSWORD");
  if (user) headers["X-ClickHouse-User"] = user;
  if (password) headers["X-ClickHouse-Key"] = password;
  const response = await fetch(`${url.replace(/\/$/, "")}/?${search}`, {
    method: "POST",
    body: sql,
    headers,
  });
  const text = (await response.text()).replace(/\n$/, "");
  const code = response.ok ? 0 : Number(/^Code: (\d+)/.exec(text)?.[1] ?? -1);
  return { code, text };
}

/** Returns the rows of a statement as JSON values. Throws when the engine refuses it. */
export async function askRows(
  sql: string,
  parameters: Record<string, string> = {},
  settings: Record<string, string> = {},
): Promise<Record<string, unknown>[]> {
  const { code, text } = await askEngine(sql, parameters, { ...settings, default_format: "JSONEachRow" });
  if (code !== 0) throw new Error(`Cannot run ${sql} with ${JSON.stringify(parameters)}: ${text}`);
  return text === "" ? [] : text.split("\n").map((line) => JSON.parse(line));
}
