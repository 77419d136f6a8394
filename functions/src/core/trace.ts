import type { IncomingHttpHeaders } from "node:http";

/** The fields of a log line that name its trace. */
export type TraceFields = Record<string, unknown>;

const NONE = /^0+$/;

/**
 * The fields by which Cloud Logging joins the lines of a request to its trace, from `traceparent`
 * (https://www.w3.org/TR/trace-context/) or else `X-Cloud-Trace-Context`; none without a project or a valid trace.
 * https://cloud.google.com/logging/docs/structured-logging#structured_logging_special_fields
 */
export function traceOf(headers: IncomingHttpHeaders, projectId: string | undefined): TraceFields {
  const context = w3c(headers.traceparent) ?? cloud(headers["x-cloud-trace-context"]);
  if (!projectId || !context) return {};
  return {
    "logging.googleapis.com/trace": `projects/${projectId}/traces/${context.trace}`,
    ...(context.span === undefined ? {} : { "logging.googleapis.com/spanId": context.span }),
    "logging.googleapis.com/trace_sampled": context.sampled,
  };
}

/** The project that this process runs in, as Cloud Run, Cloud Functions and the emulators tell it. */
export function projectIdOf(env: Record<string, string | undefined>): string | undefined {
  return env.GCLOUD_PROJECT || env.GOOGLE_CLOUD_PROJECT || undefined;
}

interface TraceContext {
  /** 32 hex digits. */
  trace: string;
  /** 16 hex digits. */
  span?: string;
  sampled: boolean;
}

function w3c(header: string | string[] | undefined): TraceContext | undefined {
  const [, version, trace = "", span = "", flags = ""] =
    /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?$/.exec(String(header ?? "")) ?? [];
  if (version === undefined || version === "ff" || NONE.test(trace) || NONE.test(span)) return undefined;
  return { trace, span, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

/** `TRACE_ID/SPAN_ID;o=OPTIONS`, the span in decimal: https://cloud.google.com/trace/docs/trace-context#legacy-http-header */
function cloud(header: string | string[] | undefined): TraceContext | undefined {
  const [, trace = "", span, option] =
    /^([0-9a-f]{32})(?:\/(\d{1,20}))?(?:;o=(\d))?$/i.exec(String(header ?? "")) ?? [];
  if (trace === "" || NONE.test(trace)) return undefined;
  return {
    trace: trace.toLowerCase(),
    ...(span === undefined || NONE.test(span) ? {} : { span: BigInt(span).toString(16).padStart(16, "0") }),
    sampled: option === "1",
  };
}
