import { assert, assertEquals } from "@std/assert";
import { ROUTES } from "../../src/api/routes.ts";
import { Served } from "./served.ts";

Deno.test("openapi: every route is described, with its status and how to authorize", async () => {
  await using served = new Served();
  const { body, status } = await served.ask("/openapi.json");
  assertEquals([status, body.openapi], [200, "3.1.0"]);
  for (const route of ROUTES) {
    const path = route.path.replace(/:(\w+)/g, "{$1}");
    const operation = body.paths[path]?.[route.method.toLowerCase()];
    assert(operation !== undefined, `${route.method} ${path} is not described`);
    assert(String(route.status) in operation.responses);
    assertEquals(operation.security, route.access === "open" ? [] : [{ token: [] }]);
  }
  assert("/v1/watch" in body.paths);
});

Deno.test("openapi: every reference leads to a schema", async () => {
  await using served = new Served();
  const { body, text } = await served.ask("/openapi.json");
  const references = [...text.matchAll(/"\$ref":"([^"]+)"/g)].map(([, target]) => target!);
  assert(references.length > 10);
  for (const reference of references) {
    const name = reference.replace("#/components/schemas/", "");
    assert(name in body.components.schemas, reference);
  }
  assert(!text.includes('"$id"') && !text.includes('"$schema"'));
});

Deno.test("openapi: the order and the query parameters come from their schemas", async () => {
  await using served = new Served();
  const { body } = await served.ask("/openapi.json");
  const order = body.components.schemas.StandardOrder;
  assertEquals(order.required, ["symbolId", "side", "amount"]);
  const { parameters } = body.paths["/v1/exchanges/{ex}/intents"].get;
  const names = parameters.map((parameter: { name: string }) => parameter.name);
  assertEquals(names, [
    "ex",
    "symbol",
    "state",
    "labelSelector",
    "includeTerminal",
    "limit",
    "continue",
  ]);
});
