/** The flow of the specification, to the byte, and the rules for every response. */
import { listRoutes } from '../../functions/endpoints';
import { type Contract, SMUGGLED } from './contract';
import {
  BEARS_TOKEN,
  created,
  DASHBOARD,
  DONE,
  type ExpectedResponse,
  greeting,
  INVALID_TOKEN,
  invalid,
  LOGGED_OUT,
  LOGIN,
  LOGIN_NEEDS,
  LOGOUT,
  NOT_FOUND,
  NOT_PROVIDED,
  pathOf,
  protectedRequests,
  REFRESH,
  REQUIRED,
  SIGNUP,
  SIGNUP_NEEDS,
  wholeSeconds,
} from './responses';

const PASSWORD = 'password123';

export function flow(api: Contract): void {
  const { signsUpClerks, passwordMinLength } = api.target;

  api.row(
    'signup, login, dashboard, refresh, logout, and what is answered to a token that is no longer valid',
    async () => {
      const { username, email } = api.newAccount();
      const body = { username, email, password: PASSWORD, role: 'CLERK' };
      const signup = await api.expect(SIGNUP, created(body), { body });
      // The first user of an empty deployment.
      if (api.isOwnServer) expect(signup.body.user.id).toBe(1);
      const token = await api.login({ username, password: PASSWORD });
      expect(token).not.toBe(signup.body.token);
      await api.expect(DASHBOARD, greeting('CLERK'), { token });
      const successor = await api.refresh(token);
      expect(successor).not.toBe(token);
      await api.expect(DASHBOARD, INVALID_TOKEN, { token });
      await api.expect(DASHBOARD, greeting('CLERK'), { token: successor });
      await api.expect(LOGOUT, LOGGED_OUT, { token: successor });
      await api.expect(DASHBOARD, INVALID_TOKEN, { token: successor });
      await api.expect(DASHBOARD, greeting('CLERK'), { token: signup.body.token });
    },
    (!signsUpClerks && 'signupRoles of this target leaves out CLERK') ||
      (passwordMinLength > PASSWORD.length &&
        "the flow's password has 11 characters, and passwordMinLength of this target asks for more"),
  );
}

export function rules(api: Contract): void {
  api.row('JSON always, also for errors', async () => {
    await api.expect(SIGNUP, SIGNUP_NEEDS, { body: {} });
    await api.expect(DASHBOARD, NOT_PROVIDED);
    await api.expect('GET /api/nothing/', NOT_FOUND);
    const headers = { Allow: 'GET, HEAD, OPTIONS' };
    const notAllowed = { status: 405, body: { detail: 'Method "PUT" not allowed.' }, headers };
    await api.expect('PUT /api/dashboard/', notAllowed);
    const { token, role } = await api.user('ada');
    await api.expect(DASHBOARD, greeting(role), { token });
  });

  api.row('A 204 has no body, and text/plain as its Content-Type: nothing to parse as JSON', async () => {
    const { token } = await api.user('ada');
    const headers = { 'Content-Type': 'text/plain' };
    await api.expect('POST /api/logoutall/?keep=current', { ...DONE, headers }, { token });
  });

  api.row('Cache-Control: no-store and WWW-Authenticate: Token on every 401', async () => {
    for (const request of protectedRequests) await api.expect(request, NOT_PROVIDED);
  });

  api.row('A trailing slash is optional on every path, answered directly, never by a redirect', async () => {
    const email = invalid({ email: [REQUIRED] });
    const link = invalid({ uid: [REQUIRED], token: [REQUIRED] });
    const ofPublic: Record<string, ExpectedResponse> = {
      signup: SIGNUP_NEEDS,
      login: LOGIN_NEEDS,
      'reset-password': email,
      'reset-password-confirm': invalid({ uid: [REQUIRED], token: [REQUIRED], new_password: [REQUIRED] }),
      activation: link,
      'resend-activation': email,
      'request-deletion': email,
      'confirm-deletion': link,
    };
    for (const route of listRoutes())
      for (const slash of ['', '/'])
        await api.expect(
          `${route.methods[0]} ${pathOf(route)}${slash}`,
          ofPublic[route.name] ?? NOT_PROVIDED,
        );
    const { token, role } = await api.user('ada');
    await api.expect('GET /api/dashboard', greeting(role), { token });
  });

  api.row(
    'Token-Expires-In and no-store on every response that bears a token, Token-Expires-In on every authenticated 200',
    async () => {
      const { username, password, role } = await api.user('ada');
      const credentials = { username, password };
      const login = await api.expect(LOGIN, BEARS_TOKEN, { body: credentials });
      const call = { token: login.body.token };
      const refresh = await api.expect(REFRESH, BEARS_TOKEN, call);
      const { token } = refresh.body;
      const headers = { 'Token-Expires-In': wholeSeconds };
      const dashboard = await api.expect(DASHBOARD, { ...greeting(role), headers }, { token });
      const left = [login, refresh, dashboard].map((reply) => Number(reply.headers.get('Token-Expires-In')));
      expect(Math.max(...left) - Math.min(...left)).toBeLessThan(60);
      // A week by default, in minutes.
      if (api.isOwnServer) expect(Math.ceil(Math.max(...left) / 60)).toBe(10_080);
      await api.expect(LOGOUT, { ...LOGGED_OUT, headers: { 'Token-Expires-In': '0' } }, { token });
    },
  );

  api.row(
    'Unknown members of a body are ignored: role, id, is_staff and the like cannot be smuggled in',
    async () => {
      const { id, role, token } = await api.user('bob');
      expect(id).not.toBe(SMUGGLED.id);
      await api.expect(DASHBOARD, greeting(role), { token });
    },
  );

  api.row('A token in query string, path or body is ignored', async () => {
    const { token } = await api.user('ada');
    for (const request of protectedRequests) {
      const body = { token, Authorization: `Token ${token}` };
      const query = `?token=${token}&Authorization=Token%20${token}`;
      await api.expect(`${request}${query}`, NOT_PROVIDED, request.startsWith('GET') ? {} : { body });
    }
    await api.expect(`DELETE /api/sessions/${token}/`, NOT_PROVIDED);
  });
}
