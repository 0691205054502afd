/**
 * Text that may leave the adapter. I1 no key, secret, signature or URL with one stands in it.
 * Venue messages are kept, since people need them; everything of the transport is reduced.
 */
import { MESSAGE_LENGTH_MAX } from "../../../model/limits.ts";

export type Redact = (text: string) => string;

/** @param secrets texts to blank wherever they occur, in any of their usual encodings. */
export function redactor(secrets: readonly string[]): Redact {
  const needles = secrets
    .filter((secret) => secret.length >= SECRET_LENGTH_MIN)
    .flatMap((secret) => [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)]);
  return (text) => {
    let shown = text;
    for (const needle of needles) shown = shown.replaceAll(needle, HIDDEN);
    shown = shown.replace(URLS, HIDDEN).replace(SIGNED_FIELDS, `$1=${HIDDEN}`);
    return shown.length <= MESSAGE_LENGTH_MAX
      ? shown
      : shown.slice(0, MESSAGE_LENGTH_MAX - 1) + "…";
  };
}

const HIDDEN = "[hidden]";
/** A shorter "secret" would blank ordinary words; no venue issues one. */
const SECRET_LENGTH_MIN = 4;
const URLS = /\b(?:https?|wss?):\/\/[^\s"'<>)]+/gi;
const SIGNED_FIELDS = /\b(signature|apiKey|api_key|secret)["']?\s*[=:]\s*["']?[^\s&"',}]+/gi;
