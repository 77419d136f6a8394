import assert from "node:assert/strict";
import { describe, it } from "mocha";
import {
  callableNames,
  describeApi,
  hostingRewrites,
  httpsFunctions,
  withRewrites,
} from "../../src/endpoint/openapi";
import { pathTemplate, versionedPath } from "../../src/endpoint/pathTemplate";
import { HTTPS_NAME } from "../../src/endpoint/rawBody";
import { REGION } from "../../src/endpoint/region";

import functions = require("../../src/index");

import { readFunctionsFile } from "../support/repositoryFiles";

type Json = Record<string, unknown>;
interface OperationObject {
  operationId: string;
  "x-function": string;
  "x-callable"?: string;
  parameters?: { name: string; in: string; required: boolean; schema: Json }[];
  requestBody?: { content: Record<string, { schema: Json }> };
  responses: Record<string, Json>;
  security?: Record<string, string[]>[];
}
interface Document {
  openapi: string;
  info: { title: string; version: string };
  paths: Record<string, Record<string, OperationObject>>;
  components: Record<string, Record<string, Json>>;
}

const text = readFunctionsFile("openapi.json");
const document = JSON.parse(text) as Document;
const firebaseJson = readFunctionsFile("../firebase.json");
const exported = Object.entries(functions as unknown as Record<string, { __endpoint: Json }>);
const https = httpsFunctions(functions);
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
);

describe("openapi.json and the rewrites in firebase.json", () => {
  it("are what the functions declare: npm run generate was not forgotten", () => {
    const { version } = JSON.parse(readFunctionsFile("package.json"));
    const rewrites = hostingRewrites(functions);
    assert.equal(
      text,
      `${JSON.stringify(describeApi(functions, version), null, 2)}\n`,
      "openapi.json is stale",
    );
    assert.equal(firebaseJson, withRewrites(firebaseJson, rewrites), "firebase.json is stale");
  });

  it("agree with the exported functions in both directions", () => {
    const names = exported.filter(([, one]) => "httpsTrigger" in one.__endpoint).map(([name]) => name);
    assert.ok(names.length > 0);
    const { rewrites } = JSON.parse(firebaseJson).hosting;
    const rewritten = rewrites.map((one: { function: { functionId: string } }) => one.function.functionId);
    assert.deepEqual(https.map(({ name }) => name).sort(), [...names].sort());
    assert.deepEqual([...new Set(rewritten)].sort(), [...names].sort());
    assert.deepEqual(
      [...new Set(operations.map(({ operation }) => operation["x-function"]))].sort(),
      [...names].sort(),
    );
  });

  it("name every callable beside the path that does the same", () => {
    const callables = exported.filter(([, one]) => "callableTrigger" in one.__endpoint).map(([name]) => name);
    const named = operations.flatMap(({ operation }) => operation["x-callable"] ?? []);
    assert.deepEqual(named.sort(), callables.sort());
    assert.deepEqual([...callableNames(functions).values()].sort(), callables.sort());
  });

  it("lead each path to its own function: the first rewrite that matches is the right one", () => {
    const { rewrites } = JSON.parse(firebaseJson).hosting as {
      rewrites: { source: string; function: { functionId: string; region: string } }[];
    };
    for (const { name, declaration } of https) {
      assert.ok(declaration.path in document.paths);
      for (const template of [declaration.path, versionedPath(declaration.path) ?? []].flat()) {
        const path = template.replace(/\{\w+\}/g, "some-id");
        // As Hosting reads a source: https://firebase.google.com/docs/hosting/full-config#glob_pattern_matching
        const first = rewrites.find(({ source }) =>
          new RegExp(`^${source.replaceAll("*", "[^/]+")}$`).test(path),
        );
        assert.deepEqual(first?.function, { functionId: name, region: REGION });
        assert.doesNotThrow(() => pathTemplate(declaration.path).match(path));
      }
    }
  });
});

