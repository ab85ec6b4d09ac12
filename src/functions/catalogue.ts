import type { Option } from '@sheep-shed/options';
import type { CallContext, Run, ShedContext } from '../domain/context.ts';
import type { FlockContext } from '../domain/flock.ts';
import { run as runDeleteWolf } from './delete-wolf/run.ts';
import { run as runEcho } from './echo/run.ts';
import { CAT_OPTIONS } from './get-cat/options.ts';
import { type CatContext, run as runGetCat } from './get-cat/run.ts';
import { run as runGetDog } from './get-dog/run.ts';
import { type GetGalleryContext, run as runGetGallery } from './get-gallery/run.ts';
import { IMPORT_OPTIONS } from './import-flock/options.ts';
import { run as runImportFlock } from './import-flock/run.ts';
import { type MakePortraitContext, run as runMakePortrait } from './make-portrait/run.ts';
import { run as runPostSheep } from './post-sheep/run.ts';
import { type RequestPortraitContext, run as runRequestPortrait } from './request-portrait/run.ts';
import { run as runTextToBytes, type TextToBytesContext } from './text-to-bytes/run.ts';

/** What a host must open for a function, and hand to it under this name; `src/hosts/needs.ts` has a row for each. */
export type Need = 'shed' | 'finder' | 'portraits' | 'maker' | 'portraitDeadLetters' | 'flock' | 'objects';

/**
 * Who has a function: every stack (the HTTP contract), this stack alone, which deploys it, always or with
 * `--param=portraits=on`, or the hosts of this stack but not Lambda: these calibrate them.
 */
export type Scope = 'every stack' | 'this stack' | 'with portraits' | 'hosts only';

/** How HTTP reaches a function. */
export interface HttpBinding {
  /** Methods and paths, as `serverless.yml` writes them; the first is the canonical one. */
  readonly routes: readonly `${string} /${string}`[];
  /** Status of success. */
  readonly success: number;
}

/** A portable function and all that a host must know to serve it. */
export interface PortableFunction<Context extends CallContext> {
  /** The last part of its name on every host. */
  readonly name: string;
  readonly scope: Scope;
  readonly run: Run<Context>;
  /** Absent: hosts that speak HTTP do not serve it. */
  readonly http?: HttpBinding;
  readonly needs: readonly Need[];
  /** What it takes from its configuration, and is handed under the same names; each has a default or may be absent. */
  readonly options: Readonly<Record<string, Option<unknown> & { readonly required?: never }>>;
}

// One constant a function, so that a bundle holds the one it serves and no other.

export const POST_SHEEP = {
  name: 'post-sheep',
  scope: 'every stack',
  run: runPostSheep,
  http: { routes: ['POST /sheep/{tattoo}', 'POST /sheeps/{tattoo}'], success: 201 },
  needs: ['shed'],
  options: {},
} as const;

export const GET_DOG = {
  name: 'get-dog',
  scope: 'every stack',
  run: runGetDog,
  http: { routes: ['GET /dog'], success: 200 },
  needs: ['shed'],
  options: {},
} as const;

export const GET_CAT = {
  name: 'get-cat',
  scope: 'every stack',
  run: runGetCat,
  http: { routes: ['GET /cat'], success: 200 },
  needs: [],
  options: CAT_OPTIONS,
} as const;

export const DELETE_WOLF = {
  name: 'delete-wolf',
  scope: 'every stack',
  run: runDeleteWolf,
  http: { routes: ['DELETE /wolf'], success: 204 },
  needs: ['shed'],
  options: {},
} as const;

export const ECHO = {
  name: 'echo',
  scope: 'hosts only',
  run: runEcho,
  http: { routes: ['GET /echo'], success: 200 },
  needs: [],
  options: {},
} as const;

export const TEXT_TO_BYTES = {
  name: 'text-to-bytes',
  scope: 'hosts only',
  run: runTextToBytes,
  http: { routes: ['GET /text-to-bytes'], success: 200 },
  needs: ['objects'],
  options: {},
} as const;

export const REQUEST_PORTRAIT = {
  name: 'request-portrait',
  scope: 'with portraits',
  run: runRequestPortrait,
  http: { routes: ['POST /sheep/{tattoo}/portrait'], success: 201 },
  needs: ['finder', 'portraits'],
  options: {},
} as const;

export const MAKE_PORTRAIT = {
  name: 'make-portrait',
  scope: 'with portraits',
  run: runMakePortrait,
  needs: ['portraits', 'maker', 'portraitDeadLetters'],
  options: {},
} as const;

export const GET_GALLERY = {
  name: 'get-gallery',
  scope: 'with portraits',
  run: runGetGallery,
  http: { routes: ['GET /gallery'], success: 200 },
  needs: ['finder', 'portraits'],
  options: {},
} as const;

export const IMPORT_FLOCK = {
  name: 'import-flock',
  scope: 'with portraits',
  run: runImportFlock,
  needs: ['flock'],
  options: IMPORT_OPTIONS,
} as const;

/** What serves any of the functions: each takes from it what it needs. */
export type AnyContext = ShedContext &
  CatContext &
  TextToBytesContext &
  RequestPortraitContext &
  MakePortraitContext &
  GetGalleryContext &
  FlockContext;

/** Every function; a host that serves some takes them from here. */
export const FUNCTIONS: readonly PortableFunction<AnyContext>[] = [
  POST_SHEEP,
  GET_DOG,
  GET_CAT,
  DELETE_WOLF,
  ECHO,
  TEXT_TO_BYTES,
  REQUEST_PORTRAIT,
  MAKE_PORTRAIT,
  GET_GALLERY,
  IMPORT_FLOCK,
];

/** Those of some scopes. */
export function functionsOf(...scopes: readonly Scope[]): readonly PortableFunction<AnyContext>[] {
  return FUNCTIONS.filter(({ scope }) => scopes.includes(scope));
}
