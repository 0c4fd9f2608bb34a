// The reference of the rows of runtimes: a server that does no work on Deno, Node, Bun or workerd. It answers 20 KB at
// /constant, and elsewhere what ClickHouse answers to the statement of BARE_SQL.
const text = JSON.stringify({ data: "x".repeat(20_480) });
const onWorkerd = globalThis.navigator?.userAgent === "Cloudflare-Workers";

async function answer(path, { CLICKHOUSE_URL, CLICKHOUSE_PASSWORD, BARE_SQL }) {
  if (path === "/constant") return new Response(text, { headers: { "content-type": "application/json" } });
  const headers = { "x-clickhouse-user": "sluice", "x-clickhouse-key": CLICKHOUSE_PASSWORD };
  const search =
    "database=sluice&default_format=JSONEachRow&wait_end_of_query=1&http_response_buffer_size=1048576";
  const { body } = await fetch(`${CLICKHOUSE_URL}/?${search}`, { method: "POST", headers, body: BARE_SQL });
  return new Response(body, { headers: { "content-type": "application/json" } });
}

const pathOf = (request) => request.url.slice(request.url.indexOf("/", 8));

function serve() {
  const { env: { PORT: port, HOST: hostname }, env, getBuiltinModule } = globalThis.process;
  const handle = (request) => answer(pathOf(request), env);
  if ("Deno" in globalThis) Deno.serve({ port: Number(port), hostname, onListen() {} }, handle);
  else if ("Bun" in globalThis) Bun.serve({ port: Number(port), hostname, fetch: handle });
  else {
    getBuiltinModule("node:http").createServer(async (request, response) => {
      const { headers, body } = await answer(request.url, env);
      response.writeHead(200, Object.fromEntries(headers));
      for await (const chunk of body) response.write(chunk);
      response.end();
    }).listen(Number(port), hostname);
  }
}

if (!onWorkerd) serve();
export default onWorkerd ? { fetch: (request, env) => answer(pathOf(request), env) } : undefined;
