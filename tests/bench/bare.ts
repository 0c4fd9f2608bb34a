import { Hono } from "hono";

// The reference of the cached row: Deno and Hono, which answer a constant and do no work. Prints the port.
const body = await Deno.readTextFile(Deno.args[0]);
const app = new Hono().get(
  "/v1/bench/kept",
  (c) =>
    c.body(body, 200, {
      "content-type": "application/json; charset=utf-8",
      "content-length": String(new TextEncoder().encode(body).length),
    }),
);
const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, app.fetch);
// deno-lint-ignore no-console -- for the terminal that started it
console.log(server.addr.port);
