/**
 * Runs inside a worker thread: requests of the function to the embedded DynamoDB become messages. HTTP would cost more CPU than the database.
 * The function's AWS SDK calls `node:http` as it does in Lambda.
 */
const { EventEmitter } = require('node:events');
const http = require('node:http');

/** @typedef {import('../dynamodb/engine').DynamoDbRequest} DynamoDbRequest */
/** @typedef {import('../dynamodb/engine').DynamoDbReply} DynamoDbReply */
/** @typedef {http.RequestOptions & { headers: http.OutgoingHttpHeaders }} RequestOptions */
/** @typedef {(id: number, request: DynamoDbRequest) => void} Send */
/** @typedef {(id: number, reply: DynamoDbReply) => void} Receive */

/** Those without a reply, by id. @type {Map<number, DatabaseRequest>} */
const waiting = new Map();
let lastId = 0;

/** An `http.ClientRequest` as far as the AWS SDK uses it. */
class DatabaseRequest extends EventEmitter {
  /** Connected from the start. */
  socket = { connecting: false, setKeepAlive() {} };
  #id = ++lastId;
  #headers;
  #send;

  /**
   * @param {http.OutgoingHttpHeaders} headers
   * @param {Send} send
   */
  constructor(headers, send) {
    super();
    this.#headers = headers;
    this.#send = send;
  }

  /** @param {string | Uint8Array} body */
  end(body) {
    waiting.set(this.#id, this);
    const { 'x-amz-target': target, authorization } = this.#headers;
    const text = typeof body === 'string' ? body : Buffer.from(body).toString();
    this.#send(this.#id, { target: String(target), authorization: String(authorization), body: text });
  }

  /**
   * The SDK takes the response for its body. Bytes serve as well as a stream, at less cost.
   * @param {DynamoDbReply} reply
   */
  receive({ status, requestId, body }) {
    const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-requestid': requestId };
    this.emit('response', Object.assign(Buffer.from(body), { statusCode: status, headers }));
    this.#close();
  }

  /** @param {Error} [error] */
  destroy(error) {
    if (error) this.emit('error', error);
    this.#close();
  }

  #close() {
    waiting.delete(this.#id);
    this.emit('close');
  }
}

/**
 * From now on, requests to this address are sent as messages. Returns what receives the replies.
 * @param {string} url
 * @param {Send} send
 * @returns {Receive}
 */
exports.redirectDatabaseRequests = (url, send) => {
  const { hostname, port } = new URL(url);
  const { request } = http;
  /** @param {[RequestOptions, (response: http.IncomingMessage) => void]} call */
  const redirect = (...call) => {
    const [{ host, port: toPort, headers }, onResponse] = call;
    if (host !== hostname || String(toPort) !== port) return request(...call);
    return new DatabaseRequest(headers, send).once('response', onResponse);
  };
  Object.assign(http, { request: redirect });
  return (id, reply) => waiting.get(id)?.receive(reply);
};
