/**
 * The embedded ClickHouse: a process that is the server until its standard input ends. Run by `engine.ts`.
 * Arguments: the library's path, then those of `clickhouse local`.
 *
 * Source: chdb.h of @chdb/lib-*: `local_result_v2 *query_stable_v2(int argc, char **argv)`, whose result has the
 * error message at offset 48.
 */
const [library, ...options] = Deno.args;
const statements = [
  "SYSTEM START LISTEN HTTP",
  "SYSTEM START LISTEN TCP",
  // ends when standard input does: with it, the server
  "INSERT INTO FUNCTION null('line String') FROM INFILE '/dev/fd/0' FORMAT LineAsString",
];
const errorOffset = 48;

const { symbols } = Deno.dlopen(library, {
  query_stable_v2: { parameters: ["i32", "buffer"], result: "pointer", nonblocking: true },
});
const encoder = new TextEncoder();
const args = ["clickhouse", ...options, "-q", statements.join("; ")].map((text) =>
  encoder.encode(`${text}\0`)
);
const argv = new BigUint64Array(args.map((bytes) => Deno.UnsafePointer.value(Deno.UnsafePointer.of(bytes))));
// a signal to the whole group, such as Ctrl-C in a terminal, reaches this process too: the parent decides
Deno.addSignalListener("SIGINT", () => {});
Deno.addSignalListener("SIGTERM", () => {});

const result = await symbols.query_stable_v2(args.length, new Uint8Array(argv.buffer));
const errorPointer = result && new Deno.UnsafePointerView(result).getPointer(errorOffset);
const error = errorPointer ? Deno.UnsafePointerView.getCString(errorPointer) : "";
// standard input brought nothing before it ended: that is how it should be
if (!error || error.includes("NO_DATA_TO_INSERT")) Deno.exit(0);
await Deno.stderr.write(encoder.encode(`${error}\n`));
Deno.exit(1);
