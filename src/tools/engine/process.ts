/**
 * The embedded ClickHouse: a process that is the server until its standard input ends. Run by `engine.ts`.
 * Arguments: the library's path, then those of `clickhouse local`.
 *
 * Source: chdb.h of @chdb/lib-*: `local_result_v2 *query_stable_v2(int argc, char **argv)`, whose result has the
 * error message at offset 48.
 */
const [library, ...options] = Deno.args;
const statements = [
  "SYSTEM START LISTEN TCP",
  // the last to come: an answer over HTTP means that all is there
  "SYSTEM START LISTEN HTTP",
  // ends when standard input does: with it, the server
  "INSERT INTO FUNCTION null('line String') FROM INFILE '/dev/fd/0' FORMAT LineAsString",
];
const errorOffset = 48;
const maxDescriptors = 4_096;
/** SHUT_RD of `<sys/socket.h>`. */
const readingHalf = 0;

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

endConnectionsWithStandardInput();
const result = await symbols.query_stable_v2(args.length, new Uint8Array(argv.buffer));
const errorPointer = result && new Deno.UnsafePointerView(result).getPointer(errorOffset);
const error = errorPointer ? Deno.UnsafePointerView.getCString(errorPointer) : "";
// standard input brought nothing before it ended: that is how it should be
if (!error || error.includes("NO_DATA_TO_INSERT")) Deno.exit(0);
await Deno.stderr.write(encoder.encode(`${error}\n`));
Deno.exit(1);

/**
 * The library waits up to five seconds for its connections, which clients keep open while they are idle, and takes
 * no setting for that: so their reading half is closed here, and each ends when it has answered.
 */
async function endConnectionsWithStandardInput(): Promise<void> {
  const byte = new Uint8Array(1);
  while (await Deno.stdin.read(byte) !== null);
  const isMac = Deno.build.os === "darwin";
  const libc = Deno.dlopen(isMac ? "libSystem.dylib" : "libc.so.6", {
    getpeername: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
    shutdown: { parameters: ["i32", "i32"], result: "i32" },
  }).symbols;
  const [inet, inet6] = isMac ? [2, 30] : [2, 10];
  for (let descriptor = 3; descriptor < maxDescriptors; descriptor++) {
    const address = new Uint8Array(128);
    if (libc.getpeername(descriptor, address, new Uint32Array([address.length])) !== 0) continue;
    // the field sa_family has two bytes, or on BSD one after the length
    const family = isMac ? address[1] : address[0];
    if (family === inet || family === inet6) libc.shutdown(descriptor, readingHalf);
  }
}
