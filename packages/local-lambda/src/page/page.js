import { startInvokeForm } from './invoke.js';
import { createLogView } from './log.js';
import { startQueryForm } from './query.js';
import { createRows } from './rows.js';

const MAX_ENVIRONMENTS = 250;
const MAX_INVOCATIONS = 30;
const RATE_MS = 2_000;
const byId = (id) => document.getElementById(id);
const clock = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });

const environments = new Map();
let functions = [];
let invocations = [];
let chosen;
let frame;
let changedFunctions = true;
let counted = { since: performance.now(), calls: 0 };
const log = createLogView(byId('log'), byId('log-pause'), byId('log-clear'), clock);

const environmentRows = createRows(byId('environment-rows'), [
  (cell, one) => {
    text(cell, one.environmentId.slice(0, 12));
    cell.className = 'id';
    cell.title = one.environmentId;
  },
  (cell, one) =>
    text(cell, one.version === '$LATEST' ? one.functionName : `${one.functionName}:${one.version}`),
  (cell, one) => {
    text(cell, one.state);
    if (cell.dataset.state !== one.state) cell.dataset.state = one.state;
  },
  (cell, one) => text(cell, clock.format(one.startedMs)),
  (cell, one) => number(cell, ms(one.initMs)),
  (cell, one) => number(cell, String(one.invocations)),
  (cell, one) => number(cell, String(one.errors)),
  (cell, one) => number(cell, memory(one.maxMemoryUsedMb ?? one.memoryMb, one.memorySizeMb)),
  (cell, one) => number(cell, ms(one.cpuMs)),
  (cell, one) => {
    const button = cell.firstElementChild ?? endButton(cell);
    if (button.dataset.environment === one.environmentId) return;
    button.dataset.environment = one.environmentId;
    button.setAttribute('aria-label', `End environment ${one.environmentId.slice(0, 12)}`);
  },
]);

const invocationRows = createRows(byId('invocation-rows'), [
  (cell, one) => text(cell, clock.format(one.timeMs)),
  (cell, one) => text(cell, one.functionName),
  (cell, one) => {
    text(cell, outcome(one));
    if (cell.dataset.outcome !== one.outcome) cell.dataset.outcome = one.outcome;
  },
  (cell, one) => number(cell, ms(one.durationMs)),
  (cell, one) => number(cell, one.initMs === undefined ? '' : ms(one.initMs)),
  (cell, one) => number(cell, memory(one.maxMemoryUsedMb, one.memorySizeMb)),
  (cell, one) => number(cell, ms(one.cpuMs)),
  (cell, one) => id(cell, one.requestId),
  (cell, one) => id(cell, /Root=([^;]*)/.exec(one.traceId)?.[1] ?? one.traceId),
]);

// Not every browser lets the keyboard into what scrolls.
for (const one of document.querySelectorAll('.scroll')) one.tabIndex = 0;
startInvokeForm();
startQueryForm();
listen();
setInterval(showRate, RATE_MS);

function listen() {
  const source = new EventSource('api/stream');
  source.onopen = () => connection('live', 'Live');
  source.onerror = () => connection('lost', 'Connection lost, trying again');
  source.addEventListener('snapshot', ({ data }) => {
    const snapshot = JSON.parse(data);
    environments.clear();
    for (const one of snapshot.environments) environments.set(one.environmentId, one);
    setFunctions(snapshot.functions);
    invocations = [];
    addInvocations(snapshot.invocations);
    if (chosen !== undefined) void loadInvocations();
    log.begin();
    later();
  });
  source.addEventListener('delta', ({ data }) => {
    const delta = JSON.parse(data);
    for (const one of delta.environments) environments.set(one.environmentId, one);
    for (const gone of delta.ended) environments.delete(gone);
    counted.calls += delta.invocations.length + delta.skipped.invocations;
    addInvocations(delta.invocations.reverse());
    log.add(delta.log, delta.skipped.lines);
    if (delta.functions !== undefined) setFunctions(delta.functions);
    later();
  });
}

function setFunctions(list) {
  functions = list;
  changedFunctions = true;
  if (chosen !== undefined && !functions.some(({ functionName }) => functionName === chosen))
    choose(undefined);
}

/** @param newer the newest first. */
function addInvocations(newer) {
  invocations = [...newer.filter(isChosen), ...invocations].slice(0, MAX_INVOCATIONS);
}

/** Those of one function, which may be older than the latest of all. */
async function loadInvocations() {
  const name = chosen;
  const about = name === undefined ? '' : `&function=${encodeURIComponent(name)}`;
  const kept = await fetch(`api/invocations?limit=${MAX_INVOCATIONS}${about}`)
    .then((answer) => (answer.ok ? answer.json() : {}))
    .then(({ invocations = [] }) => invocations)
    .catch(() => []);
  if (name !== chosen) return;
  const known = new Set(kept.map(tryOf));
  const later = invocations.filter((one) => !known.has(tryOf(one)));
  invocations = [];
  addInvocations([...later, ...kept]);
  show();
}

function tryOf({ requestId, attempt }) {
  return `${requestId} ${attempt}`;
}

