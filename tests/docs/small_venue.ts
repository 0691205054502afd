/** Bitvavo as far as the page's profile goes: one market, orders that rest until canceled. */

export interface SmallVenue extends AsyncDisposable {
  readonly endpoints: string;
  /** What was asked, as `METHOD path`. */
  readonly asked: readonly string[];
}

const REST = "/api.bitvavo.com/v2/";
const MARKET = {
  market: "BTC-USDC",
  status: "trading",
  base: "BTC",
  quote: "USDC",
  tickSize: "1.00",
  minOrderInBaseAsset: "0.0001",
  minOrderInQuoteAsset: "5.00",
  maxOrderInBaseAsset: "1000.0",
  maxOrderInQuoteAsset: "1000000.00",
  quantityDecimals: "8",
  notionalDecimals: "2",
};

type Order = Readonly<Record<string, unknown>>;

export function startSmallVenue(): SmallVenue {
  const asked: string[] = [];
  const orders = new Map<string, Order>();
  const sockets = new Set<WebSocket>();
  const tell = (frame: object) => sockets.forEach((socket) => socket.send(JSON.stringify(frame)));
  const keep = (order: Order) => {
    orders.set(String(order["clientOrderId"]), order);
    tell({ event: "order", ...order });
    return Response.json(order);
  };
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const { pathname, searchParams } = new URL(request.url);
    if (request.headers.get("upgrade") === "websocket") return upgraded(request, sockets);
    const what = `${request.method} ${pathname.replace(REST, "")}`;
    asked.push(what);
    const known = orders.get(searchParams.get("clientOrderId") ?? "");
    switch (what) {
      case "POST order": {
        const { market, side, amount, price, clientOrderId } = await request.json();
        const orderId = `order-${orders.size}`;
        const now = { created: Date.now(), updated: Date.now() };
        const told = { market, side, amount, price, clientOrderId, orderId, status: "new" };
        return keep({ ...told, ...now, amountRemaining: amount, filledAmount: "0", fills: [] });
      }
      case "DELETE order":
        if (known === undefined) break;
        keep({ ...known, status: "canceled", updated: Date.now() });
        return Response.json({ orderId: known["orderId"] });
      case "GET order":
        if (known === undefined) break;
        return Response.json(known);
      case "GET ordersOpen":
        return Response.json([...orders.values()].filter(({ status }) => status === "new"));
      case "GET orders":
        return Response.json([...orders.values()]);
      case "GET trades":
        return Response.json([]);
      case "GET balance":
        return Response.json([{ symbol: "USDC", available: "100000", inOrder: "0" }]);
      case "GET time":
        return Response.json({ time: Date.now() });
      case "GET markets":
        return Response.json([MARKET]);
      case "GET ticker/24h": {
        const touch = { bid: "49990", bidSize: "1", ask: "50010", askSize: "1", last: "50000" };
        return Response.json({ market: "BTC-USDC", ...touch, timestamp: Date.now() });
      }
    }
    return Response.json({ errorCode: 240, error: "No order found." }, { status: 404 });
  });
  return {
    endpoints: `http://127.0.0.1:${server.addr.port}`,
    asked,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.close();
      await server.shutdown();
    },
  };
}

function upgraded(request: Request, sockets: Set<WebSocket>): Response {
  const { socket, response } = Deno.upgradeWebSocket(request);
  socket.onclose = () => void sockets.delete(socket);
  socket.onmessage = ({ data }) => {
    const { action, channels } = JSON.parse(data);
    const answer = (frame: object) => socket.send(JSON.stringify(frame));
    if (action === "authenticate") answer({ event: "authenticate", authenticated: true });
    if (action === "getTime") answer({ action, response: { time: Date.now() } });
    if (action !== "subscribe") return;
    const [{ name, markets }] = channels;
    answer({ event: "subscribed", subscriptions: { [name]: markets } });
    sockets.add(socket);
  };
  return response;
}
