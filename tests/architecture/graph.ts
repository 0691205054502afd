/** The module graph of the project as Deno resolves it. */
import { fileURLToPath } from "node:url";

export interface ModuleEdge {
  /** Path from the root of the project. */
  readonly from: string;
  /** Path from the root, or the name of a package (`xstate`, `node:sqlite`). */
  readonly to: string;
  readonly isPackage: boolean;
  /** A `type` edge is gone at run time; a `dynamic` one is loaded when it is reached. */
  readonly kind: "value" | "type" | "dynamic";
}

export interface ModuleGraph {
  readonly edges: readonly ModuleEdge[];
  readonly unresolved: readonly string[];
  /** What loading `path` loads as well. */
  reachable(path: string, options: { readonly dynamic: boolean }): readonly string[];
  /** Groups of files that import each other's values, each as one line. */
  cycles(): readonly string[];
}

/** All files under the given roots, sorted; a root that is a file is itself. */
export async function pathsUnder(
  roots: readonly string[],
  extension = ".ts",
): Promise<readonly string[]> {
  const found: string[] = [];
  for (const root of roots) {
    const info = await Deno.stat(root).catch(() => null);
    if (info?.isFile) found.push(root);
    else if (info?.isDirectory) found.push(...await walk(root, extension));
  }
  return found.sort();
}

async function walk(directory: string, extension: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(directory)) {
    const path = `${directory}/${name}`;
    if (isDirectory && name !== "node_modules" && name !== "fixtures" && name !== "vendor") {
      found.push(...await walk(path, extension));
    } else if (name.endsWith(extension)) found.push(path);
  }
  return found;
}

interface Resolved {
  readonly specifier?: string;
  readonly error?: string;
}

interface Info {
  readonly modules: readonly {
    readonly specifier: string;
    readonly error?: string;
    readonly dependencies?: readonly {
      readonly specifier: string;
      readonly code?: Resolved;
      readonly type?: Resolved;
      readonly isDynamic?: boolean;
    }[];
  }[];
}

/** Asks `deno info` once, for an entry point that imports every path. */
export async function moduleGraph(paths: readonly string[]): Promise<ModuleGraph> {
  const root = new URL(`file://${Deno.cwd()}/`);
  const info = await denoInfo(root, paths);
  const edges: ModuleEdge[] = [];
  const unresolved: string[] = [];
  for (const { specifier, error, dependencies = [] } of info.modules) {
    if (error !== undefined) unresolved.push(`${specifier}: ${error}`);
    const from = nodeOf(specifier, root);
    if (from === null || from.isPackage) continue;
    for (const { specifier: written, code, type, isDynamic } of dependencies) {
      for (const [resolved, kind] of [[code, isDynamic ? "dynamic" : "value"], [type, "type"]]) {
        const { specifier: target, error: reason } = (resolved ?? {}) as Resolved;
        if (reason !== undefined) unresolved.push(`${from.name} imports ${written}: ${reason}`);
        const to = target === undefined ? null : nodeOf(target, root);
        if (to === null) continue;
        edges.push({
          from: from.name,
          to: to.name,
          isPackage: to.isPackage,
          kind: kind as ModuleEdge["kind"],
        });
      }
    }
  }
  const next = (path: string, kinds: readonly ModuleEdge["kind"][]) =>
    edges.filter((edge) => edge.from === path && kinds.includes(edge.kind)).map(({ to }) => to);
  const reach = (path: string, kinds: readonly ModuleEdge["kind"][]) => {
    const seen = new Set<string>();
    const open = next(path, kinds);
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      if (seen.has(at)) continue;
      seen.add(at);
      open.push(...next(at, kinds));
    }
    return seen;
  };
  return {
    edges,
    unresolved,
    reachable: (path, { dynamic }) => [...reach(path, dynamic ? ["value", "dynamic"] : ["value"])],
    cycles() {
      const files = [...new Set(edges.map(({ from }) => from))];
      const from = new Map(files.map((file) => [file, reach(file, ["value"])]));
      const looped = files.filter((file) => from.get(file)?.has(file));
      const groups = looped.map((file) =>
        looped.filter((other) => from.get(file)?.has(other) && from.get(other)?.has(file)).sort()
      );
      return [...new Set(groups.map((group) => group.join(" ⇄ ")))];
    },
  };
}

async function denoInfo(root: URL, paths: readonly string[]): Promise<Info> {
  const directory = await Deno.makeTempDir();
  try {
    const entry = `${directory}/entry.ts`;
    const imports = paths.map((path) => `import ${JSON.stringify(new URL(path, root).href)};`);
    await Deno.writeTextFile(entry, imports.join("\n"));
    const config = fileURLToPath(new URL("deno.json", root));
    const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["info", "--json", "--no-lock", "--config", config, entry],
    }).output();
    if (!success) throw new Error(`deno info failed: ${new TextDecoder().decode(stderr)}`);
    return JSON.parse(new TextDecoder().decode(stdout));
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** The file or the package a resolved specifier stands for; null for what lies outside. */
function nodeOf(
  specifier: string,
  root: URL,
): { readonly name: string; readonly isPackage: boolean } | null {
  if (specifier.startsWith("node:")) return { name: specifier, isPackage: true };
  const path = specifier.startsWith(root.href) ? specifier.slice(root.href.length) : null;
  const installed = path?.match(/node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules\/)/);
  const name = installed?.[1] ?? specifier.match(/^(?:npm|jsr):\/?((?:@[^/]+\/)?[^@/]+)/)?.[1];
  if (name !== undefined) return { name, isPackage: true };
  return path === null ? null : { name: path, isPackage: false };
}
