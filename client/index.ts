/** A client of the API that signs nobody out without a cause. Every call resolves to a result; `docs/client.md` has the guarantees. */
// biome-ignore-all lint/performance/noBarrelFile: a package has one entrance.
import type {
  CodeFields,
  DeleteMeFields,
  EmailFields,
  Export,
  LinkFields,
  ListedSession,
  LoginFields,
  NewPasswordFields,
  Profile,
  SetPasswordFields,
  SetUsernameFields,
  SignedUp,
  SignupFields,
  UpdateEmailFields,
  User,
} from './api.ts';
import { isLost, type Result, succeed } from './errors.ts';
import { type Clock, type Fetch, platformFetch, type Signal, systemClock } from './platform.ts';
import { type Answer, createHttp, type Http, type HttpRequest, memberOf } from './request.ts';
import { Session } from './session.ts';
import { createVault, type TokenStore } from './store.ts';

export type * from './api.ts';
export type { ClientError, Failure, FieldErrors, Result, Success } from './errors.ts';
export type { Clock, Fetch, FetchInit, FetchResponse, PlatformResponse, Signal } from './platform.ts';
export type { HttpRequest } from './request.ts';
export { memoryStore, type TokenStore, type WebStorage, webStore } from './store.ts';

export interface ClientOptions {
  /** The deployment's `ApiUrl`. The token is sent nowhere else. */
  readonly baseUrl: string;
  readonly store: TokenStore;
  /** Sent with every request; a `User-Agent` that users recognise names the device in their list of sessions. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly fetch?: Fetch;
  readonly clock?: Clock;
}

/** What every call takes. */
export interface CallOptions {
  /** Ends this call with `aborted`. Calls that wait for the same refresh go on. */
  readonly signal?: Signal | undefined;
}

/** Of a request of your own. */
export type RequestOptions = CallOptions &
  Partial<Pick<HttpRequest, 'method' | 'headers' | 'json' | 'body' | 'timeoutMs' | 'parse'>>;

/** The errors that every call can end with are described at `ClientError`; the methods name only what is theirs. */
export class Client {
  readonly #http: Http;
  readonly #session: Session;
  /** A username whose signup may have been done without an answer. */
  #unanswered: string | undefined;

  constructor(options: ClientOptions) {
    const { baseUrl, store, headers = {}, fetch = platformFetch, clock = systemClock } = options;
    this.#http = createHttp({ baseUrl, headers, fetch, clock });
    this.#session = new Session({ vault: createVault(store, clock), http: this.#http, clock });
  }

  /** Whether a session is stored; the server is not asked. Fails with `store_unavailable` if that cannot be told. */
  isSignedIn(): Promise<Result<boolean>> {
    return this.#session.isSignedIn();
  }

  /**
   * Sends a request of your own to a protected route. Its session is kept right as that of every other call.
   * @param path below `baseUrl`, beginning with a slash; anything else throws a TypeError.
   */
  async request<Value>(path: string, options: RequestOptions = {}): Promise<Result<Value>> {
    // Without the slash, a path such as `@example.com` would send the token to another host.
    if (!path.startsWith('/')) throw new TypeError('A path begins with a slash.');
    const answer = await this.#session.call({ method: 'GET', ...options, path });
    return answer.ok ? succeed(answer.value.body as Value) : answer;
  }

  /**
   * Creates a user and signs in. If the answer is lost, it is sent again, and if the name is taken then, the client signs in with what was
   * typed. `rejected` has the fields' messages.
   */
  async signup(fields: SignupFields, { signal }: CallOptions = {}): Promise<Result<SignedUp>> {
    const answer = await this.#session.signIn(() => this.#sendSignup(fields, signal), signal);
    if (!answer.ok) return answer;
    const { body } = answer.value;
    const isSignedIn = memberOf(body, 'token') !== undefined;
    return succeed({ isSignedIn, user: memberOf(body, 'user') as User | undefined });
  }

