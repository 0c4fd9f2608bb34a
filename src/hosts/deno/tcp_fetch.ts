import { concat } from "../../base/bytes/concat.ts";
import type { TextRequest, Transport } from "../../clickhouse/transport.ts";
import { createBodyReader, type ReadInto } from "./http_body.ts";
import { readHead } from "./http_head.ts";
import { createTcpReply } from "./tcp_reply.ts";

/** Bounds of the connections. */
export interface TcpOptions {
  /** One that was not used for so long is not used again: a firewall may have forgotten it. */
  idleMs?: number;
  maxIdle?: number;
  /** Beyond so many at once, requests fail: the gateway's queue lets far fewer queries run. */
  maxOpen?: number;
}

/** Longest head, and most that is read at once. */
const bufferBytes = 65_536;
const encoder = new TextEncoder();

interface Connection {
  host: string;
  tcp: Deno.TcpConn;
  /** What was read and not taken yet; the bytes of an answer pass through it. */
  buffer: Uint8Array<ArrayBuffer>;
  /** A read that began while it was idle: should that end before the next request, the server has left. */
  reading?: Promise<number | null>;
  idleSince: number;
}

/**
 * `fetch` for ClickHouse, over HTTP/1.1 on connections that are kept, which takes less processor time. It knows no TLS, no
 * proxy, no redirects and no compression, and sends nothing a second time by itself. It throws what Deno.connect throws, an Error
 * when the connection breaks or an answer is not one, and the signal's reason.
 */
export function createTcpFetch(
  { idleMs = 3_000, maxIdle = 64, maxOpen = 1_000 }: TcpOptions = {},
): Transport {
  /** Those used last come last. */
  const idle: Connection[] = [];
  let open = 0;

  function close(connection: Connection): void {
    connection.tcp.close();
    open--;
  }

  function keep(connection: Connection): void {
    if (idle.length === maxIdle) close(idle.shift()!);
    connection.idleSince = performance.now();
    idle.push(connection);
    const drop = () => {
      const at = idle.indexOf(connection);
      if (at >= 0) close(idle.splice(at, 1)[0]);
    };
    // a program may end while connections are idle
    connection.tcp.unref();
    connection.reading = connection.tcp.read(connection.buffer);
    connection.reading.then(drop, drop);
  }

  /** A connection of its own for a request: the one used last, or a new one. */
  async function take(host: string, signal?: AbortSignal): Promise<Connection> {
    const oldest = performance.now() - idleMs;
    while (idle.length && idle[0].idleSince < oldest) close(idle.shift()!);
    const at = idle.findLastIndex((connection) => connection.host === host);
    if (at >= 0) {
      const [connection] = idle.splice(at, 1);
      connection.tcp.ref();
      return connection;
    }
    if (open === maxOpen) throw new Error(`All of ${maxOpen} connections are in use`);
    open++;
    try {
      const tcp = await connect(host, signal);
      return { host, tcp, buffer: new Uint8Array(bufferBytes), idleSince: 0 };
    } catch (error) {
      open--;
      throw error;
    }
  }

  return async function tcpFetch(url, request) {
    const { signal } = request;
    signal?.throwIfAborted();
    const { host, pathname, search } = new URL(url);
    const bytes = encodeRequest(host, pathname + search, request);
    const connection = await take(host, signal);
    let isHeld = true;
    const release = (isReusable: boolean) => {
      if (!isHeld) return;
      isHeld = false;
      signal?.removeEventListener("abort", leave);
      if (isReusable) keep(connection);
      else close(connection);
    };
    const leave = () => release(false);
    signal?.addEventListener("abort", leave);
    try {
      signal?.throwIfAborted();
      await send(connection.tcp, bytes);
      const { buffer } = connection;
      const read = readFrom(connection);
      const { head, start, end } = await readHead(request.method, buffer, read);
      const reader = createBodyReader(buffer, start, end, head.framing, read);
      return createTcpReply(head, reader, release, signal);
    } catch (error) {
      release(false);
      signal?.throwIfAborted();
      throw error;
    }
  };
}

async function connect(host: string, signal?: AbortSignal): Promise<Deno.TcpConn> {
  const { hostname, port } = new URL(`http://${host}`);
  const address = { hostname: hostname.replace(/^\[(.*)\]$/, "$1"), port: Number(port || 80) };
  const tcp = await Deno.connect({ ...address, signal });
  tcp.setNoDelay(true);
  return tcp;
}

function encodeRequest(host: string, target: string, { method, headers, body }: TextRequest): Uint8Array {
  let head = `${method} ${target} HTTP/1.1\r\nhost: ${host}\r\n`;
  for (const name in headers) {
    if (/[\r\n\0]/.test(headers[name])) throw new TypeError(`The field ${name} has a line end`);
    head += `${name}: ${headers[name]}\r\n`;
  }
  const content = encoder.encode(body);
  return concat([encoder.encode(`${head}content-length: ${content.length}\r\n\r\n`), content]);
}

async function send(tcp: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  for (let sent = 0; sent < bytes.length;) sent += await tcp.write(bytes.subarray(sent));
}

/** Reads from a connection; the first read may have begun. */
function readFrom(connection: Connection): ReadInto {
  return (rest) => {
    const reading = connection.reading ?? connection.tcp.read(rest);
    connection.reading = undefined;
    return reading;
  };
}
