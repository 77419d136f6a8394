import { message, nothing } from "../core/plainSchemas";
import { assistantErrors } from "../endpoint/errorFamilies";
import { https, route } from "../endpoint/https";
import { operation } from "../endpoint/operation";
import { listBuiltInScenarios } from "./builtIn";
import { createScenario } from "./createScenario";
import { deleteScenario } from "./deleteScenario";
import { getScenario, listScenarios } from "./readScenarios";
import * as schemas from "./schemas";
import { updateScenario } from "./updateScenario";

const listingBuiltIn = operation({
  summary: "The scenarios that everybody has",
  auth: "token",
  input: nothing,
  output: schemas.builtInScenario.array(),
  run: listBuiltInScenarios,
});
const creating = operation({
  summary: "Create a scenario of one's own; at most 20 a user",
  auth: "token",
  errors: ["rate_limited", "conflict"],
  input: schemas.createInput,
  output: schemas.createOutput,
  run: createScenario,
});
const listing = operation({
  summary: "One's own scenarios, newest first",
  auth: "token",
  input: nothing,
  output: schemas.scenario.array(),
  run: listScenarios,
});
const getting = operation({
  summary: "One of one's own scenarios",
  auth: "token",
  errors: ["not_found"],
  input: schemas.scenarioRef,
  output: schemas.scenario,
  run: getScenario,
});
const updating = operation({
  summary: "Change one of one's own scenarios, in whole or in part",
  auth: "token",
  errors: ["not_found"],
  input: schemas.updateInput,
  output: schemas.scenario,
  run: updateScenario,
});
const deleting = operation({
  summary: "Delete one of one's own scenarios",
  auth: "token",
  errors: ["not_found"],
  input: schemas.scenarioRef,
  output: message,
  run: deleteScenario,
});

export const scenariosHttp = https({
  path: "/scenarios",
  family: assistantErrors,
  routes: { GET: route(listingBuiltIn) },
});
export const createScenarioHttp = https({
  path: "/realtime/custom-scenario",
  family: assistantErrors,
  routes: { POST: route(creating, { status: 201 }) },
});
export const customScenariosHttp = https({
  path: "/custom-scenarios",
  family: assistantErrors,
  routes: { GET: route(listing) },
});
export const customScenarioHttp = https({
  path: "/custom-scenarios/{scenario_id}",
  family: assistantErrors,
  routes: { GET: route(getting), PUT: route(updating), DELETE: route(deleting) },
});
