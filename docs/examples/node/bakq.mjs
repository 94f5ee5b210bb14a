// What a sede's program needs to talk to BakQ: the .proto files, a client certificate, and how errors are read.
// Nothing here comes from BakQ but the contract.
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import grpc from '@grpc/grpc-js';
import protoLoader from '@grpc/proto-loader';

const here = dirname(fileURLToPath(import.meta.url));
const contract = process.env.BAKQ_PROTO ?? resolve(here, '../../../proto/src/main/protobuf');

const definition = protoLoader.loadSync(
  ['bakq/relyingparty/v1/signature_request_service.proto', 'google-rpc-status.proto'],
  { includeDirs: [contract, here], keepCase: true, enums: String, longs: Number, defaults: true, oneofs: true });
const { SignatureRequestService } = grpc.loadPackageDefinition(definition).bakq.relyingparty.v1;

/** Reads the connection file: lines of `key = value`, with paths relative to the file. */
export function readConnection(file) {
  const values = Object.fromEntries(
    readFileSync(file, 'utf8').split('\n')
      .map((line) => line.trim())
      .filter((line) => line && !line.startsWith('#'))
      .map((line) => [line.slice(0, line.indexOf('=')).trim(), line.slice(line.indexOf('=') + 1).trim()]));
  const read = (key) => {
    if (!values[key]) throw new Error(`the connection file has no ${key}`);
    return readFileSync(resolve(dirname(file), values[key]));
  };
  return {
    address: values['sede.address'],
    authority: read('authority'),
    key: read('sede.key'),
    certificate: read('sede.certificate'),
  };
}

/** Connects. The certificate says who calls: there is no password, no token and no name to send. */
export function connect({ address, authority, key, certificate }) {
  return new SignatureRequestService(address, grpc.credentials.createSsl(authority, key, certificate), {
    'grpc.max_receive_message_length': 64 * 1024 * 1024,
    'grpc.keepalive_time_ms': 120_000, // a watch is silent for minutes; the server allows one ping a minute
  });
}

/** A deadline for one call, in seconds from now. Every call has one. */
export const within = (seconds) => ({ deadline: Date.now() + seconds * 1000 });

/** Calls a method with one request and one response. */
export function call(client, method, request) {
  return new Promise((done, failed) =>
    client[method](request, within(60), (error, response) => (error ? failed(new BakqError(error)) : done(response))));
}

/** What a call ended with: `code` of gRPC, and of BakQ `reason`, `correlationId`, `fields` and `retryAfterSeconds`. */
export class BakqError extends Error {
  constructor(error) {
    const status = statusOf(error);
    const info = detail(status, 'google.rpc.ErrorInfo');
    const code = grpc.status[error.code];
    // Without ErrorInfo it is gRPC's own: no connection, a certificate that TLS refused, a message that is too long.
    super(info ? `${info.reason} (${code})` : `${code}: ${error.details}`);
    this.name = 'BakqError';
    this.code = code;
    this.reason = info?.reason;
    this.correlationId = info?.metadata?.correlation_id;
    this.fields = detail(status, 'google.rpc.BadRequest')?.field_violations ?? [];
    const wait = detail(status, 'google.rpc.RetryInfo')?.retry_delay;
    this.retryAfterSeconds = wait && Number(wait.seconds) + wait.nanos / 1e9;
  }

  /** Whether the same call, with the same request_id, may work later. */
  get mayPass() {
    return this.code === 'UNAVAILABLE' || this.code === 'DEADLINE_EXCEEDED' || this.reason === 'QUOTA_EXCEEDED';
  }

  /** For people: what it was, which fields, how long to wait, and what to report. */
  explain() {
    return [
      this.message,
      ...this.fields.map(({ field, description }) => `  ${field}: ${description}`),
      this.retryAfterSeconds && `  again after ${this.retryAfterSeconds} s`,
      this.correlationId && `  correlation id ${this.correlationId}`,
    ].filter(Boolean).join('\n');
  }
}

function statusOf(error) {
  const [bytes] = error.metadata?.get('grpc-status-details-bin') ?? [];
  return bytes && definition['google.rpc.Status'].deserialize(bytes);
}

function detail(status, type) {
  const found = status?.details.find(({ type_url }) => type_url === `type.googleapis.com/${type}`);
  return found && definition[type].deserialize(found.value);
}

/** Repeats `attempt` while its failure may pass, at most five times, waiting as long as the server says. */
export async function retried(attempt) {
  for (let tries = 1; ; tries++) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof BakqError) || !error.mayPass || tries === 5) throw error;
      const seconds = error.retryAfterSeconds ?? 2 ** tries;
      await new Promise((done) => setTimeout(done, seconds * 1000 * (1 + Math.random() / 4)));
    }
  }
}
