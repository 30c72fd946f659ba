/**
 * Keeps synthesised assemblies in the data folder, so that nothing is synthesised or bundled twice. An assembly is found by a digest of all that
 * synthesis can read: the project's files, the installed packages, the settings, the environment, and Node.js. What is not read
 * is left out by name, so a new kind of file counts.
 */
import { createHash, randomUUID } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { PROJECT, synthesisEnvironment, synthesise } from './synthesise';

export interface KeptAssembly {
  readonly folder: string;
  /** The CDK's warnings. */
  readonly warnings: readonly string[];
  /** Whether it has run before. */
  readonly hasRun: boolean;
  /** To call when it runs. Removes the assemblies that were used least recently. */
  noteRun(): void;
}

export interface Synthesis {
  /** Not read by synthesis if it is inside the project. */
  readonly dataDir: string;
  /** `name=value` pairs, as after `cdk -c`. */
  readonly settings: readonly string[];
  readonly project?: string;
}

const mostKept = 5;
/** Written last: an assembly without it is not complete. */
const warningsFile = 'warnings.json';
const hasRunFile = 'has-run';

const keptIn = (dataDir: string): string => join(dataDir, 'cdk.out');

/**
 * Finds the assembly of the project as it is, or synthesises it. Several processes may do so at once.
 * @throws SynthesisError
 */
export async function findOrSynthesise(synthesis: Synthesis): Promise<KeptAssembly> {
  const { dataDir, settings, project = PROJECT } = synthesis;
  const digest = digestInputs(synthesis);
  const known = join(keptIn(dataDir), digest);
  if (existsSync(join(known, warningsFile))) {
    utimesSync(known, new Date(), new Date());
    return toKeptAssembly(known, dataDir);
  }
  const fresh = join(keptIn(dataDir), `new-${randomUUID()}`);
  try {
    mkdirSync(fresh, { recursive: true });
    const warnings = await synthesise(fresh, settings, project);
    writeFileSync(join(fresh, warningsFile), JSON.stringify(warnings));
    // An input that changed meanwhile may be in it or not: then it serves this once.
    if (digestInputs(synthesis) !== digest) return toKeptAssembly(fresh, dataDir);
    moveUnlessThere(fresh, known);
  } catch (error) {
    rmSync(fresh, { recursive: true, force: true });
    throw error;
  }
  return toKeptAssembly(known, dataDir);
}

/** The folder of the assembly that was used last; undefined if there is none. */
export function findLatest(dataDir: string): string | undefined {
  return listByUse(dataDir)[0];
}

/** Another process may have been faster. */
function moveUnlessThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (!existsSync(join(to, warningsFile))) throw error;
    rmSync(from, { recursive: true });
  }
}

function toKeptAssembly(folder: string, dataDir: string): KeptAssembly {
  return {
    folder,
    warnings: JSON.parse(readFileSync(join(folder, warningsFile), 'utf8')),
    hasRun: existsSync(join(folder, hasRunFile)),
    noteRun() {
      writeFileSync(join(folder, hasRunFile), '');
      for (const unused of listByUse(dataDir).slice(mostKept)) rmSync(unused, { recursive: true });
    },
  };
}

/** The complete assemblies, the one that was used last first. */
function listByUse(dataDir: string): string[] {
  if (!existsSync(keptIn(dataDir))) return [];
  return readdirSync(keptIn(dataDir))
    .map((name) => join(keptIn(dataDir), name))
    .filter((folder) => existsSync(join(folder, warningsFile)))
    .map((folder) => ({ folder, usedAt: statSync(folder).mtimeMs }))
    .sort((one, other) => other.usedAt - one.usedAt)
    .map(({ folder }) => folder);
}

// The digest

/** Of the project's folder: what synthesis does not read, or writes itself. Packages count by size and time, see below. */
const unread = ['.git', 'cdk.out', 'coverage', 'docs', 'node_modules', 'sam.out', 'test'];

function digestInputs({ dataDir, settings, project = PROJECT }: Synthesis): string {
  const hash = createHash('sha256');
  const add = (...values: unknown[]) => hash.update(`${JSON.stringify(values)}\n`);
  add(process.version, process.platform, process.arch, settings);
  add(Object.entries(synthesisEnvironment()).sort());
  for (const path of [
    join(homedir(), '.cdk.json'),
    ...listFiles(project, [...unread.map((name) => join(project, name)), dataDir]),
  ]) {
    if (path.endsWith('.log') || !statSync(path, { throwIfNoEntry: false })?.isFile()) continue;
    add(path, createHash('sha256').update(readFileSync(path)).digest('hex'));
  }
  // Tens of thousands of files, which npm replaces as a whole.
  const packages = join(project, 'node_modules');
  for (const path of listFiles(packages, [join(packages, '.cache')])) {
    const { size, mtimeMs } = statSync(path, { throwIfNoEntry: false }) ?? {};
    add(path, size, mtimeMs);
  }
  return hash.digest('hex').slice(0, 32);
}

/** All files below a folder, but for some places. Follows links, each to one place once. */
function* listFiles(folder: string, without: readonly string[], seen = new Set<string>()): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (without.includes(path)) continue;
    const isLink = entry.isSymbolicLink();
    const isFolder =
      entry.isDirectory() || (isLink && statSync(path, { throwIfNoEntry: false })?.isDirectory());
    if (!isFolder) yield path;
    else if (!isLink) yield* listFiles(path, without, seen);
    else if (!seen.has(realpathSync(path))) {
      seen.add(realpathSync(path));
      yield* listFiles(path, without, seen);
    }
  }
}
