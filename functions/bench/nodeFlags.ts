import { readFileSync } from "node:fs";
import path from "node:path";

// Every relay under test runs as the one that is deployed.
const dockerfile = () => readFileSync(path.resolve(__dirname, "../../Dockerfile"), "utf8");

/** What Node is started with in the relay's image. */
export function deployedNodeFlags(): string[] {
  const command: string[] = JSON.parse(/^CMD (\[.*\])$/m.exec(dockerfile())?.[1] ?? "[]");
  return command.filter((argument) => argument.startsWith("--"));
}

/** What the relay's image sets for the memory allocator. */
export function deployedAllocator(): Record<string, string> {
  return Object.fromEntries(
    [...dockerfile().matchAll(/\b(MALLOC_\w+)=(\d+)/g)].map(([, name, value]) => [name, value]),
  );
}
