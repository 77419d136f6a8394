import { type ZodType, z } from "zod";
import type { ErrorCode } from "../core/errors";
import type { DeclaredCallable } from "./callable";
import type { ErrorFamily } from "./errorFamilies";
import type { DeclaredHttps, HttpsDeclaration, Method, Route } from "./https";
import type { OperationDeclaration } from "./operation";
import { pathTemplate } from "./pathTemplate";
import { REGION } from "./region";

// Made at build time from what the exported functions declare, never loaded by a function.

type Json = Record<string, unknown>;
type Functions = Readonly<Record<string, unknown>>;

/** An HTTPS function by the name it is exported under. */
export interface NamedHttps {
  name: string;
  declaration: HttpsDeclaration;
}

/** An entry of `hosting.rewrites` in `firebase.json`. */
export interface Rewrite {
  source: string;
  function: { functionId: string; region: string };
}

/** The HTTPS functions among the exports, in their order. */
export function httpsFunctions(functions: Functions): NamedHttps[] {
  return Object.entries(functions).flatMap(([name, exported]) => {
    const declaration = (exported as Partial<DeclaredHttps>).declaration;
    return declaration ? [{ name, declaration }] : [];
  });
}

/** The callables among the exports: the name of each by the operation it runs. */
export function callableNames(functions: Functions): Map<OperationDeclaration, string> {
  return new Map(
    Object.entries(functions).flatMap(([name, exported]) => {
      const operation = (exported as Partial<DeclaredCallable>).operation;
      return operation ? [[operation, name] as const] : [];
    }),
  );
}

/** How Hosting reaches the HTTPS functions; a path without wildcards comes before one that would match it too. */
export function hostingRewrites(functions: Functions): Rewrite[] {
  const wildcards = (source: string) => source.split("*").length - 1;
  return httpsFunctions(functions)
    .flatMap(({ name, declaration }) =>
      pathTemplate(declaration.path).hostingSources.map((source) => ({
        source,
        function: { functionId: name, region: REGION },
      })),
    )
    .sort((a, b) => wildcards(a.source) - wildcards(b.source));
}

/** The text of `firebase.json` with these rewrites, the rest of it as it was. @throws Error where it has none */
export function withRewrites(firebaseJson: string, rewrites: Rewrite[]): string {
  const entries = rewrites.map(
    ({ source, function: { functionId, region } }) =>
      `      {\n        "source": "${source}",\n` +
      `        "function": { "functionId": "${functionId}", "region": "${region}" }\n      }`,
  );
  const list = entries.length === 0 ? "[]" : `[\n${entries.join(",\n")}\n    ]`;
  const present = /"rewrites": \[[^\]]*\]/;
  if (!present.test(firebaseJson)) throw new Error('firebase.json has no "rewrites" to replace');
  return firebaseJson.replace(present, () => `"rewrites": ${list}`);
}

/** The whole API as an OpenAPI 3.1 document. https://spec.openapis.org/oas/v3.1.1.html */
export function describeApi(functions: Functions, version: string): Json {
  const callables = callableNames(functions);
  const schemas: Json = {};
  const families = new Set<ErrorFamily>();
  const paths: Json = {};
  for (const { name, declaration } of httpsFunctions(functions)) {
    families.add(declaration.family);
    const methods = Object.entries(declaration.routes) as [Method, Route][];
    paths[declaration.path] = Object.fromEntries(
      methods.map(([method, bound]) => [
        method.toLowerCase(),
        describeRoute({
          name,
          declaration,
          method,
          bound,
          callable: callables.get(bound.operation),
          schemas,
        }),
      ]),
    );
  }
  return {
    openapi: "3.1.1",
    info: { title: "Voice backend", version, description: DESCRIPTION },
    servers: [
      {
        url: "https://{site}.web.app",
        description: "Firebase Hosting of the deployed project",
        variables: { site: { default: "demo-voice" } },
      },
      { url: "http://127.0.0.1:5000", description: "The local stack" },
    ],
    paths,
    components: {
      securitySchemes: {
        firebase: {
          type: "http",
          scheme: "bearer",
          bearerFormat: "JWT",
          description: "A Firebase ID token.",
        },
        twilio: {
          type: "apiKey",
          in: "header",
          name: "X-Twilio-Signature",
          description: "https://www.twilio.com/docs/usage/security#validating-requests",
        },
        vapi: {
          type: "apiKey",
          in: "header",
          name: "X-Vapi-Secret",
          description: "https://docs.vapi.ai/server-url/server-authentication",
        },
      },
      headers: HEADERS,
      schemas: {
        ...schemas,
        ...Object.fromEntries([...families].map(({ name, schema }) => [name, schema])),
      },
      responses: Object.assign({}, ...[...families].map(describeFamily)),
    },
  };
}