  /** Signs in, and ends the session that was stored before. `rejected` with `non_field_errors` if name or password is wrong. */
  async login(fields: LoginFields, { signal }: CallOptions = {}): Promise<Result<void>> {
    const exchange = async () => (await this.#http.sendTwice(loginRequest(fields, signal))).answer;
    const answer = await this.#session.signIn(exchange, signal);
    return answer.ok ? done : answer;
  }

  /**
   * Forgets the session at once, also offline, and tells the server in the background; `ended` resolves to whether the server knows. With
   * `store_unavailable` the token may still be stored: try again. This process does not use it any more, and the server was told.
   */
  logout(): Promise<Result<{ readonly ended: Promise<boolean> }>> {
    return this.#session.signOut();
  }

  /** Ends every session of the user, or all but this one. */
  async logoutAll({
    keepCurrent,
    signal,
  }: CallOptions & { readonly keepCurrent?: boolean } = {}): Promise<Result<void>> {
    if (keepCurrent) return this.#post('/api/logoutall/?keep=current', undefined, signal);
    return this.#forgetAfter(await this.#post('/api/logoutall/', undefined, signal));
  }

  /** The greeting for the user's role. */
  dashboard(options: CallOptions = {}): Promise<Result<{ readonly message: string }>> {
    return this.request('/api/dashboard/', options);
  }

  /** The user's sessions, newest first. */
  sessions(options: CallOptions = {}): Promise<Result<readonly ListedSession[]>> {
    return this.request('/api/sessions/', options);
  }

  /** Ends one of the user's sessions. `rejected` with status 404 if there is none of this id. */
  endSession(id: string, options: CallOptions = {}): Promise<Result<void>> {
    return this.request(`/api/sessions/${encodeURIComponent(id)}/`, { ...options, method: 'DELETE' });
  }

  /** Changes the password and ends all other sessions. */
  setPassword(json: SetPasswordFields, { signal }: CallOptions = {}): Promise<Result<void>> {
    return this.#post('/api/auth/users/set_password/', json, signal);
  }

  /** Changes the username. */
  setUsername(json: SetUsernameFields, { signal }: CallOptions = {}): Promise<Result<void>> {
    return this.#post('/api/auth/users/set_username/', json, signal);
  }

  /** The user who is signed in. */
  me(options: CallOptions = {}): Promise<Result<Profile>> {
    return this.request(ME, options);
  }

  /** Where addresses are verified, the new one is in force once it is confirmed. */
  updateEmail(json: UpdateEmailFields, options: CallOptions = {}): Promise<Result<Profile>> {
    return this.request(ME, { ...options, method: 'PUT', json });
  }

  /** Deletes the user, and with it the session. */
  async deleteMe(json: DeleteMeFields, options: CallOptions = {}): Promise<Result<void>> {
    return this.#forgetAfter(await this.request(ME, { ...options, method: 'DELETE', json }));
  }

  /** All that the server keeps of the user. */
  exportMe(options: CallOptions = {}): Promise<Result<Export>> {
    return this.request('/api/auth/users/me/export/', options);
  }

  /** Sends a message with a link and a code. Succeeds whether anybody has the address or not; so do the two below. */
  resetPassword(json: EmailFields, { signal }: CallOptions = {}): Promise<Result<void>> {
    return this.#postInPublic('reset_password', json, signal);
  }

  /** Ends every session of the user, who then logs in. */
  resetPasswordConfirm(
    json: (LinkFields | CodeFields) & NewPasswordFields,
    { signal }: CallOptions = {},
  ): Promise<Result<void>> {
    return this.#postInPublic('reset_password_confirm', json, signal);
  }

  /** Confirms an e-mail address. */
  activation(json: LinkFields | CodeFields, { signal }: CallOptions = {}): Promise<Result<void>> {
    return this.#postInPublic('activation', json, signal);
  }

  /** Sends the message to confirm an address again. */
  resendActivation(json: EmailFields, { signal }: CallOptions = {}): Promise<Result<void>> {
    return this.#postInPublic('resend_activation', json, signal);
  }

  /** Sends a message with a link to delete the user. */
  requestDeletion(json: EmailFields, { signal }: CallOptions = {}): Promise<Result<void>> {
    return this.#postInPublic('request_deletion', json, signal);
  }

  /** Deletes the user, by that link. */
  confirmDeletion(json: LinkFields, { signal }: CallOptions = {}): Promise<Result<void>> {
    return this.#postInPublic('confirm_deletion', json, signal);
  }

  #post(path: string, json: unknown, signal: Signal | undefined): Promise<Result<void>> {
    return this.request(path, { method: 'POST', json, signal });
  }

  async #postInPublic(name: string, json: unknown, signal: Signal | undefined): Promise<Result<void>> {
    const path = `/api/auth/users/${name}/`;
    const answer = await this.#http.send({ method: 'POST', path, json, signal });
    return answer.ok ? done : answer;
  }

  async #forgetAfter(result: Result<void>): Promise<Result<void>> {
    if (result.ok) await this.#session.forget();
    return result;
  }

  /** A signup, or the login after one whose answer was lost. */
  async #sendSignup(fields: SignupFields, signal: Signal | undefined): Promise<Result<Answer>> {
    const { username, password } = fields;
    const request = { method: 'POST', path: '/api/signup/', json: fields, signal };
    const { answer: created, wasLost } = await this.#http.sendTwice(request);
    const mayBeDone = wasLost || this.#unanswered === username;
    const answer =
      mayBeDone && isTaken(created)
        ? await this.#loginInstead({ username, password }, created, signal)
        : created;
    const isUnknown = isLost(answer) || (!answer.ok && answer.error.kind === 'aborted');
    this.#unanswered = isUnknown ? username : undefined;
    return answer;
  }

  /** Only if the login is refused, the name is somebody else's. */
  async #loginInstead(
    fields: LoginFields,
    taken: Result<Answer>,
    signal: Signal | undefined,
  ): Promise<Result<Answer>> {
    const { answer } = await this.#http.sendTwice(loginRequest(fields, signal));
    if (hasMessage(answer, 'non_field_errors', 'E-mail is not verified.')) {
      return succeed({ body: {}, headers: { get: () => null }, sentAt: 0 });
    }
    return !answer.ok && answer.error.kind === 'rejected' ? taken : answer;
  }
}

const ME = '/api/auth/users/me/';

const done = succeed(undefined);

const loginRequest = (json: LoginFields, signal: Signal | undefined): HttpRequest => ({
  method: 'POST',
  path: '/api/api-token-auth/',
  json,
  signal,
});

const hasMessage = (result: Result<unknown>, field: string, message: string): boolean =>
  !result.ok && result.error.kind === 'rejected' && (result.error.fields[field]?.includes(message) ?? false);

const isTaken = (result: Result<unknown>): boolean =>
  hasMessage(result, 'username', 'A user with that username already exists.');
