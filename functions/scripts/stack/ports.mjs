import { randomInt } from "node:crypto";
import net from "node:net";
import { Problem } from "./problem.mjs";

/** Every port with a fixed number: what listens on it and the environment variable that changes it. */
export const PORTS = {
  hosting: { what: "the Hosting emulator", variable: "HOSTING_PORT", usual: 5000 },
  functions: { what: "the Functions emulator", variable: "FUNCTIONS_PORT", usual: 5001 },
  firestore: { what: "the Firestore emulator", variable: "FIRESTORE_PORT", usual: 8080 },
  auth: { what: "the Auth emulator", variable: "AUTH_PORT", usual: 9099 },
  pubsub: { what: "the Pub/Sub emulator", variable: "PUBSUB_PORT", usual: 8085 },
  tasks: { what: "the Tasks emulator", variable: "TASKS_PORT", usual: 9499 },
  relay: { what: "the relay", variable: "RELAY_PORT", usual: 8090 },
  simulators: { what: "the provider simulators", variable: "SIMULATORS_PORT", usual: 8095 },
};

/** Ports that only the emulators use among themselves: whichever are free. */
const INTERNAL = ["hub", "logging", "eventarc", "firestoreWebsocket"];

// Below the range from which systems take the ports of outgoing connections (32768 and up on Linux).
const FREE_PORT_RANGE = [20_000, 32_000];
const HOST = "127.0.0.1";

function canListen(port) {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.once("error", () => resolve(false));
    server.listen({ host: HOST, port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

function answers(port) {
  return new Promise((resolve) => {
    const socket = net.connect({ host: HOST, port, timeout: 1000 });
    const settle = (answered) => {
      socket.destroy();
      resolve(answered);
    };
    socket.once("connect", () => settle(true));
    socket.once("error", () => settle(false));
    socket.once("timeout", () => settle(false));
  });
}

// On macOS one may listen on 127.0.0.1 beside somebody who listens on every address, so ask both ways.
const isFree = async (port) => (await canListen(port)) && !(await answers(port));

async function freePort(taken) {
  for (let attempt = 0; attempt < 200; attempt++) {
    const port = randomInt(...FREE_PORT_RANGE);
    if (!taken.has(port) && (await isFree(port))) {
      taken.add(port);
      return port;
    }
  }
  throw new Problem(`No free port found between ${FREE_PORT_RANGE.join(" and ")}.`);
}

function portFromEnvironment({ variable, usual }, env) {
  const text = env[variable]?.trim();
  if (!text) return usual;
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new Problem(`${variable} must be a port number from 1 to 65535, not "${text}".`);
  }
  return port;
}

async function fixedPorts(env) {
  const ports = {};
  const problems = [];
  const wantedBy = new Map();
  for (const [name, entry] of Object.entries(PORTS)) {
    const port = portFromEnvironment(entry, env);
    const other = wantedBy.get(port);
    if (other) {
      problems.push(
        `Port ${port} is wanted by ${other.what} and by ${entry.what}: set ${other.variable} or ${entry.variable}.`,
      );
    } else if (!(await isFree(port))) {
      problems.push(
        `Port ${port}, wanted by ${entry.what}, is taken: stop what uses it, or set ${entry.variable} to another port.`,
      );
    }
    wantedBy.set(port, entry);
    ports[name] = port;
  }
  if (problems.length > 0) throw new Problem(problems.join("\n"));
  return ports;
}

/**
 * The ports of one stack by name.
 * @param {"fixed" | "free"} kind `fixed`: the documented ones or those of the environment; `free`: any that are free
 * @throws Problem with one line for each port that is taken
 */
export async function choosePorts(kind, env = process.env) {
  const ports = kind === "fixed" ? await fixedPorts(env) : {};
  const taken = new Set(Object.values(ports));
  const names = kind === "fixed" ? INTERNAL : [...Object.keys(PORTS), ...INTERNAL];
  for (const name of names) ports[name] = await freePort(taken);
  return ports;
}
