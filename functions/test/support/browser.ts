import type { Browser } from "playwright-core";

/** A real browser, from the package registry: no system browser is needed. */
export async function launchBrowser(): Promise<Browser> {
  const [{ chromium }, { default: packaged }] = await Promise.all([
    import("playwright-core"),
    import("@sparticuz/chromium"),
  ]);
  return chromium.launch({
    executablePath: await packaged.executablePath(),
    args: ["--no-sandbox", "--disable-background-networking", "--disable-gpu"],
    headless: true,
  });
}