const DESCRIPTION = [
  "Each operation with an `x-callable` is also a Firebase callable function of that name, with path, query and body as",
  "one object. Each path is one function, `x-function`, and answers at the function's own URL as well, and one under",
  "`/api/` also under `/api/v1/`. Another method than those listed is answered with 405 and `Allow`, any other",
  "address with 404.",
].join(" ");

const HEADERS = {
  Location: { description: "Where the browser goes on to.", schema: { type: "string", format: "uri" } },
  RequestId: {
    description: "Quote it when you report a problem.",
    required: true,
    schema: { type: "string", format: "uuid" },
  },
  NextCursor: {
    description: "Where the next page begins, to be sent as `cursor`; absent on the last page.",
    schema: { type: "string" },
  },
  RetryAfter: { description: "Seconds until a retry can succeed.", schema: { type: "integer", minimum: 1 } },
  WwwAuthenticate: { schema: { type: "string", const: "Bearer" } },
};

const MEANINGS: Readonly<Record<ErrorCode, string>> = {
  invalid_argument: "The input is wrong; the message names the field.",
  unauthenticated: "The ID token, or the App Check token where one is asked for, is missing, bad or expired.",
  permission_denied: "The caller may not do this.",
  not_found: "It does not exist, or is another user's.",
  method_not_allowed: "Not with this method.",
  conflict: "It is not in a state that allows this.",
  session_expired: "The session has expired.",
  payload_too_large: "The body exceeds 1 MiB.",
  rate_limited: "A limit is reached.",
  busy: "Too many at once want to change the same thing: try again in a second.",
  not_configured: "The server lacks a setting.",
  provider_failed: "A provider failed.",
  provider_unavailable: "A provider, or Firebase Auth, does not answer right now.",
  internal: "Something unforeseen; the request id tells us what.",
};

/** What can say when to come again. */
const RETRYABLE: readonly ErrorCode[] = ["rate_limited", "busy"];

interface DescribedRoute {
  name: string;
  declaration: HttpsDeclaration;
  method: Method;
  bound: Route;
  callable: string | undefined;
  /** Where named schemas are gathered. */
  schemas: Json;
}

function describeRoute({ name, declaration, method, bound, callable, schemas }: DescribedRoute): Json {
  const { operation } = bound;
  const { properties = {}, required = [] } = jsonSchema(operation.input, "input", schemas) as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  const inPath = pathTemplate(declaration.path).parameters;
  const others = Object.keys(properties).filter((field) => !inPath.includes(field));
  const hasBody = method === "POST" || method === "PUT";
  const parameters = [
    ...inPath.map((field) => parameter(field, "path", true, properties[field])),
    ...(hasBody ? [] : others).map((field) =>
      parameter(field, "query", required.includes(field), properties[field]),
    ),
    ...(operation.takesIdempotencyKey ? [IDEMPOTENCY_KEY] : []),
  ];
  return {
    operationId: callable ?? `${name}_${method.toLowerCase()}`,
    summary: operation.summary,
    "x-function": name,
    ...(callable ? { "x-callable": callable } : {}),
    ...security(operation),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(hasBody && others.length > 0
      ? { requestBody: requestBody(properties, others, required, bound.takes) }
      : {}),
    responses: {
      [bound.status]: {
        description: "Done.",
        headers: { "X-Request-Id": header("RequestId"), ...ownHeaders(bound) },
        ...(bound.status === 204 ? {} : { content: contentOf(bound, schemas) }),
      },
      ...Object.fromEntries(
        errorStatuses(declaration.family, operation, hasBody).map((status) => [
          status,
          { $ref: `#/components/responses/${declaration.family.name}${status}` },
        ]),
      ),
    },
  };
}

function contentOf({ content: { type, schema } }: Route, schemas: Json): Json {
  return { [type]: schema ? { schema: jsonSchema(schema, "output", schemas) } : {} };
}

