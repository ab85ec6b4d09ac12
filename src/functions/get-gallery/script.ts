/**
 * What runs in the browser: it asks for a form, uploads with progress, and looks at the gallery from this upload on until
 * its portrait or its refusal is there.
 */
export const SCRIPT = `
'use strict';
const $ = (id) => document.getElementById(id);
const TYPES = ['image/jpeg', 'image/png', 'image/webp'];
const MAX_BYTES = 10000000;
const FIRST_LOOK_MS = 100, LAST_LOOK_MS = 2000, LIMIT_MS = 90000;
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const say = (text) => { $('status').textContent = text; };

async function formFor(tattoo, type) {
  const answer = await fetch('sheep/' + encodeURIComponent(tattoo) + '/portrait?type=' + encodeURIComponent(type), { method: 'POST' });
  const body = await answer.json();
  if (!answer.ok) throw new Error(body.message);
  return body;
}

function send({ url, fields }, file) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append('Content-Type', file.type);
  form.append('file', file);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.upload.onprogress = ({ loaded, total }) => { $('progress').value = loaded / total; };
    request.onerror = () => reject(new Error('the connection failed, try again'));
    request.onload = () => {
      if (request.status < 300) return resolve();
      const [, reason = 'status ' + request.status] = /<Message>([^<]*)/.exec(request.responseText) || [];
      reject(new Error('the storage refused the file: ' + reason));
    };
    request.open('POST', url);
    request.send(form);
  });
}

async function outcome(upload) {
  const end = Date.now() + LIMIT_MS;
  for (let pause = FIRST_LOOK_MS; Date.now() < end; pause = Math.min(pause * 1.3, LAST_LOOK_MS)) {
    await wait(pause);
    const answer = await fetch('gallery?from=' + upload).catch(() => undefined);
    if (!answer || !answer.ok) continue;
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const found = page.querySelector('[data-upload="' + upload + '"]');
    if (found) return document.adoptNode(found);
  }
  throw new Error('there is no portrait yet; it may still come, so look again later');
}

function show(found) {
  if (!found.dataset.tattoo) {
    $('refused').prepend(found);
    $('refusals').hidden = false;
    return say('Refused: ' + found.textContent);
  }
  for (const old of $('portraits').querySelectorAll('[data-tattoo="' + found.dataset.tattoo + '"]')) old.remove();
  $('portraits').prepend(found);
  $('none').hidden = true;
  say('The portrait of sheep ' + found.dataset.tattoo + ' is in the gallery.');
}

async function upload() {
  const [file] = $('file').files;
  if (!TYPES.includes(file.type)) throw new Error('it must be a JPEG, PNG or WebP image');
  if (file.size > MAX_BYTES) throw new Error('it has ' + (file.size / 1e6).toFixed(1) + ' MB; at most 10 are allowed');
  say('Uploading ' + file.name);
  $('progress').value = 0;
  $('progress').hidden = false;
  const form = await formFor($('tattoo').value, file.type);
  await send(form, file);
  say('Making the portrait');
  show(await outcome(form.upload));
  $('file').value = '';
}

let isBusy = false;
$('form').addEventListener('submit', async (event) => {
  event.preventDefault();
  if (isBusy) return;
  isBusy = true;
  await upload().catch((error) => say('Not uploaded: ' + error.message));
  $('progress').hidden = true;
  isBusy = false;
});
`;