/** Once a frame, however much has come. */
function later() {
  if (frame === undefined) frame = requestAnimationFrame(show);
}

function show() {
  if (frame !== undefined) cancelAnimationFrame(frame);
  frame = undefined;
  if (changedFunctions) showFunctions();
  const all = [...environments.values()];
  const shown = all.filter(isChosen);
  environmentRows.show(shown.slice(0, MAX_ENVIRONMENTS));
  note('environments-note', shown.length, MAX_ENVIRONMENTS, 'No environment runs.', 'environments');
  invocationRows.show(invocations);
  note('invocations-note', invocations.length, MAX_INVOCATIONS, 'There was no invocation yet.', '');
  log.show(chosen, functions.find(({ functionName }) => functionName === chosen)?.logGroup);
  text(byId('total-functions'), String(functions.length));
  text(byId('total-environments'), String(all.length));
  text(byId('total-busy'), String(all.filter(({ state }) => state === 'busy').length));
  showCounts(all);
}

function showFunctions() {
  changedFunctions = false;
  const list = byId('functions');
  const focused = document.activeElement?.dataset?.name;
  list.replaceChildren(...[undefined, ...functions].map(functionItem));
  byId('functions-note').hidden = functions.length > 0;
  if (focused !== undefined) list.querySelector(`[data-name="${CSS.escape(focused)}"]`)?.focus();
  for (const select of [byId('invoke-function'), byId('query-function')]) {
    const before = select.value;
    select.replaceChildren(...functions.map(({ functionName }) => new Option(functionName)));
    if (functions.some(({ functionName }) => functionName === before)) select.value = before;
  }
}

function functionItem(one) {
  const button = document.createElement('button');
  button.type = 'button';
  button.dataset.name = one?.functionName ?? '';
  button.setAttribute('aria-pressed', String(chosen === one?.functionName));
  button.append(one?.functionName ?? 'All functions');
  const small = document.createElement('small');
  if (one !== undefined) small.append(`${one.runtime}, ${one.memorySizeMb} MB`, document.createElement('br'));
  const count = document.createElement('span');
  count.className = 'count';
  small.append(count);
  button.append(small);
  button.addEventListener('click', () => choose(one?.functionName));
  const item = document.createElement('li');
  item.append(button);
  return item;
}

function choose(name) {
  chosen = name;
  invocations = invocations.filter(isChosen);
  void loadInvocations();
  changedFunctions = true;
  for (const scope of document.querySelectorAll('.scope'))
    text(scope, name === undefined ? '' : `of ${name}`);
  for (const id of ['invoke-function', 'query-function']) if (name !== undefined) byId(id).value = name;
  show();
}

function showCounts(all) {
  const counts = new Map([['', all.length]]);
  for (const { functionName } of all) counts.set(functionName, (counts.get(functionName) ?? 0) + 1);
  for (const button of byId('functions').querySelectorAll('button')) {
    const count = counts.get(button.dataset.name) ?? 0;
    text(button.querySelector('.count'), `${count} ${count === 1 ? 'environment' : 'environments'}`);
  }
}

function showRate() {
  const seconds = (performance.now() - counted.since) / 1_000;
  text(byId('total-rate'), (counted.calls / seconds).toFixed(counted.calls / seconds < 10 ? 1 : 0));
  counted = { since: performance.now(), calls: 0 };
}

function isChosen({ functionName }) {
  return chosen === undefined || functionName === chosen;
}

function endButton(cell) {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'end';
  button.textContent = 'End';
  button.addEventListener('click', async () => {
    button.disabled = true;
    const answer = await fetch(`api/environments/${button.dataset.environment}`, { method: 'DELETE' });
    button.disabled = false;
    if (answer.status === 409) connection('live', 'Live; that environment is busy and stays');
  });
  cell.append(button);
  return button;
}

function note(id, count, most, none, what) {
  const element = byId(id);
  element.hidden = count > 0 && (what === '' || count <= most);
  text(element, count === 0 ? none : `The first ${most} of ${count} ${what} are shown.`);
}

function connection(state, words) {
  const element = byId('connection');
  element.dataset.state = state;
  text(element, words);
}

function outcome({ outcome: word, errorType, attempt }) {
  const error = word === 'error' ? (errorType ?? word) : word;
  return attempt > 1 ? `${error}, try ${attempt}` : error;
}

function text(element, value) {
  if (element.textContent !== value) element.textContent = value;
}

function number(cell, value) {
  text(cell, value);
  if (cell.className !== 'number') cell.className = 'number';
}

function id(cell, value) {
  if (cell.title === value) return;
  cell.className = 'id';
  cell.title = value;
  cell.textContent = value.slice(-12);
}

function ms(value) {
  if (value === undefined) return 'n/a';
  return value < 100
    ? `${value.toFixed(1)} ms`
    : value < 10_000
      ? `${value.toFixed(0)} ms`
      : `${(value / 1_000).toFixed(1)} s`;
}

function memory(used, size) {
  return used === undefined ? 'n/a' : `${used} / ${size} MB`;
}
