import { logoutAll } from '../../functions/logout-all/logout-all';
import type { ApiError, InvalidFieldsError } from '../../functions/shared/http/errors';
import { principal, protectedRequest, token } from '../support/sessions';

const dependencies = (isDone = true) => ({
  endAllSessions: jest.fn(async () => undefined),
  endOtherSessions: jest.fn(async () => isDone),
});
const withKeep = (...keep: string[]) => protectedRequest({ query: { keep } });

describe('POST /api/logoutall/', () => {
  it('ends all sessions', async () => {
    const deps = dependencies();
    expect(await logoutAll(protectedRequest({ query: { other: ['x'] } }), deps)).toEqual({ status: 204 });
    expect(deps.endAllSessions).toHaveBeenCalledWith(token.locator, 1);
    expect(deps.endOtherSessions).not.toHaveBeenCalled();
  });

  it('with keep=current ends all others', async () => {
    const deps = dependencies();
    expect(await logoutAll(withKeep('current'), deps)).toEqual({ status: 204 });
    expect(deps.endOtherSessions).toHaveBeenCalledWith(token, principal);
    expect(deps.endAllSessions).not.toHaveBeenCalled();
  });

  it('with keep=current is refused when this session was itself ended meanwhile', async () => {
    const error = await logoutAll(withKeep('current'), dependencies(false)).catch(
      (thrown: unknown) => thrown,
    );
    expect((error as ApiError).status).toBe(401);
  });

  it.each([
    [['curent'], 'curent'],
    [[''], ''],
    [['current', 'all'], 'all'],
  ])('with keep=%j does nothing', async (values, wrong) => {
    const deps = dependencies();
    const error = await logoutAll(withKeep(...values), deps).catch((thrown: unknown) => thrown);
    expect((error as InvalidFieldsError).fields).toEqual({ keep: [`"${wrong}" is not a valid choice.`] });
    expect(deps.endAllSessions).not.toHaveBeenCalled();
    expect(deps.endOtherSessions).not.toHaveBeenCalled();
  });
});
