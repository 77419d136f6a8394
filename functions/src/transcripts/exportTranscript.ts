import type { Ctx } from "../core/ctx";
import type { TranscriptRef } from "./apiSchemas";
import type { EnhancedTranscript } from "./enhancedTranscript";
import { exportCsv } from "./exportCsv";
import { exportHtml, PAGE_POLICY } from "./exportHtml";
import { exportText } from "./exportText";
import { exportVtt } from "./exportVtt";
import { getTranscript } from "./getTranscript";

/** A conversation as a text of another type than JSON. */
export interface ExportedTranscript {
  type: string;
  body: string;
  headers: Record<string, string>;
}

interface Export {
  type: string;
  extension?: string;
  write(transcript: EnhancedTranscript): string;
  headers?: Record<string, string>;
}

const EXPORTS: Record<Exclude<TranscriptRef["format"], "json">, Export> = {
  text: { type: "text/plain; charset=utf-8", extension: "txt", write: exportText },
  vtt: { type: "text/vtt; charset=utf-8", extension: "vtt", write: exportVtt },
  csv: { type: "text/csv; charset=utf-8", extension: "csv", write: exportCsv },
  // To be looked at, and printed from there.
  html: {
    type: "text/html; charset=utf-8",
    write: exportHtml,
    headers: { "Content-Security-Policy": PAGE_POLICY },
  },
};

/** One of one's own conversations, in the format that is asked for. Costs as `getTranscript`, and fails likewise. */
export async function exportTranscript(
  ctx: Ctx,
  { format, ...ref }: TranscriptRef,
): Promise<EnhancedTranscript | ExportedTranscript> {
  const transcript = await getTranscript(ctx, ref);
  if (format === "json") return transcript;
  const { type, extension, write, headers = {} } = EXPORTS[format];
  const name = `transcript-${transcript.transcript_sid}.${extension}`;
  const attachment = { "Content-Disposition": `attachment; filename="${name}"` };
  return {
    type,
    body: write(transcript),
    headers: { ...headers, ...(extension === undefined ? {} : attachment) },
  };
}
