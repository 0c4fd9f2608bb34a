import { Hono } from "hono";
import { stringify } from "yaml";
import type { Served } from "../../catalog/serving.ts";
import type { HttpEnv } from "../../http/facts.ts";
import { onlyMethods } from "../../http/only_methods.ts";
import { openApiDocument, yamlOptions } from "../openapi/document.ts";
import { problems, type ProblemType } from "../../base/problem.ts";
import page from "./page.html" with { type: "text" };
import startScript from "./start.js" with { type: "text" };

/** The API reference's files, and what it fills in for the reader. */
export interface DocsAssets {
  /** The bytes of a file of the viewer (Swagger UI), if it has one of that name. */
  read: (name: string) => Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** Tokens of tenants among whom the reader chooses, the first to start with: only in development. */
  demoTokens?: { tenantId: string; token: string }[];
}

/** What the API reference shows. */
export interface DocsDeps {
  docs: DocsAssets;
  served: () => Served;
}

const viewerFiles: Record<string, string> = {
  "swagger-ui.css": "text/css; charset=utf-8",
  "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
};

const viewerPaths = Object.keys(viewerFiles).map((name) => `/docs/${name}`);

/** What there is to read. */
const paths = [
  "/",
  "/docs",
  "/docs/start.js",
  ...viewerPaths,
  "/openapi.json",
  "/openapi.yaml",
];

/** The API reference at `/docs`, the OpenAPI document, and a page for each problem type. */
export function docsRoutes(deps: DocsDeps): Hono<HttpEnv> {
  let known: { served: Served; json: string; yaml: string } | undefined;
  // to make it takes a hundred times as long as to send it, and anybody may ask
  const document = () => {
    const served = deps.served();
    if (known?.served !== served) {
      const made = openApiDocument(served);
      known = { served, json: JSON.stringify(made), yaml: stringify(made, yamlOptions) };
    }
    return known;
  };
  return new Hono<HttpEnv>()
    .get("/", (c) => c.redirect("/docs"))
    .get("/docs", (c) => {
      // the viewer sets styles in elements; nothing comes from elsewhere
      c.header(
        "content-security-policy",
        "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:",
      );
      return c.html(page);
    })
    .get("/docs/start.js", (c) => {
      c.header("content-type", "text/javascript; charset=utf-8");
      return c.body(`const demoTokens = ${JSON.stringify(deps.docs.demoTokens ?? [])};\n${startScript}`);
    })
    .on("GET", viewerPaths, async (c) => {
      const name = c.req.path.slice("/docs/".length);
      const bytes = await deps.docs.read(name);
      if (!bytes) return c.notFound();
      c.header("content-type", viewerFiles[name]);
      c.header("cache-control", "public, max-age=86400");
      return c.body(bytes);
    })
    .get(
      "/openapi.json",
      (c) => c.body(document().json, 200, { "content-type": "application/json" }),
    )
    .get(
      "/openapi.yaml",
      (c) => c.body(document().yaml, 200, { "content-type": "application/yaml" }),
    )
    .get("/problems/:type", (c) => {
      const slug = c.req.param("type");
      if (!Object.hasOwn(problems, slug)) return c.notFound();
      const [status, title] = problems[slug as ProblemType];
      return c.json({ type: `/problems/${slug}`, title, status });
    })
    .on("ALL", paths, onlyMethods("GET, HEAD"))
    .all(
      "/problems/:type",
      (c, next) =>
        Object.hasOwn(problems, c.req.param("type")) ? onlyMethods("GET, HEAD")(c, next) : c.notFound(),
    );
}
