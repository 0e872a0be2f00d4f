/**
 * Whether a value names a file below a folder, and only that: no way up, no scheme, no query, and
 * nothing that an URL would write or read otherwise.
 */
export function isPath(value: unknown): value is string {
  if (typeof value !== "string" || value.length > 1024) return false;
  return value
    .split("/")
    .every((part) => /^[A-Za-z0-9_@+=,.()~-]+$/.test(part) && !/^\.+$/.test(part));
}
