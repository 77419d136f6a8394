import type { Price } from "../core/config";
import type { Usage } from "./schemas";

/** Nothing used yet. */
export const NO_USAGE: Usage = {
  responses: 0,
  textIn: 0,
  textCachedIn: 0,
  textOut: 0,
  audioIn: 0,
  audioCachedIn: 0,
  audioOut: 0,
  costUsd: 0,
};

/** Adds up usages; the cost is unknown where one of them is. */
export function addUsage(a: Usage, b: Usage): Usage {
  return {
    responses: a.responses + b.responses,
    textIn: a.textIn + b.textIn,
    textCachedIn: a.textCachedIn + b.textCachedIn,
    textOut: a.textOut + b.textOut,
    audioIn: a.audioIn + b.audioIn,
    audioCachedIn: a.audioCachedIn + b.audioCachedIn,
    audioOut: a.audioOut + b.audioOut,
    costUsd: a.costUsd === null || b.costUsd === null ? null : roundUsd(a.costUsd + b.costUsd),
  };
}

/** What tokens cost in USD by a price table row (USD per million tokens). Cached tokens are part of the input. */
export function costUsd(tokens: Omit<Usage, "costUsd" | "responses">, price: Price): number {
  return roundUsd(
    ((tokens.textIn - tokens.textCachedIn) * price.textIn +
      tokens.textCachedIn * price.textCachedIn +
      tokens.textOut * price.textOut +
      (tokens.audioIn - tokens.audioCachedIn) * price.audioIn +
      tokens.audioCachedIn * price.audioCachedIn +
      tokens.audioOut * price.audioOut) /
      1_000_000,
  );
}

// Adding floats leaves a tail of noise; a billionth of a dollar is finer than any price.
function roundUsd(usd: number): number {
  return Math.round(usd * 1e9) / 1e9;
}
