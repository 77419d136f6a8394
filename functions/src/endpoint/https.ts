import { type HttpsFunction, onRequest, type Request } from "firebase-functions/https";
import type { ZodType } from "zod";
import { type CallFacts, type Ctx, createCtx } from "../core/ctx";
import { AppError, toAppError } from "../core/errors";
import { newId } from "../core/ids";
import { authenticate, bearerToken, checkApp } from "../core/idToken";
import { logFailure } from "../core/logFailure";
import { projectIdOf, traceOf } from "../core/trace";
import { callerAddress } from "./callerAddress";
import { handleCors } from "./cors";
import type { ErrorFamily } from "./errorFamilies";
import { idempotencyKey } from "./idempotencyKey";
import { type Operation, type OperationDeclaration, runOperation } from "./operation";
import { pathTemplate } from "./pathTemplate";
import { rateLimitHeaders } from "./rateLimitHeaders";
import { REGION } from "./region";
import { bindSecrets } from "./secrets";

const MAX_BODY_BYTES = 1_048_576;

export type Method = "GET" | "POST" | "PUT" | "DELETE";

/** An operation at a method of a path. */
export interface Route {
  operation: OperationDeclaration;
  status: number;
  /** What `answer` sends, for the API description: JSON by the schema, or bytes where there is none. */
  content: { type: string; schema?: ZodType };
  /** The names of the headers that it sends beside those that every answer has. */
  headers?: readonly ("X-Next-Cursor" | "Location")[];
  /** The type of the body, where it is not JSON, for the API description. */
  takes?: string;
  /** What was sent, where that is neither JSON nor a query; also proves who sent it. @throws AppError */
  read?(ctx: Ctx, request: Request): Record<string, unknown>;
  /** Runs the operation on what was sent and answers. @throws whatever it fails with before its first byte */
  answer(call: RouteCall): Promise<void>;
}

export interface RouteCall {
  ctx: Ctx;
  sent: Record<string, unknown>;
  response: Response;
  family: ErrorFamily;
}

/** How the output of an operation is shown, where it is not simply the body. */
interface Presentation<Output> {
  status?: number;
  present?(output: Output): { body: unknown; headers?: Record<string, string> };
  /** The schema of the body that `present` makes and the names of its headers, for the API description. */
  presented?: ZodType;
  presentedHeaders?: Route["headers"];
}

/** What an HTTPS function was made from; the API description and the Hosting rewrites are made from it too. */
export interface HttpsDeclaration {
  path: string;
  family: ErrorFamily;
  routes: Partial<Record<Method, Route>>;
}

export type DeclaredHttps = HttpsFunction & { declaration: HttpsDeclaration };

export type { Request };
export type Response = Parameters<Parameters<typeof onRequest>[0]>[1];

/** Binds an operation to a method, answering with JSON. */
export function route<Input, Output>(
  bound: Operation<Input, Output>,
  { status = 200, present, presented, presentedHeaders }: Presentation<Output> = {},
): Route {
  return {
    operation: bound,
    status,
    content: { type: "application/json", schema: presented ?? bound.output },
    headers: presentedHeaders,
    async answer({ ctx, sent, response }) {
      const output = await runOperation(bound, ctx, sent);
      const { body, headers } = present?.(output) ?? { body: output };
      response
        .set(headers ?? {})
        .status(status)
        .json(body);
    },
  };
}

/**
 * One path as a Cloud Function: CORS, method, App Check, authentication, body and its bounds, validation, the
 * operation, and errors in the family's shape. Its exported name must end in `Http` (see `rawBody.ts`).
 */
