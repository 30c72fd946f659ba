import { type ExportMeDependencies, exportMe } from '../../functions/export-me/export-me';
import { ThrottledError } from '../../functions/shared/http/errors';
import { recordingLog } from '../support/log';
import { NOW, protectedRequest } from '../support/sessions';

describe('GET /api/auth/users/me/export/', () => {
  it('reads nothing and says so in the log when there were too many', async () => {
    const log = recordingLog();
    const deps: ExportMeDependencies = {
      clock: () => NOW * 1000,
      users: { findForExport: jest.fn(), findImported: jest.fn() },
      sessions: { list: jest.fn() },
      challenges: { listPending: jest.fn() },
      rateLimits: { consumeFixedWindow: async () => 57 },
    };
    const error = await exportMe(protectedRequest({ log }), deps).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ThrottledError);
    expect((error as ThrottledError).waitSeconds).toBe(57);
    expect(log.events).toStrictEqual([{ event: 'export_refused', address: '203.0.113.7', waitSeconds: 57 }]);
    expect(deps.users.findForExport).not.toHaveBeenCalled();
    expect(deps.sessions.list).not.toHaveBeenCalled();
  });
});