const IDEMPOTENCY_KEY = {
  name: "Idempotency-Key",
  in: "header",
  required: false,
  description:
    "Of the client's choice, a UUID as a rule: the request that comes again with it does nothing twice.",
  schema: { type: "string", minLength: 1, maxLength: 255 },
};

function parameter(name: string, place: "path" | "query", required: boolean, schema: Json = {}): Json {
  const { description, ...rest } = schema;
  // As Express reads a query: `variables[company]=Northwind`.
  const style = place === "query" && rest.type === "object" ? { style: "deepObject", explode: true } : {};
  return { name, in: place, required, ...(description ? { description } : {}), ...style, schema: rest };
}

function security({ auth, provider = "twilio" }: OperationDeclaration): Json {
  if (auth === "none") return {};
  return { security: [auth === "signature" ? { [provider]: [] } : { firebase: [] }] };
}

function requestBody(
  properties: Record<string, Json>,
  fields: string[],
  required: string[],
  type = "application/json",
): Json {
  const wanted = fields.filter((field) => required.includes(field));
  return {
    required: wanted.length > 0,
    content: {
      [type]: {
        schema: {
          type: "object",
          properties: Object.fromEntries(fields.map((field) => [field, properties[field]])),
          ...(wanted.length > 0 ? { required: wanted } : {}),
          ...(type === "application/json" ? { additionalProperties: false } : {}),
        },
      },
    },
  };
}

function ownHeaders(bound: Route): Json {
  return Object.fromEntries((bound.headers ?? []).map((name) => [name, header(name.replace(/^X-|-/g, ""))]));
}

/** What can go wrong: what any endpoint answers with, and what the operation says of itself. */
function errorStatuses(family: ErrorFamily, operation: OperationDeclaration, hasBody: boolean): number[] {
  const codes: ErrorCode[] = ["invalid_argument", "internal", ...(operation.errors ?? [])];
  if (operation.auth === "signature") codes.push("permission_denied", "not_configured", "busy");
  else if (operation.auth !== "none") codes.push("unauthenticated", "provider_unavailable", "busy");
  if (hasBody) codes.push("payload_too_large");
  return [...new Set(codes.map((code) => family.status[code]))].sort((a, b) => a - b);
}

function describeFamily(family: ErrorFamily): Json {
  const codes = Object.keys(family.status) as ErrorCode[];
  const statuses = [...new Set(Object.values(family.status))].filter((status) => status !== 405);
  return Object.fromEntries(
    statuses.map((status) => [
      `${family.name}${status}`,
      {
        description: codes
          .filter((code) => family.status[code] === status)
          .map((code) => MEANINGS[code])
          .join(" Or: "),
        headers: {
          "X-Request-Id": header("RequestId"),
          ...(RETRYABLE.some((code) => status === family.status[code])
            ? { "Retry-After": header("RetryAfter") }
            : {}),
          ...(status === family.status.unauthenticated
            ? { "WWW-Authenticate": header("WwwAuthenticate") }
            : {}),
        },
        content: json({ $ref: `#/components/schemas/${family.name}` }),
      },
    ]),
  );
}

function header(name: string): Json {
  return { $ref: `#/components/headers/${name}` };
}

function json(schema: Json): Json {
  return { "application/json": { schema } };
}

/** A zod schema as JSON Schema; those that carry an id move to `schemas` and leave a reference behind. */
function jsonSchema(schema: ZodType, io: "input" | "output", schemas: Json): Json {
  const made = z.toJSONSchema(schema, {
    io,
    override({ jsonSchema: written }) {
      // Clients must bear fields that a later release adds.
      if (io === "output" && written.additionalProperties === false) delete written.additionalProperties;
      // The pattern behind the format is 300 characters long and says no more.
      if (written.format === "date-time") delete written.pattern;
      // The bounds of every integer that JavaScript can hold.
      if (written.minimum === Number.MIN_SAFE_INTEGER) delete written.minimum;
      if (written.maximum === Number.MAX_SAFE_INTEGER) delete written.maximum;
      delete written.id;
    },
  }) as Json;
  const { $schema, $defs, ...rest } = JSON.parse(
    JSON.stringify(made).replaceAll("#/$defs/", "#/components/schemas/"),
  ) as Json;
  Object.assign(schemas, $defs);
  return rest;
}
