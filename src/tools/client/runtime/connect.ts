import createFetchClient, { type Client, type ClientOptions, type Middleware } from "openapi-fetch";

/** Leaves the exports, which are bytes or text, out of the answers' types. */
export type Json = "application/json" | "application/problem+json";

/** A text, or how to get one: it is asked for before each request, so that a token may be renewed. */
export type Secret = string | (() => string | Promise<string>);

/** Who asks: by a token, or by an API key. */
export interface Credential {
  token?: Secret;
  apiKey?: Secret;
}

/** Where the gateway is and who asks. */
export interface ConnectOptions extends Omit<ClientOptions, "baseUrl">, Credential {
  baseUrl: string;
}

/** The functions of openapi-fetch for the gateway's paths, with the credential on each request. */
// deno-lint-ignore ban-types -- what openapi-fetch asks of paths
export function connect<Paths extends {}>(
  { token, apiKey, ...options }: ConnectOptions,
): Client<Paths, Json> {
  const client = createFetchClient<Paths, Json>(options);
  const authenticate: Middleware = {
    async onRequest({ request }) {
      for (const [name, value] of await credentialFields({ token, apiKey })) request.headers.set(name, value);
      return request;
    },
  };
  client.use(authenticate);
  return client;
}

/** The fields that say who asks. */
export async function credentialFields(
  { token, apiKey }: Credential,
): Promise<[name: string, value: string][]> {
  if (token !== undefined) return [["authorization", `Bearer ${await textOf(token)}`]];
  return apiKey === undefined ? [] : [["x-api-key", await textOf(apiKey)]];
}

async function textOf(secret: Secret): Promise<string> {
  return typeof secret === "string" ? secret : await secret();
}
