import { changeStream } from "../scaffold/change_stream.ts";

// `deno task change stream DOMAIN/STREAM FIELD:TYPE? …`: the migrations that add fields to a stream.

const [what, ...rest] = Deno.args;
Deno.exit(await changeStream(what === "stream" ? rest : []));
