// @ts-nocheck Its packages come only with `npm run bench:peers`.
/**
 * Better Auth as its documentation sets it up, with its users and sessions in the memory of the process. Passwords are hashed with the bcryptjs
 * that our own functions have, at the cost that is given, and attempts are counted as it does in production, up to a number that is never reached.
 */
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import bcrypt from 'bcryptjs';
import { betterAuth } from 'better-auth';
import { memoryAdapter } from 'better-auth/adapters/memory';
import { fromNodeHeaders, toNodeHandler } from 'better-auth/node';
import { bearer } from 'better-auth/plugins';
import { serve } from '../serve.ts';

const cost = Number(process.argv[2]);
const memory = { user: [], session: [], account: [], verification: [] };
const unlimited = { window: 10, max: 1_000_000 };

// Between measurements, when it is asked for its CPU time: a signup copies all rows and a search reads them, which a database would not do.
// The first row of each table is of the account that logs in.
process.on('message', () => {
  for (const [name, rows] of Object.entries(memory)) memory[name] = rows.slice(0, 1);
});

const server = createServer();
server.listen(0, '127.0.0.1', () => {
  const baseURL = `http://127.0.0.1:${server.address().port}`;
  const auth = authAt(baseURL);
  const answer = toNodeHandler(auth);
  server.on('request', (request, response) =>
    request.url === '/dashboard' ? showDashboard(auth, request, response) : answer(request, response),
  );
  serve(baseURL);
});

const authAt = (baseURL) =>
  betterAuth({
    baseURL,
    secret: randomBytes(32).toString('hex'),
    database: memoryAdapter(memory),
    emailAndPassword: {
      enabled: true,
      password: {
        hash: (password) => bcrypt.hash(password, cost),
        verify: ({ password, hash }) => bcrypt.compare(password, hash),
      },
    },
    plugins: [bearer()],
    rateLimit: {
      enabled: true,
      ...unlimited,
      customRules: { '/sign-in/*': unlimited, '/sign-up/*': unlimited },
    },
  });

async function showDashboard(auth, request, response) {
  const session = await auth.api.getSession({ headers: fromNodeHeaders(request.headers) });
  const message = session ? `Welcome to the dashboard, ${session.user.name}!` : 'Not authenticated.';
  response.writeHead(session ? 200 : 401, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify({ message }));
}
