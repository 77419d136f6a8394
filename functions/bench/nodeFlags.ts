import { readFileSync } from "node:fs";
import path from "node:path";

/** What Node is started with in the relay's image: every relay under test runs as the one that is deployed. */
export function deployedNodeFlags(): string[] {
  const dockerfile = readFileSync(path.resolve(__dirname, "../../Dockerfile"), "utf8");
  const command: string[] = JSON.parse(/^CMD (\[.*\])$/m.exec(dockerfile)?.[1] ?? "[]");
  return command.filter((argument) => argument.startsWith("--"));
}