export function https(declaration: HttpsDeclaration): DeclaredHttps {
  const template = pathTemplate(declaration.path);
  const methods = Object.keys(declaration.routes);
  const secrets = bindSecrets(
    Object.values(declaration.routes).flatMap((bound) => bound.operation.secrets ?? []),
  );

  const serve = async (ctx: Ctx, request: Request, response: Response, facts: CallFacts) => {
    if (handleCors(request, response, { origins: ctx.config.ALLOWED_ORIGINS, methods })) return;
    const parameters = template.match(request.path);
    const bound = declaration.routes[request.method as Method];
    if (!bound) {
      throw new AppError("method_not_allowed", `Use ${methods.join(" or ")} here.`, {
        details: { allow: methods },
      });
    }
    if (ctx.config.ENFORCE_APP_CHECK && isForApps(bound.operation))
      await checkApp(request.header("X-Firebase-AppCheck"));
    const caller = await identify(request, bound.operation);
    const key = bound.operation.takesIdempotencyKey ? idempotencyKey(request) : undefined;
    const callerCtx = createCtx({ ...facts, caller, idempotencyKey: key });
    const sent = bound.read?.(ctx, request) ?? readInput(request, parameters);
    await bound.answer({ ctx: callerCtx, sent, response, family: declaration.family });
  };

  const handler = async (request: Request, response: Response) => {
    const requestId = newId();
    response.set({
      "X-Request-Id": requestId,
      "Cache-Control": "no-store",
      "X-Content-Type-Options": "nosniff",
    });
    let ctx: Ctx | undefined;
    try {
      const facts: CallFacts = {
        requestId,
        trace: traceOf(request.headers, projectIdOf(process.env)),
        address: callerAddress(request),
        onLimit: rateLimitHeaders(response),
      };
      ctx = createCtx(facts);
      await serve(ctx, request, response, facts);
    } catch (thrown) {
      sendError(declaration.family, toAppError(thrown), response);
      logFailure(ctx?.log, thrown, { requestId, path: declaration.path });
    }
  };
  const timeouts = Object.values(declaration.routes).map((bound) => bound.operation.timeoutSeconds ?? 60);
  const timeoutSeconds = Math.max(...timeouts);
  const options = { region: REGION, cors: false, invoker: "public" as const, secrets, timeoutSeconds };
  return Object.assign(onRequest(options, handler), { declaration });
}

/** Providers have no app, and some things are open to all. */
function isForApps({ auth, skipsAppCheck = false }: OperationDeclaration): boolean {
  return auth !== "signature" && !skipsAppCheck;
}

async function identify(request: Request, { auth }: OperationDeclaration) {
  if (auth === "none" || auth === "signature") return undefined;
  return authenticate(bearerToken(request.header("Authorization")), auth === "fresh");
}

/** Path segments with the query (GET, DELETE) or the JSON body (POST, PUT) as one input. */
function readInput(request: Request, parameters: Record<string, string>): Record<string, unknown> {
  const hasBody = request.method === "POST" || request.method === "PUT";
  const sent = hasBody ? readJson(request.rawBody) : { ...request.query };
  const repeated = Object.keys(parameters).find((name) => Object.hasOwn(sent, name));
  if (repeated !== undefined) {
    throw new AppError("invalid_argument", `${repeated}: belongs into the path alone`, {
      details: { field: repeated },
    });
  }
  return { ...sent, ...parameters };
}

function readJson(bytes: Buffer | undefined): Record<string, unknown> {
  if (!bytes || bytes.length === 0) return {};
  if (bytes.length > MAX_BODY_BYTES)
    throw new AppError("payload_too_large", "The body may not exceed 1 MiB.");
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new AppError("invalid_argument", "body: is not valid JSON", { details: { field: "body" }, cause });
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) {
    throw new AppError("invalid_argument", "body: must be a JSON object", { details: { field: "body" } });
  }
  return parsed as Record<string, unknown>;
}

function sendError(family: ErrorFamily, error: AppError, response: Response): void {
  if (response.headersSent) {
    response.end();
    return;
  }
  const { retryAfterSeconds, allow } = error.details;
  if (error.code === "unauthenticated") response.set("WWW-Authenticate", "Bearer");
  if (retryAfterSeconds !== undefined) response.set("Retry-After", String(retryAfterSeconds));
  if (allow) response.set("Allow", allow.join(", "));
  response.status(family.status[error.code]).json(family.body(error));
}