describe("the exported functions", () => {
  it("that speak HTTPS have names by which their bodies are kept raw, and no other function has", () => {
    for (const [name, one] of exported)
      assert.equal(HTTPS_NAME.test(name), "httpsTrigger" in one.__endpoint, name);
  });

  it("have names that stand in the source as they are, without a hyphen", () => {
    const source = readFunctionsFile("src/index.ts");
    const written = [...source.matchAll(/^ {2}(\w+): \(\) => \w+\(\)\.(\w+),$/gm)];
    assert.deepEqual(
      written.map(([, name]) => name),
      exported.map(([name]) => name),
    );
    for (const [, name, member] of written) assert.equal(name, member);
  });

  it("all run in the one region that the rewrites name", () => {
    for (const [name, one] of exported) assert.deepEqual(one.__endpoint.region, [REGION], name);
  });

  it("that stream have the time that a long answer takes", () => {
    const timeouts = Object.fromEntries(exported.map(([name, one]) => [name, one.__endpoint.timeoutSeconds]));
    for (const name of ["chat", "chatHttp", "ttsHttp", "usersMeHttp"])
      assert.equal(timeouts[name], 540, name);
    assert.equal(timeouts.voiceConnectHttp, 60);
  });

  it("are bound to the secrets that they need and to no others", () => {
    const bound = exported.flatMap(([name, one]) => {
      const secrets = (one.__endpoint.secretEnvironmentVariables ?? []) as { key: string }[];
      return secrets.map(({ key }) => `${name} ${key}`);
    });
    const calendars = ["Auth", "Callback", "Connection", "Events"].map((name) => `googleCalendar${name}Http`);
    const calls = ["twilioVoiceInboundHttp", "twilioVoiceOutboundHttp"];
    const erasing = ["eraseLeftovers", "usersMeHttp"];
    const turn = ["getTurnCredentials", "turnCredentialsHttp"];
    const webrtc = ["startRealtimeCall", "realtimeCallsHttp", "tendRealtimeCalls"];
    const signing = [
      "connectVoice",
      "voiceConnectHttp",
      ...turn,
      ...webrtc,
      ...calls,
      ...calendars,
      ...erasing,
    ];
    const keys = ["createRealtimeKey", "realtimeKeyHttp"];
    const openAi = ["chat", "chatHttp", "ttsHttp", ...keys, ...webrtc].map(
      (name) => `${name} OPENAI_API_KEY`,
    );
    assert.deepEqual(bound.sort(), [...openAi, ...signing.map((name) => `${name} SECRET_KEY`)].sort());
  });
});

/** What asks for no ID token. */
const OPEN_TO_ALL = [
  "/api/health",
  "/auth/register",
  "/auth/login",
  "/auth/refresh",
  "/google-calendar/callback",
];

