/** A module with what it imported first; a module that several import stands under the first of them. */
export interface ImportNode {
  readonly name: string;
  /** Milliseconds of its own, without what it imports. */
  readonly selfMs: number;
  readonly children: readonly ImportNode[];
}

/** Milliseconds of a module with all that stands below it. */
export function totalMs({ selfMs, children }: ImportNode): number {
  return children.reduce((sum, child) => sum + totalMs(child), selfMs);
}

/**
 * Renders the most expensive modules of a tree, the dearest branch first. A parent costs at least what its child
 * costs, so each module that is shown stands under its parents.
 */
export function renderTree(root: ImportNode, limit: number): string {
  const all: number[] = [];
  const collect = (node: ImportNode): void => {
    all.push(totalMs(node));
    node.children.forEach(collect);
  };
  collect(root);
  const least = all.sort((a, b) => b - a)[limit - 1] ?? 0;
  const lines: string[] = [];
  const walk = (node: ImportNode, depth: number): void => {
    if (lines.length >= limit) return;
    const total = totalMs(node);
    lines.push(
      `${total.toFixed(1).padStart(7)} ${node.selfMs.toFixed(1).padStart(6)}  ${'  '.repeat(depth)}${node.name}`,
    );
    for (const child of node.children.toSorted((a, b) => totalMs(b) - totalMs(a))) {
      if (totalMs(child) >= least) walk(child, depth + 1);
    }
  };
  walk(root, 0);
  return ['  total   self  module (ms)', ...lines].join('\n');
}

/** The run whose total is the median, so that one disturbed run does not show. */
export function medianTree(runs: readonly ImportNode[]): ImportNode {
  const sorted = runs.toSorted((a, b) => totalMs(a) - totalMs(b));
  const middle = sorted[sorted.length >> 1];
  if (middle === undefined) throw new Error('a tree needs at least one run');
  return middle;
}
