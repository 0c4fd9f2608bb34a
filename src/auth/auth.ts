// The room auth: who asks and what they may: tokens, API keys, scopes.

import type { ClickHouse } from "../clickhouse/client.ts";
import type { Log } from "../base/log.ts";
import { createTokens, type TokenConfig, type Tokens } from "./jwt.ts";
import { type ApiKeys, createApiKeys } from "./api_keys.ts";
import { type ApiKeyStore, createApiKeyStore } from "./api_key_store.ts";
import { type BrowserTokens, createBrowserTokens } from "./browser_token.ts";
import { createStreamTokens, type StreamTokens } from "./stream_token.ts";

/** What checking credentials uses. */
export interface AuthDeps {
  config: TokenConfig;
  clickHouse: ClickHouse;
  clock: () => Date;
  log: Log;
}

/** What checks each kind of credential, and what makes them. */
export interface Auth {
  tokens: Tokens;
  keys: ApiKeys;
  keyStore: ApiKeyStore;
  streamTokens: StreamTokens;
  browserTokens: BrowserTokens;
  clock: () => Date;
}

/** Credentials as the configuration says. */
export function createAuth({ config, clickHouse, clock, log }: AuthDeps): Auth {
  const keyStore = createApiKeyStore(clickHouse);
  return {
    tokens: createTokens({ config, clock, log }),
    keys: createApiKeys({ store: keyStore, clock }),
    keyStore,
    streamTokens: createStreamTokens({ secret: config.AUTH_JWT_SECRET, clock }),
    browserTokens: createBrowserTokens({ config, clock }),
    clock,
  };
}
