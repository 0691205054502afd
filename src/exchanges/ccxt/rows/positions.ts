/** A position of a contract as any venue tells it, in the words of the model. */
import type { Position } from "../../../model/account.ts";
import { absolute, type Decimal, ZERO } from "../../../model/decimal.ts";
import type { AssetMetadata } from "../../../model/instrument.ts";
import type { EpochMs } from "../../../model/scalars.ts";
import { type CanonicalSymbol, parseSymbol } from "../../../model/symbol.ts";
import type { RowContext } from "../plans/venue_call.ts";

export interface ToldPosition {
  /** Unique within the account. */
  readonly positionId: string;
  readonly rawSymbol: string;
  /** Signed, as orders of the contract are counted: negative is short. */
  readonly quantity: Decimal;
  readonly entryPrice: Decimal | null;
  readonly markPrice: Decimal | null;
  readonly liquidationPrice: Decimal | null;
  readonly unrealizedPnl: Decimal | null;
  readonly realizedPnl: Decimal | null;
  readonly marginUsed: Decimal | null;
  readonly leverage: Decimal | null;
  /** Null in one-way mode. */
  readonly side: Position["side"];
  readonly updatedAt: EpochMs;
}

export function contractPosition(told: ToldPosition, context: RowContext): Position {
  const { positionId, rawSymbol, leverage, side, quantity, updatedAt } = told;
  const symbolId = context.symbolOf(rawSymbol);
  return {
    positionId,
    symbolId,
    asset: {
      assetId: symbolId,
      quantity,
      available: absolute(quantity),
      locked: ZERO, // Which orders reduce it is not told with it.
      entryPrice: told.entryPrice,
      markPrice: told.markPrice,
      liquidationPrice: told.liquidationPrice,
      unrealizedPnl: told.unrealizedPnl,
      realizedPnl: told.realizedPnl,
      marginUsed: told.marginUsed,
      updatedAt,
    },
    metadata: contractMetadata(symbolId, context.contractSizeOf(rawSymbol)),
    leverage,
    side,
    updatedAt,
  };
}

/** What the symbol itself says; a symbol that is no longer listed says nothing. */
function contractMetadata(symbolId: string, contractSize: Decimal | null): AssetMetadata {
  const symbol = parseSymbol(symbolId);
  return {
    assetId: symbolId,
    symbol: symbolId,
    assetType: symbol === null ? "SYNTHETIC" : TYPES[symbol.kind],
    name: symbolId,
    contractSize,
    settlementAsset: symbol === null || symbol.kind === "SPOT" ? null : symbol.settle,
    expiryTimestamp: null, // The hour is with the instrument; the symbol knows the day alone.
    tickSize: null,
    lotSize: null,
    initialMarginRate: null,
    maintenanceMarginRate: null,
    metadata: {},
  };
}

const TYPES: Readonly<Record<CanonicalSymbol["kind"], AssetMetadata["assetType"]>> = {
  SPOT: "SPOT",
  PERP: "PERP",
  FUT: "FUTURE",
  OPT: "OPTION",
};
