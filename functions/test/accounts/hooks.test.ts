import assert from "node:assert/strict";
import axios, { type AxiosError, type AxiosInstance } from "axios";
import { beforeEach, describe, it } from "mocha";
import { createElement, useEffect, useState } from "react";
import { act, create } from "react-test-renderer";
import { account, fromElsewhere, PASSWORD } from "../support/assistantApi";
import { eventually } from "../support/eventually";
import { fromStack } from "../support/stackEnvironment";

// A web app as the integration guide builds it: an axios client that adds the token, and two hooks on top of it.

interface User {
  id: string;
  email: string;
}
interface ScenarioInput {
  persona: string;
  prompt: string;
  voice_type: string;
  temperature: number;
}
interface Scenario extends ScenarioInput {
  scenario_id: string;
}

const storage = new Map<string, string>();

function makeClient(): AxiosInstance {
  const client = axios.create({
    baseURL: fromStack("HOSTING_URL"),
    headers: { "Content-Type": "application/json", ...fromElsewhere() },
    timeout: 10_000,
  });
  client.interceptors.request.use((config) => {
    const token = storage.get("token");
    if (token) config.headers.Authorization = `Bearer ${token}`;
    return config;
  });
  return client;
}

function useAuth(client: AxiosInstance) {
  const [user, setUser] = useState<User | null>(null);
  const [isAuthenticated, setIsAuthenticated] = useState(false);
  useEffect(() => {
    const token = storage.get("token");
    if (token === undefined) return;
    client
      .get<User>("/users/me")
      .then(({ data }) => {
        setUser(data);
        setIsAuthenticated(true);
      })
      // What comes late is about this token, not about one that was stored meanwhile.
      .catch(() => storage.get("token") === token && storage.delete("token"));
  }, [client]);
  const login = async (email: string, password: string) => {
    const { data } = await client.post("/auth/login", { email, password });
    storage.set("token", data.access_token);
    setUser(data.user);
    setIsAuthenticated(true);
  };
  return { user, isAuthenticated, login };
}

function useScenarios(client: AxiosInstance) {
  const [scenarios, setScenarios] = useState<Scenario[]>([]);
  const load = async () => setScenarios((await client.get<Scenario[]>("/custom-scenarios")).data);
  return {
    scenarios,
    create: async (input: ScenarioInput) => {
      const { data } = await client.post<{ scenario_id: string }>("/realtime/custom-scenario", input);
      await load();
      return data.scenario_id;
    },
    update: async (id: string, input: ScenarioInput) => {
      await client.put(`/custom-scenarios/${id}`, input);
      await load();
    },
    remove: async (id: string) => {
      await client.delete(`/custom-scenarios/${id}`);
      await load();
    },
  };
}

/** Renders a hook and gives what it returned last. */
function render<T>(hook: () => T): () => T {
  let last: T | undefined;
  const Host = () => {
    last = hook();
    return null;
  };
  act(() => void create(createElement(Host)));
  return () => last as T;
}

const SCENARIO = { persona: "You are kind.", prompt: "Help.", voice_type: "calm_male", temperature: 0.7 };

describe("a web app with axios and React hooks", () => {
  beforeEach(() => storage.clear());
  before(() => Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true }));
  after(() => Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: false }));

  it("signs in, is known after a reload, and is told when its token is not", async () => {
    const { email, id } = await account();
    const auth = render(() => useAuth(makeClient()));
    await act(() => auth().login(email, PASSWORD));
    assert.equal(auth().isAuthenticated, true);
    assert.equal(auth().user?.id, id);

    const client = makeClient();
    const reloaded = render(() => useAuth(client));
    await act(() => eventually(async () => assert.equal(reloaded().user?.email, email)));

    storage.set("token", "stale");
    render(() => useAuth(client));
    await eventually(async () => assert.equal(storage.has("token"), false));
  });

  it("creates, changes and deletes scenarios", async () => {
    storage.set("token", (await account()).accessToken);
    const client = makeClient();
    const hook = render(() => useScenarios(client));
    let id = "";
    await act(async () => {
      id = await hook().create(SCENARIO);
    });
    assert.deepEqual(
      hook().scenarios.map((one) => one.scenario_id),
      [id],
    );
    await act(() => hook().update(id, { ...SCENARIO, voice_type: "concerned_female" }));
    assert.equal(hook().scenarios[0]?.voice_type, "concerned_female");
    await act(() => hook().remove(id));
    assert.deepEqual(hook().scenarios, []);
  });

  it("finds what to show in `detail`", async () => {
    storage.set("token", (await account()).accessToken);
    await assert.rejects(
      makeClient().post("/realtime/custom-scenario", { ...SCENARIO, persona: "" }),
      (error) => {
        const { response } = error as AxiosError<{ detail: string }>;
        assert.equal(response?.status, 422);
        assert.equal(response?.data.detail, "persona: must not be empty");
        return true;
      },
    );
  });
});
