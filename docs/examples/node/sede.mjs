// A sede: sends documents, asks a citizen to sign them, watches, fetches what was signed, and says that it has it.
//
//   npm ci
//   BAKQ_CONNECTION=../../../var/demo/bakq.properties node sede.mjs FOLDER FILE.pdf…
import { createHash, randomUUID } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { basename, join } from 'node:path';
import { BakqError, call, connect, readConnection, retried, within } from './bakq.mjs';

const CHUNK = 64 * 1024;

/** Sends one document in pieces; resolves to the id of the upload. */
function upload(client, document) {
  return new Promise((done, failed) => {
    const stream = client.uploadDocument(within(120), (error, response) =>
      error ? failed(new BakqError(error)) : done(response.upload_id));
    stream.on('error', () => {}); // told to the callback, too
    stream.write({ header: { size: document.length, sha256: createHash('sha256').update(document).digest() } });
    let sent = 0;
    const send = () => {
      while (sent < document.length) {
        const flowing = stream.write({ chunk: document.subarray(sent, sent + CHUNK) });
        sent += CHUNK;
        if (!flowing) return stream.once('drain', send); // as fast as the server takes it
      }
      stream.end();
    };
    send();
  });
}

/** Watches one request once; resolves to how it was last. */
function watchOnce(client, id, told) {
  return new Promise((done, failed) => {
    let last;
    const stream = client.watchSignatureRequest({ id }, within(31 * 60));
    stream.on('data', ({ signature_request: request }) => {
      if (last?.state !== request.state || last?.completion_delay !== request.completion_delay) told(request);
      last = request;
    });
    stream.on('error', (error) => failed(new BakqError(error)));
    stream.on('end', () => done(last));
  });
}

/** Watches until the request has ended: a watch that breaks, or is over before, is begun again. */
async function watch(client, id, told) {
  const ended = ['COMPLETED', 'REJECTED', 'EXPIRED', 'CANCELLED', 'FAILED'].map((state) => `SIGNATURE_REQUEST_STATE_${state}`);
  for (;;) {
    const last = await retried(() => watchOnce(client, id, told));
    if (ended.includes(last?.state)) return last;
  }
}

/** Reads one signed document into `folder`: whole, compared with its header and on disk, or not at all. */
function fetchDocument(client, id, index, folder) {
  return new Promise((done, failed) => {
    const part = join(folder, `.${randomUUID()}.part`);
    const file = openSync(part, 'wx', 0o600);
    const hash = createHash('sha256');
    let header;
    let size = 0;
    const stream = client.streamSignedDocument({ id, index }, within(120));
    stream.on('data', (message) => {
      if (message.part === 'header') {
        header = message.header;
      } else {
        hash.update(message.chunk);
        size += message.chunk.length;
        writeSync(file, message.chunk);
      }
    });
    stream.on('error', (error) => {
      closeSync(file);
      rmSync(part);
      failed(new BakqError(error));
    });
    stream.on('end', () => {
      fsyncSync(file);
      closeSync(file);
      if (size !== header?.size || !hash.digest().equals(header.sha256)) {
        rmSync(part);
        return failed(new Error(`document ${index} did not arrive whole`));
      }
      // A label is a name for people: it may hold anything, also what means a folder.
      const name = basename(header.label.replace(/[^\p{L}\p{N} ._-]/gu, '_')).replace(/\.pdf$/i, '');
      const target = join(folder, `${index + 1} ${name}.signed.pdf`);
      renameSync(part, target);
      done(target);
    });
  });
}

async function main([folder, ...files]) {
  if (!folder || files.length === 0) {
    console.error('usage: node sede.mjs FOLDER FILE.pdf…');
    return 2;
  }
  mkdirSync(folder, { recursive: true });
  const client = connect(readConnection(process.env.BAKQ_CONNECTION));

  const documents = [];
  for (const file of files) {
    const uploadId = await retried(() => upload(client, readFileSync(file)));
    documents.push({ label: basename(file), upload_id: uploadId });
    console.log(`uploaded ${basename(file)}`);
  }

  // Drawn once for this wish, and kept with it: whoever repeats it with the same id asks for nothing twice.
  const wish = {
    request_id: randomUUID(),
    documents,
    format: 'SIGNATURE_FORMAT_PADES',
    level: process.env.BAKQ_LEVEL ?? 'SIGNATURE_LEVEL_B_B',
    language: 'LANGUAGE_ENGLISH',
    expected_signer: process.env.BAKQ_SIGNER ?? '',
  };
  const { signature_request: request } = await retried(() => call(client, 'createSignatureRequest', wish));
  console.log(`signature request ${request.id}`);
  console.log(`authorise at ${request.authorisation_address}`);
  console.log(`reference code ${request.reference_code}`); // the citizen compares it with the page and the SMS

  const last = await watch(client, request.id, ({ state }) =>
    console.log(`state ${state.replace('SIGNATURE_REQUEST_STATE_', '')}`));
  if (last.state !== 'SIGNATURE_REQUEST_STATE_COMPLETED') return 1;

  for (let index = 0; index < request.document_count; index++) {
    console.log(`fetched ${await retried(() => fetchDocument(client, request.id, index, folder))}`);
  }
  // Only now, when every document is safe here: they are erased there, for good.
  await retried(() => call(client, 'acknowledgeSignedDocuments', { id: request.id }));
  console.log('acknowledged');
  client.close();
  return 0;
}

main(process.argv.slice(2)).then(
  (exitCode) => process.exit(exitCode),
  (error) => {
    console.error(error instanceof BakqError ? error.explain() : error.message);
    process.exit(error instanceof BakqError && error.mayPass ? 3 : 1);
  });