describe("openapi.json as OpenAPI 3.1", () => {
  const every = (node: unknown, visit: (one: Json, path: string) => void, path = "#"): void => {
    if (typeof node !== "object" || node === null) return;
    if (!Array.isArray(node)) visit(node as Json, path);
    for (const [key, value] of Object.entries(node)) every(value, visit, `${path}/${key}`);
  };

  it("has what a document must have", () => {
    assert.match(document.openapi, /^3\.1\.\d+$/);
    assert.ok(document.info.title && document.info.version);
    for (const path of Object.keys(document.paths)) assert.match(path, /^\/[\w/{}-]+$/);
    for (const name of Object.values(document.components).flatMap(Object.keys))
      assert.match(name, /^[\w.-]+$/);
  });

  it("refers only to what is there, and has nothing that is not referred to", () => {
    const used = new Set<string>();
    every(document, (one, path) => {
      if (!("$ref" in one)) return;
      const steps = String(one.$ref).split("/");
      assert.equal(steps.shift(), "#", `${path} refers outside`);
      const target = steps.reduce<unknown>((node, step) => (node as Json | undefined)?.[step], document);
      assert.ok(target, `${path} refers to ${one.$ref}`);
      used.add(String(one.$ref));
    });
    for (const kind of ["schemas", "headers"]) {
      for (const name of Object.keys(document.components[kind] ?? {})) {
        assert.ok(used.has(`#/components/${kind}/${name}`), `${kind}/${name} is used`);
      }
    }
  });

  it("declares each path parameter, required, once", () => {
    for (const { path, method, operation } of operations) {
      const declaredNames = (operation.parameters ?? []).filter((one) => one.in === "path");
      assert.deepEqual(
        declaredNames.map(({ name }) => name),
        pathTemplate(path).parameters,
        `${method} ${path}`,
      );
      const all = (operation.parameters ?? []).map((one) => `${one.in} ${one.name}`);
      assert.equal(new Set(all).size, all.length);
      for (const one of operation.parameters ?? []) {
        assert.ok(one.schema);
        if (one.in === "path") assert.equal(one.required, true);
      }
    }
  });

  it("gives each operation its own id, a success, its errors and a proof of identity", () => {
    const ids = operations.map(({ operation }) => operation.operationId);
    assert.equal(new Set(ids).size, ids.length);
    for (const { path, method, operation } of operations) {
      const statuses = Object.keys(operation.responses).map(Number);
      assert.ok(statuses.some((status) => status < 400));
      const isOpen = OPEN_TO_ALL.includes(path);
      const provider = path === "/vapi/events" ? "vapi" : /^\/(twilio)\//.exec(path)?.[1];
      const proof = { [provider ?? "firebase"]: [] };
      const refusal = /AssistantError|WebrtcError/.test(JSON.stringify(operation.responses)) ? 422 : 400;
      for (const status of isOpen ? [refusal, 500] : [refusal, provider ? 403 : 401, 500])
        assert.ok(statuses.includes(status), `${method} ${path} ${status}`);
      assert.deepEqual(operation.security, isOpen ? undefined : [proof], path);
      if (method === "get" || method === "delete") assert.equal(operation.requestBody, undefined);
    }
  });

  it("tells of the headers that a client has to read", () => {
    const responses = document.components.responses as Record<string, { headers: Json }>;
    assert.deepEqual(Object.keys(responses.VoiceError429?.headers ?? {}), ["X-Request-Id", "Retry-After"]);
    assert.deepEqual(Object.keys(responses.VoiceError401?.headers ?? {}), [
      "X-Request-Id",
      "WWW-Authenticate",
    ]);
    const list = document.paths["/api/voice/sessions"]?.get?.responses[200] as { headers: Json };
    assert.deepEqual(Object.keys(list.headers), ["X-Request-Id", "X-Next-Cursor"]);
    for (const [name, one] of Object.entries(responses)) assert.ok("X-Request-Id" in one.headers, name);
  });

  it("uses only JSON Schema of draft 2020-12 in its schemas", () => {
    const types = new Set(["string", "number", "integer", "boolean", "object", "array", "null"]);
    const schemas: [Json, string][] = [];
    every(document, (one, path) => {
      if (/\/schema$|\/components\/schemas\/\w+$|\/(properties|\$defs)\/[^/]+$|\/items$/.test(path))
        schemas.push([one, path]);
    });
    assert.ok(schemas.length > 50);
    for (const [schema, path] of schemas) {
      for (const type of [schema.type ?? []].flat()) assert.ok(types.has(String(type)), `${path} ${type}`);
      assert.ok(!("nullable" in schema) && !("example" in schema), `${path} is of 3.0`);
      const properties = Object.keys((schema.properties ?? {}) as Json);
      for (const name of (schema.required ?? []) as string[])
        assert.ok(properties.includes(name), `${path} ${name}`);
      if (typeof schema.pattern === "string")
        assert.doesNotThrow(() => new RegExp(String(schema.pattern), "u"));
    }
  });
});
