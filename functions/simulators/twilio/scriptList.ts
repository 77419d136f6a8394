import { type Script, type ScriptInput, scriptSchema } from "./script.js";
import { soundOf } from "./stream/caller.js";

/** The scripts that calls begun from now on play: one for all, and those for one number. */
export class ScriptList {
  private readonly byNumber = new Map<string | undefined, Script>();

  /** @throws ZodError, or Error for a sound that cannot be read */
  set(input: ScriptInput): Script {
    const script = readScript(input);
    this.byNumber.set(script.number, script);
    return script;
  }

  clear(): void {
    this.byNumber.clear();
  }

  for(number: string): Script {
    return this.byNumber.get(number) ?? this.byNumber.get(undefined) ?? readScript({});
  }
}

/** A script with its defaults, whose sounds are there. @throws ZodError, or Error for a sound that cannot be read */
export function readScript(input: unknown): Script {
  const script = scriptSchema.parse(input);
  for (const step of script.caller.says) soundOf(step);
  return script;
}
