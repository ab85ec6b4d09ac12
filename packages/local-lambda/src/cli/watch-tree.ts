import { type FSWatcher, readdirSync, statSync, watch } from 'node:fs';
import { join, sep } from 'node:path';

/**
 * Watches a folder and all below it, but not what is ignored: Node's own recursive watching would look at each file
 * of `node_modules`, which takes 100 MB and tens of thousands of watches in a project of middle size.
 * @param onChange hears each path that was made, changed or removed.
 * @returns stops watching.
 * @throws Error when the system allows no more watches, or a folder cannot be read.
 */
export function watchTree(
  root: string,
  isIgnored: (path: string) => boolean,
  onChange: (path: string) => void,
): () => void {
  const watchers = new Map<string, FSWatcher>();

  function add(folder: string): void {
    const watcher = watch(folder, (event, name) => hear(event, join(folder, name ?? '')));
    watcher.on('error', () => drop(folder));
    watchers.set(folder, watcher);
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory() && !isIgnored(path)) add(path);
    }
  }

  function drop(folder: string): void {
    for (const [path, watcher] of watchers) {
      if (path !== folder && !path.startsWith(`${folder}${sep}`)) continue;
      watcher.close();
      watchers.delete(path);
    }
  }

  function hear(event: string, path: string): void {
    if (isIgnored(path)) return;
    // A folder that was made anew has a watch only under its old self.
    if (event === 'rename' && path !== root) {
      drop(path);
      try {
        if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) add(path);
      } catch {
        // It is gone again, of which its parent hears.
        drop(path);
      }
    }
    onChange(path);
  }

  try {
    add(root);
  } catch (error) {
    drop(root);
    throw error;
  }
  return () => drop(root);
}
