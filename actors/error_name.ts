/**
 * What of a thrown value is safe to log: messages may quote a signed URL, classes and codes not.
 */
export function errorName(error: unknown): string {
  if (error instanceof Error) {
    return "code" in error && typeof error.code === "string"
      ? `${error.name} ${error.code}`
      : error.name;
  }
  return typeof error === "string" ? error : typeof error;
}
