import { createHash } from "node:crypto";
import { globSync, readFileSync } from "node:fs";
import { extname, join, relative, sep } from "node:path";
import { gzipSync } from "node:zlib";
import type { FastifyInstance } from "fastify";
import { PAGE_ROLES } from "../../api/route-roles.ts";
import { takesGzip } from "./send-answer.ts";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".webmanifest": "application/manifest+json; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".woff2": "font/woff2",
  ".txt": "text/plain; charset=utf-8",
};
/** Pages run their own scripts and nobody else's, and talk to this server only. */
const PAGE_POLICY =
  "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/** Larger than any dashboard: what is not one is not read into memory. */
const MOST_BYTES = 32 * 1024 * 1024;
/** Shorter files, and those that are compressed already, are sent as they are. */
const COMPRESSED_FROM_BYTES = 1_024;
const COMPRESSIBLE = /^text\/|^application\/|svg/;
/** Names that the build made of the content: they never change. */
const HASHED = /[-.][A-Za-z0-9_-]{8,}\.\w+$/;

/** What the build says of its pages: by the first level of their paths, what they are going to ask for. */
const PRELOADS = "/preload.json";

interface StaticFile {
  readonly body: Buffer;
  /** The same, compressed; made when it is first asked for. */
  readonly zipped: () => Buffer | undefined;
  readonly type: string;
  readonly etag: string;
  readonly caching: string;
}

/** The files of a built dashboard, by path from `/`; undefined where there is none. Read once: they are few and small. */
export function staticFiles(folder: string): ReadonlyMap<string, StaticFile> | undefined {
  const files = new Map<string, StaticFile>();
  let bytes = 0;
  for (const entry of globSync("**/*", { cwd: folder, withFileTypes: true })) {
    const type = TYPES[extname(entry.name).toLowerCase()];
    if (!entry.isFile() || type === undefined) continue;
    const path = join(entry.parentPath, entry.name);
    const body = readFileSync(path);
    bytes += body.length;
    if (bytes > MOST_BYTES) return undefined;
    files.set(`/${relative(folder, path).split(sep).join("/")}`, {
      body,
      zipped: once(() =>
        COMPRESSIBLE.test(type) && body.length >= COMPRESSED_FROM_BYTES
          ? gzipSync(body, { level: 9 })
          : undefined,
      ),
      type,
      etag: `"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"`,
      caching: HASHED.test(entry.name) ? "public, max-age=31536000, immutable" : "no-cache",
    });
  }
  return files.has("/index.html") ? files : undefined;
}

/** Adds the files; a path that is none of them is the dashboard's own, and its first page answers it. */
export function addStaticFiles(app: FastifyInstance, files: ReadonlyMap<string, StaticFile>): void {
  const page = files.get("/index.html");
  const links = linksOf(files.get(PRELOADS)?.body);
  app.get("/*", { config: { role: PAGE_ROLES["the dashboard's files"] } }, (request, reply) => {
    const asked = request.url.split("?", 1)[0] ?? "";
    const wantsPage = (request.headers.accept ?? "").includes("text/html");
    const file = files.get(asked.replace(/\/$/, "/index.html")) ?? (wantsPage ? page : undefined);
    if (file === undefined) return reply.callNotFound();
    const link = file === page ? links.get(asked.split("/", 2)[1] ?? "") : undefined;
    if (link !== undefined) reply.header("link", link);
    const zipped = takesGzip(request.headers["accept-encoding"]) ? file.zipped() : undefined;
    // RFC 9110, 8.8.3: two representations of a file have two strong tags.
    const etag = zipped === undefined ? file.etag : file.etag.replace(/"$/, '-gzip"');
    reply.headers({ "cache-control": file.caching, etag, "content-security-policy": PAGE_POLICY });
    reply.header("vary", "accept-encoding");
    if (request.headers["if-none-match"] === etag) return reply.code(304).send();
    if (zipped !== undefined) reply.header("content-encoding", "gzip");
    return reply.type(file.type).send(zipped ?? file.body);
  });
}

/** RFC 8288: a page's scripts are on their way together with it, one journey instead of one for each level of imports. */
function linksOf(preloads: Buffer | undefined): ReadonlyMap<string, string> {
  if (preloads === undefined) return new Map();
  const pages = Object.entries(JSON.parse(preloads.toString()) as Record<string, readonly string[]>);
  return new Map(
    pages.map(([level, paths]) => [level, paths.map((path) => `<${path}>; rel=modulepreload`).join(", ")]),
  );
}

function once<Made>(make: () => Made): () => Made {
  let made: { readonly value: Made } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
