import { messages } from '../../functions/shared/http/errors';

describe('a message that repeats a text of the request', () => {
  it.each(['invalidChoice', 'methodNotAllowed', 'unsupportedMediaType'] as const)(
    'cuts it after 100 characters: %s',
    (name) => {
      expect(messages[name]('😀'.repeat(100))).toContain(`"${'😀'.repeat(100)}"`);
      expect(messages[name]('😀'.repeat(60_000))).toContain(`"${'😀'.repeat(100)}…"`);
    },
  );
});
