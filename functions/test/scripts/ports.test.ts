import assert from "node:assert/strict";
import net from "node:net";
import { importScript } from "./importScript";

async function listen(): Promise<net.Server & { port: number }> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return Object.assign(server, { port: (server.address() as net.AddressInfo).port });
}

describe("the stack's ports", () => {
  it("says in one line which port is taken, what wanted it and what changes it", async () => {
    const { choosePorts, PORTS } = await importScript("stack/ports.mjs");
    const free = await choosePorts("free");
    const taken = await listen();
    const names = Object.keys(PORTS);
    const env = Object.fromEntries(names.map((name) => [PORTS[name].variable, String(free[name])]));
    try {
      await assert.rejects(
        choosePorts("fixed", { ...env, AUTH_PORT: String(taken.port) }),
        (error: Error) => {
          assert.equal(
            error.message,
            `Port ${taken.port}, wanted by the Auth emulator, is taken: stop what uses it, or set AUTH_PORT to another port.`,
          );
          return true;
        },
      );
    } finally {
      taken.close();
    }
  });

  it("takes the ports that the environment names", async () => {
    const { choosePorts, PORTS } = await importScript("stack/ports.mjs");
    const free = await choosePorts("free");
    const names = Object.keys(PORTS);
    const env = Object.fromEntries(names.map((name) => [PORTS[name].variable, String(free[name])]));
    const ports = await choosePorts("fixed", env);
    for (const name of names) assert.equal(ports[name], free[name]);
  });

  it("refuses one port for two parts, and what is no port", async () => {
    const { choosePorts, PORTS } = await importScript("stack/ports.mjs");
    const free = await choosePorts("free");
    const env = Object.fromEntries(
      Object.keys(PORTS).map((name) => [PORTS[name].variable, String(free[name])]),
    );
    await assert.rejects(choosePorts("fixed", { ...env, RELAY_PORT: env.HOSTING_PORT }), {
      message: `Port ${env.HOSTING_PORT} is wanted by the Hosting emulator and by the relay: set HOSTING_PORT or RELAY_PORT.`,
    });
    await assert.rejects(
      choosePorts("fixed", { ...env, RELAY_PORT: "80900" }),
      /RELAY_PORT must be a port number/,
    );
  });

  it("gives two stacks different free ports", async () => {
    const { choosePorts } = await importScript("stack/ports.mjs");
    const ports = Object.values(await choosePorts("free"));
    assert.equal(new Set(ports).size, ports.length);
  });
});
