import { googleProviders } from "./google/server.js";
import { serveSimulators } from "./httpServer.js";
import { OpenAiProvider } from "./openai/server.js";
import { TwilioProvider } from "./twilio/server.js";
import { VapiProvider } from "./vapi/server.js";

const DEFAULT_PORT = 8095;

/** Serves every provider simulator from one process until SIGTERM or SIGINT. */
async function main(): Promise<void> {
  const port = portFromEnvironment();
  const providers = [new OpenAiProvider(), new TwilioProvider(), ...googleProviders(), new VapiProvider()];
  const server = await serveSimulators(port, providers);
  console.log(`Simulators at ${server.url}: these are not the real providers.`);
  for (const { name, note } of providers) console.log(`  ${server.url}/${name} — ${note}`);
  let stopping = false;
  const stop = () => {
    if (stopping) return;
    stopping = true;
    server.stop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
}

function portFromEnvironment(): number {
  const given = process.env.SIMULATORS_PORT;
  const port = given === undefined || given === "" ? DEFAULT_PORT : Number(given);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new Error(`SIMULATORS_PORT must be a port number, not "${given}".`);
}

main().catch((error: NodeJS.ErrnoException & { port?: number }) => {
  const taken = `Port ${error.port} is taken: stop what uses it, or set SIMULATORS_PORT to another.`;
  console.error(error.code === "EADDRINUSE" ? taken : error.message);
  process.exit(1);
});
