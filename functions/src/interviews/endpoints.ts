import { message } from "../core/plainSchemas";
import { webrtcErrors } from "../endpoint/errorFamilies";
import { https, route } from "../endpoint/https";
import { operation } from "../endpoint/operation";
import { paged } from "../endpoint/paged";
import { createInterview } from "./createInterview";
import { deleteInterview } from "./deleteInterview";
import { getInterview, listInterviews } from "./readInterviews";
import * as schemas from "./schemas";

const creating = operation({
  summary: "Create an interview, with questions of one's own or those of its type; at most 100 a user",
  auth: "token",
  errors: ["rate_limited", "conflict"],
  input: schemas.createInput,
  output: schemas.interview,
  run: createInterview,
});
const listing = operation({
  summary: "One's own interviews, newest first",
  auth: "token",
  input: schemas.listInput,
  output: schemas.listOutput,
  run: listInterviews,
});
const getting = operation({
  summary: "One of one's own interviews, with how far each question is",
  auth: "token",
  errors: ["not_found"],
  input: schemas.interviewRef,
  output: schemas.interview,
  run: getInterview,
});
const deleting = operation({
  summary: "Delete one of one's own interviews",
  auth: "token",
  errors: ["not_found"],
  input: schemas.interviewRef,
  output: message,
  run: deleteInterview,
});

export const interviewsHttp = https({
  path: "/api/v1/interviews",
  family: webrtcErrors,
  routes: {
    GET: route(
      listing,
      paged(({ interviews }) => interviews, schemas.interview),
    ),
    POST: route(creating, { status: 201 }),
  },
});
export const interviewHttp = https({
  path: "/api/v1/interviews/{id}",
  family: webrtcErrors,
  routes: { GET: route(getting), DELETE: route(deleting) },
});
