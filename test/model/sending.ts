/** Sends one request of a run as its client would, or does what an operator does by hand. */
import type { JsonObject } from '../../local/json';
import { TABLES } from './engine';
import { type GatewayReply, type GatewayRequest, send } from './gateway';
import type { Lane } from './lanes';
import type { ClientRequest, ConcreteRequest, OperatorRequest, ProtectedRequest } from './requests';
import type { Run } from './run';

export const usernameOf = ({ number }: Pick<Run, 'number'>, name: number): string => `model${number}n${name}`;
const emailOf = (run: Pick<Run, 'number'>, name: number): string => `${usernameOf(run, name)}@example.com`;
const PASSWORD = 'correct horse 7';

export async function replyTo(run: Run, request: ConcreteRequest, lane: Lane): Promise<GatewayReply> {
  if (!isOperators(request)) return send(run.system, asSent(run, request));
  await lane.turns.turn(lane.number);
  await operate(run, request.action, request.name).finally(() => lane.turns.done());
  return { status: 0, body: undefined, tokenExpiresIn: undefined };
}

function asSent(run: Run, request: ClientRequest): GatewayRequest {
  if (request.action === 'signup') {
    const username = usernameOf(run, request.name);
    return { endpoint: 'signup', body: { username, email: emailOf(run, request.name), password: PASSWORD } };
  }
  if (request.action === 'login') {
    const password = request.isPasswordRight ? PASSWORD : 'wrong horse 7';
    return { endpoint: 'login', body: { username: usernameOf(run, request.name), password } };
  }
  return asProtected(request);
}

function asProtected({ action, text: token, target }: ProtectedRequest): GatewayRequest {
  switch (action) {
    case 'use':
      return { endpoint: 'dashboard', token };
    case 'list':
      return { endpoint: 'sessions', token };
    case 'keep':
      return { endpoint: 'logout-all', token, keep: 'current' };
    case 'end':
      return { endpoint: 'end-session', token, id: target };
    case 'refresh':
    case 'logout':
    case 'logout-all':
      return { endpoint: action, token };
  }
}

const isOperators = (request: ConcreteRequest): request is OperatorRequest =>
  ['deactivate', 'activate', 'promote', 'delete'].includes(request.action);

/** There is no endpoint for these: an operator writes to the table. */
async function operate(run: Run, action: OperatorRequest['action'], name: number): Promise<void> {
  const { engine } = run.system;
  const marker = await engine.user(`USERNAME#${usernameOf(run, name)}`);
  if (!marker) return;
  const pk = `USER#${marker['locator']}`;
  if (action !== 'delete') return void (await engine.execute('UpdateItem', changes[action](pk)));
  for (const key of [pk, `USERNAME#${usernameOf(run, name)}`, `EMAIL#${emailOf(run, name)}`])
    await engine.deleteUser(key);
}

const change = (pk: string, UpdateExpression: string, ExpressionAttributeValues: JsonObject): JsonObject => ({
  TableName: TABLES.users,
  Key: { pk: { S: pk } },
  UpdateExpression,
  ConditionExpression: 'attribute_exists(pk)',
  ExpressionAttributeValues,
});

const changes = {
  deactivate: (pk: string) =>
    change(pk, 'SET isActive = :no ADD sessionGeneration :one', {
      ':no': { BOOL: false },
      ':one': { N: '1' },
    }),
  promote: (pk: string) => ({
    ...change(pk, 'SET #role = :role', { ':role': { S: 'MANAGER' } }),
    ExpressionAttributeNames: { '#role': 'role' },
  }),
  activate: (pk: string) => change(pk, 'SET isActive = :yes', { ':yes': { BOOL: true } }),
};
