import type { Recording } from "../call/recordings.js";
import { type IntelligenceInput, type IntelligenceScript, intelligenceSchema } from "./script.js";

/** How transcripts created from now on turn out: those of one recording, of one number, and all others. */
export class IntelligenceScripts {
  private readonly byWhom = new Map<string | undefined, IntelligenceScript>();

  /** @throws ZodError */
  set(input: IntelligenceInput): IntelligenceScript {
    const script = intelligenceSchema.parse(input);
    this.byWhom.set(script.recordingSid ?? script.number, script);
    return script;
  }

  clear(): void {
    this.byWhom.clear();
  }

  for({ sid, call }: Recording): IntelligenceScript {
    const { byWhom } = this;
    return byWhom.get(sid) ?? byWhom.get(call.party) ?? byWhom.get(undefined) ?? intelligenceSchema.parse({});
  }
}
