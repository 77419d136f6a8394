import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Browser } from "playwright-core";
import { wavHeader } from "../../simulators/audio/wavHeader";

/** A real browser, from the package registry: no system browser is needed. */
export function launchBrowser(): Promise<Browser> {
  return launch([]);
}

/**
 * One whose microphone says this again and again, and that asks nobody's leave.
 * @param pcm PCM16, 24 kHz, mono
 */
export async function launchWithMicrophone(pcm: Buffer): Promise<Browser> {
  const folder = mkdtempSync(path.join(tmpdir(), "voice-microphone-"));
  const file = path.join(folder, "microphone.wav");
  writeFileSync(file, wavOf(pcm));
  const browser = await launch([
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    `--use-file-for-fake-audio-capture=${file}`,
  ]);
  browser.on("disconnected", () => rmSync(folder, { recursive: true, force: true }));
  return browser;
}

async function launch(more: string[]): Promise<Browser> {
  const [{ chromium }, { default: packaged }] = await Promise.all([
    import("playwright-core"),
    import("@sparticuz/chromium"),
  ]);
  return chromium.launch({
    executablePath: await packaged.executablePath(),
    args: ["--no-sandbox", "--disable-background-networking", "--disable-gpu", ...more],
    headless: true,
  });
}

/** PCM16 of 24 kHz as a WAV of 48 kHz, the only rate that the fake microphone plays right. */
function wavOf(pcm: Buffer): Buffer {
  const doubled = Buffer.alloc(pcm.length * 2);
  for (let at = 0; at < pcm.length; at += 2) {
    pcm.copy(doubled, at * 2, at, at + 2);
    pcm.copy(doubled, at * 2 + 2, at, at + 2);
  }
  return Buffer.concat([wavHeader({ rate: 48_000, channels: 1, dataBytes: doubled.length }), doubled]);
}
