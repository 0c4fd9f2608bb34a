import { requireScope, type scopes } from "./scope.ts";

/** The ways to send a credential. */
export const securitySchemes = {
  bearer: {
    type: "http",
    scheme: "bearer",
    bearerFormat: "JWT",
    description:
      "A JWT, or an API key. The lists at the operations name the scope that is needed; `admin` implies all",
  },
  apiKey: { type: "apiKey", in: "header", name: "X-Api-Key", description: "An API key" },
} as const;

/** The security of an operation: either way, with a scope. OpenAPI 3.1 takes roles there for each kind of scheme. */
export function needs(scope?: string): Record<string, string[]>[] {
  const list = scope ? [scope] : [];
  return Object.keys(securitySchemes).map((name) => ({ [name]: list }));
}

/** Of a route: lets only credentials with the scope pass, and says so in the OpenAPI document. */
export function requires(scope: keyof typeof scopes) {
  return { security: needs(scope), middleware: requireScope(scope) };
}
