import net from "node:net";
import { tokenOf } from "../gateway.ts";
import type { Target } from "./target.ts";

/** Asks for a path on a connection of its own; returns how to leave without a word, so that the server is told at once. */
export async function askAndLeave({ url }: Target, path: string, tenantId: string): Promise<() => void> {
  const { hostname, port } = new URL(url);
  const socket = net.connect(Number(port), hostname);
  socket.on("error", () => {});
  const head = [
    `GET ${path} HTTP/1.1`,
    `Host: ${hostname}`,
    `Authorization: Bearer ${await tokenOf(tenantId)}`,
  ];
  socket.write(`${head.join("\r\n")}\r\n\r\n`);
  return () => void socket.resetAndDestroy();
}
