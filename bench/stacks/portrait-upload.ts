/** A form of `POST /sheep/{tattoo}/portrait`. */
interface Form {
  readonly upload: string;
  readonly url: string;
  readonly fields: Readonly<Record<string, string>>;
}

/** What became of an upload at the storage. */
export interface PortraitUpload {
  readonly id: string;
  /** Of the storage: 204 when it took the file. */
  readonly status: number;
}

/** Asks for a form and uploads by it. @throws Error when there is no form. */
export async function uploadPortrait(
  url: string,
  tattoo: number | string,
  file: Uint8Array,
  type = 'image/jpeg',
  signal?: AbortSignal,
): Promise<PortraitUpload> {
  const settings = { method: 'POST', ...(signal && { signal }) };
  const answer = await fetch(`${url}/sheep/${tattoo}/portrait?type=${type}`, settings);
  if (answer.status !== 201) throw new Error(`no form: ${answer.status} ${await answer.text()}`);
  const form = (await answer.json()) as Form;
  const body = new FormData();
  for (const [name, value] of Object.entries(form.fields)) body.append(name, value);
  body.append('Content-Type', type);
  body.append('file', new Blob([file as Uint8Array<ArrayBuffer>]));
  const stored = await fetch(form.url, { ...settings, body });
  await stored.body?.cancel();
  return { id: form.upload, status: stored.status };
}

/** The item of an upload on the page that begins with it: its portrait or its refusal; `undefined` when there is neither yet. */
export async function lookInGallery(
  url: string,
  id: string,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const page = await (await fetch(`${url}/gallery?from=${id}`, signal ? { signal } : {})).text();
  return new RegExp(`<li data-upload="${id}".*?</li>`, 's').exec(page)?.[0];
}
