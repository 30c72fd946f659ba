import { logoutAll } from '../../functions/logout-all/logout-all';
import type { ApiError, InvalidFieldsError } from '../../functions/shared/http/errors';
import { StoreUnavailableError } from '../../functions/shared/store/unavailable';
import { recordingLog } from '../support/log';
import { NOW, principal, protectedRequest, sessionWith, token } from '../support/sessions';

const dead = { key: token, session: sessionWith(token, { sessionGeneration: 4 }) };
const kept = { key: token, session: sessionWith(token, { sessionGeneration: 5 }) };

const dependencies = () => ({
  clock: () => NOW * 1000,
  users: {
    endAllSessions: jest.fn(async (): Promise<number | undefined> => 5),
    endOtherSessions: jest.fn(async (): Promise<number | undefined> => 5),
  },
  sessions: {
    list: jest.fn(async () => ({ sessions: [kept, dead], isComplete: true })),
    removeAll: jest.fn(async () => undefined),
  },
});
const withQuery = (query: Record<string, string[]>) => protectedRequest({ query });

describe('POST /api/logoutall/', () => {
  it('ends all sessions, and deletes what is dead by then', async () => {
    const deps = dependencies();
    expect(await logoutAll(withQuery({ other: ['x'] }), deps)).toEqual({ status: 204 });
    expect(deps.users.endAllSessions).toHaveBeenCalledWith(token.locator, 1);
    expect(deps.users.endOtherSessions).not.toHaveBeenCalled();
    expect(deps.sessions.removeAll).toHaveBeenCalledWith([dead]);
  });

  it('with keep=current ends all others', async () => {
    const deps = dependencies();
    expect(await logoutAll(withQuery({ keep: ['current'] }), deps)).toEqual({ status: 204 });
    expect(deps.users.endOtherSessions).toHaveBeenCalledWith(
      expect.objectContaining({ ...principal, key: token }),
    );
    expect(deps.users.endAllSessions).not.toHaveBeenCalled();
    expect(deps.sessions.removeAll).toHaveBeenCalledWith([dead]);
  });

  it('deletes nothing when the user is gone: what is stored may be of the next one', async () => {
    const deps = dependencies();
    deps.users.endAllSessions.mockResolvedValue(undefined);
    expect(await logoutAll(protectedRequest(), deps)).toEqual({ status: 204 });
    expect(deps.sessions.list).not.toHaveBeenCalled();
  });

  it('has ended them although what is dead cannot be deleted, which the log says', async () => {
    const deps = dependencies();
    const log = recordingLog();
    deps.sessions.removeAll.mockRejectedValue(new StoreUnavailableError('no'));
    expect(await logoutAll(protectedRequest({ log }), deps)).toEqual({ status: 204 });
    expect(log.failures).toHaveLength(1);
  });

  it('with keep=current is refused when this session was itself ended meanwhile', async () => {
    const deps = dependencies();
    deps.users.endOtherSessions.mockResolvedValue(undefined);
    const error = await logoutAll(withQuery({ keep: ['current'] }), deps).catch((thrown: unknown) => thrown);
    expect((error as ApiError).status).toBe(401);
    expect(deps.sessions.list).not.toHaveBeenCalled();
  });

  it.each<[Record<string, string[]>, object]>([
    [{ keeps: ['current'] }, { keeps: ['Unknown parameter. Did you mean "keep"?'] }],
    [{ keep: ['current'], 'keep[]': ['x'] }, { 'keep[]': ['Unknown parameter. Did you mean "keep"?'] }],
    [{ KEEP: ['current'] }, { KEEP: ['Unknown parameter. Did you mean "keep"?'] }],
  ])('with %j does nothing', async (query, fields) => {
    const deps = dependencies();
    const error = await logoutAll(withQuery(query), deps).catch((thrown: unknown) => thrown);
    expect((error as InvalidFieldsError).fields).toEqual(fields);
    expect(deps.users.endAllSessions).not.toHaveBeenCalled();
    expect(deps.users.endOtherSessions).not.toHaveBeenCalled();
  });
});
