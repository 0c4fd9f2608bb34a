/** A CDN as small as one can be: it keeps what the origin lets it keep, apart by `Vary`, and forgets by tag. */
export interface CdnProxy {
  url: string;
  /** Where its purge requests go to. */
  purgeUrl: string;
  /** The purge requests that came: their credential and their tags. */
  purges: { authorization: string | null; fastlyKey: string | null; tags: string[] }[];
  /** What a purge request is answered with; the CDN forgets when that is a success. */
  setPurgeStatus(status: number): void;
  /** The tags of all that is kept. */
  tags(): string[];
  stop(): Promise<void>;
}

interface Kept {
  vary: [name: string, value: string | null][];
  tags: string[];
  until: number;
  status: number;
  headers: Headers;
  body: Uint8Array<ArrayBuffer>;
}

/** Starts one in front of an origin; its answers say `x-cdn: hit` or `miss`. */
export function startCdnProxy(origin: string): CdnProxy {
  const kept = new Map<string, Kept[]>();
  const purges: CdnProxy["purges"] = [];
  let purgeStatus = 200;

  async function serve(request: Request): Promise<Response> {
    const { pathname, search } = new URL(request.url);
    const key = pathname + search;
    const found = request.method !== "GET"
      ? undefined
      : kept.get(key)?.find(({ vary, until }) =>
        until > Date.now() && vary.every(([name, value]) => request.headers.get(name) === value)
      );
    if (found) {
      return new Response(found.body, {
        status: found.status,
        headers: [...found.headers, ["x-cdn", "hit"]],
      });
    }
    const headers = new Headers(request.headers);
    headers.delete("host");
    const answer = await fetch(origin + key, { method: request.method, headers, body: request.body });
    const body = await answer.bytes();
    const maxAge = request.method === "GET" ? secondsOf(answer.headers) : 0;
    if (maxAge > 0) {
      const vary = (answer.headers.get("vary") ?? "").split(",").map((name) => name.trim()).filter(Boolean)
        .map((name): [string, string | null] => [name, request.headers.get(name)]);
      const tags = (answer.headers.get("surrogate-key") ?? "").split(" ");
      const until = Date.now() + 1_000 * maxAge;
      const { status, headers } = answer;
      kept.set(key, [...kept.get(key) ?? [], { vary, tags, until, status, headers, body }]);
    }
    return new Response(body, { status: answer.status, headers: [...answer.headers, ["x-cdn", "miss"]] });
  }

  async function purge(request: Request): Promise<Response> {
    const { tags, surrogate_keys = tags } = await request.json();
    const { headers } = request;
    purges.push({
      authorization: headers.get("authorization"),
      fastlyKey: headers.get("fastly-key"),
      tags: surrogate_keys,
    });
    if (purgeStatus < 300) {
      for (const [key, all] of kept) {
        kept.set(key, all.filter((each) => !each.tags.some((tag) => surrogate_keys.includes(tag))));
      }
    }
    return new Response(null, { status: purgeStatus });
  }

  const listen = (handler: (request: Request) => Promise<Response>) =>
    Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, handler);
  const [proxy, webhook] = [listen(serve), listen(purge)];
  return {
    url: `http://127.0.0.1:${proxy.addr.port}`,
    purgeUrl: `http://127.0.0.1:${webhook.addr.port}/purge?zone=secret`,
    purges,
    setPurgeStatus: (status) => purgeStatus = status,
    tags: () => [...kept.values()].flat().flatMap(({ tags }) => tags),
    stop: async () => void await Promise.all([proxy.shutdown(), webhook.shutdown()]),
  };
}

/** For how long an answer may be kept (RFC 9213, RFC 9111): the field for CDNs counts, then the one for all; its age is over. */
function secondsOf(headers: Headers): number {
  const control = headers.get("cdn-cache-control") ?? headers.get("cache-control") ?? "";
  if (/\b(private|no-store|no-cache)\b/.test(control)) return 0;
  const [, seconds = "0"] = /\bmax-age=(\d+)/.exec(control) ?? [];
  return Number(seconds) - Number(headers.get("age") ?? 0);
}
