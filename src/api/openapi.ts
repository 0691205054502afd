/** The API's own description, OpenAPI 3.1, made from the routes and the zod schemas they use. */
import { z } from "zod";
import { StandardOrderSchema } from "../model/order.ts";
import { KillSwitchRequest, KillSwitchResponse } from "./kill_switch.ts";
import * as oversight from "./oversight_schemas.ts";
import * as responses from "./responses.ts";
import type { Route } from "./routes.ts";
import * as schemas from "./schemas.ts";

type Json = Readonly<Record<string, unknown>>;

/** @param routes every route there is, in the order to list them. */
export function openApiDocument(routes: readonly Route[]): Json {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    const path = route.path.replace(/:(\w+)/g, "{$1}");
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route) };
  }
  return {
    openapi: "3.1.0",
    info: { title: "Exchange Kernel", version: "1", license: { name: "MIT", identifier: "MIT" } },
    servers: [{ url: "/" }],
    paths,
    components: {
      schemas: componentSchemas(),
      securitySchemes: { token: { type: "http", scheme: "bearer" } },
    },
  };
}

/** Named once, so that clients made from the description get types with names. */
const NAMED: Readonly<Record<string, z.ZodType>> = {
  StandardOrder: StandardOrderSchema,
  PlaceRequest: schemas.PlaceDescription,
  ModifyRequest: schemas.ModifyDescription,
  CancelAllRequest: schemas.CancelAllSchema,
  ReconcileRequest: schemas.ReconcileSchema,
  SettleDriftRequest: oversight.SettleDriftSchema,
  ResolveRequest: oversight.ResolveSchema,
  AdoptRequest: oversight.AdoptSchema,
  Drift: oversight.DriftResponse,
  DriftPage: oversight.DriftPageResponse,
  Order: oversight.OrderResponse,
  OrderPage: oversight.OrderPageResponse,
  KillSwitchRequest,
  KillSwitch: KillSwitchResponse,
  Problem: schemas.ProblemSchema,
  Readiness: responses.ReadinessResponse,
  Exchange: responses.ExchangeResponse,
  Exchanges: responses.ExchangesResponse,
  Placed: responses.PlacedResponse,
  Canceled: responses.CanceledResponse,
  KernelEvent: responses.EventResponse,
  EventPage: responses.EventPageResponse,
  IntentView: responses.IntentViewResponse,
  IntentPage: responses.IntentPageResponse,
  FillPage: responses.FillPageResponse,
  Account: responses.AccountResponse,
};

const toComponent = (name: string) => `#/components/schemas/${name}`;

function componentSchemas(): Json {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(NAMED)) registry.add(schema, { id });
  const made = z.toJSONSchema(registry, {
    io: "input",
    unrepresentable: "any",
    uri: toComponent,
  });
  return Object.fromEntries(
    Object.entries(made.schemas).map(([name, schema]) => [name, embedded(schema)]),
  );
}

/** `$id` and `$schema` belong to whole documents, and would rebase the references inside. */
function embedded({ $id: _id, $schema: _schema, ...rest }: Json): Json {
  return rest;
}

function operation(route: Route): Json {
  return {
    summary: route.summary,
    security: route.access === "open" ? [] : [{ token: [] }],
    parameters: [...pathParameters(route), ...queryParameters(route), ...headers(route)],
    ...(route.body === undefined
      ? {}
      : { requestBody: { required: true, content: { "application/json": content(route.body) } } }),
    responses: {
      [route.status]: success(route),
      default: {
        description: "A problem (RFC 9457)",
        content: { "application/problem+json": content(schemas.ProblemSchema) },
      },
    },
  };
}

function success(route: Route): Json {
  if (route.response === undefined) return { description: "Success" };
  const media = route.path === "/v1/watch" ? "text/event-stream" : "application/json";
  return { description: "Success", content: { [media]: content(route.response) } };
}

function content(schema: z.ZodType): Json {
  const name = Object.keys(NAMED).find((key) => NAMED[key] === schema);
  if (name !== undefined) return { schema: { $ref: toComponent(name) } };
  const inline = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  return { schema: embedded(inline) };
}

function pathParameters(route: Route): readonly Json[] {
  return [...route.path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: "path",
    required: true,
    description: name === "ex" ? "The exchange's name in the configuration" : "The intent id",
    schema: { type: "string" },
  }));
}

function queryParameters(route: Route): readonly Json[] {
  if (route.query === undefined) return [];
  const { properties = {} } = z.toJSONSchema(route.query, { io: "input", unrepresentable: "any" });
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: "query",
    required: false,
    schema,
  }));
}

function headers(route: Route): readonly Json[] {
  const header = route.method === "PUT" && route.path.includes("/intents/")
    ? { name: "If-Match", description: "The resourceVersion the change is based on" }
    : route.path === "/v1/watch"
    ? { name: "Last-Event-ID", description: "Resumes after this event; wins over `since`" }
    : null;
  return header === null ? [] : [{ ...header, in: "header", schema: { type: "string" } }];
}
