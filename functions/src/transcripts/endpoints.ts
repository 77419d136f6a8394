import { z } from "zod";
import { jsonProvenByTwilio } from "../calls/signedByTwilio";
import { documentRoute } from "../endpoint/document";
import { assistantErrors } from "../endpoint/errorFamilies";
import { https, route } from "../endpoint/https";
import { jsonWebhook } from "../endpoint/jsonWebhook";
import { operation } from "../endpoint/operation";
import { paged } from "../endpoint/paged";
import { TWILIO_SECRETS } from "../endpoint/secrets";
import * as schemas from "./apiSchemas";
import { enhancedTranscript, listedTranscript } from "./enhancedTranscript";
import { exportTranscript } from "./exportTranscript";
import { listReceipts } from "./listReceipts";
import { listTranscripts } from "./listTranscripts";
import { receiveTranscript } from "./receiveTranscript";

const document = z.object({
  type: z.string(),
  body: z.string(),
  headers: z.record(z.string(), z.string()),
});

const listing = operation({
  summary: "One's own conversations that have ended, newest first",
  auth: "token",
  input: schemas.listInput,
  output: schemas.listOutput,
  run: listTranscripts,
});
const getting = operation({
  summary: "One of one's own conversations, whole: as JSON, or as text, WebVTT, CSV or a page to print",
  auth: "token",
  errors: ["not_found"],
  input: schemas.transcriptRef,
  output: z.union([document, enhancedTranscript]),
  run: exportTranscript,
});

const listingReceipts = operation({
  summary: "What providers have erased of a session of one's own that was erased",
  auth: "token",
  input: schemas.receiptsInput,
  output: schemas.receipt.array(),
  run: listReceipts,
});
const receiving = operation({
  summary: "Twilio tells that its transcript of a call is there",
  auth: "signature",
  secrets: TWILIO_SECRETS,
  input: schemas.intelligenceInput,
  output: schemas.noAnswer,
  run: receiveTranscript,
});

const family = assistantErrors;
export const enhancedTranscriptsHttp = https({
  path: "/api/enhanced-transcripts",
  family,
  routes: {
    GET: route(
      listing,
      paged(({ transcripts }) => transcripts, listedTranscript),
    ),
  },
});
export const enhancedTranscriptHttp = https({
  path: "/api/enhanced-transcripts/{transcript_sid}",
  family,
  routes: { GET: documentRoute(getting, enhancedTranscript) },
});

export const erasureReceiptsHttp = https({
  path: "/api/erasure-receipts",
  family,
  routes: { GET: route(listingReceipts) },
});
export const twilioIntelligenceHttp = https({
  path: "/twilio/intelligence",
  family,
  routes: { POST: jsonWebhook(receiving, jsonProvenByTwilio) },
});
