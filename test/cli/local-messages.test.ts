import { describeMessages, withMessages } from '../../cli/local-messages';

const known = ['emailFrom', 'messages', 'stage'];

describe('Messages on this machine', () => {
  it('go to the local outbox if no channel is chosen, which the welcome says', () => {
    const messages = withMessages(['stage=dev'], { auth: { roles: 'CLERK' } }, known);

    expect(messages).toEqual({ settings: ['stage=dev', 'messages=eventbridge'], isChosen: false });
    expect(describeMessages('http://127.0.0.1:3000/_local/outbox/', messages)).toBe(
      'Messages to users are printed here, and listed at http://127.0.0.1:3000/_local/outbox/ ' +
        '(a deployment sends none until emailFrom or messages is set: docs/deploy.md)',
    );
  });

  it.each<[string[], object]>([
    [['emailFrom=no-reply@example.com'], {}],
    [['messages=none'], {}],
    [['stage=dev'], { auth: { messages: 'eventbridge' } }],
    [[], { emailFrom: 'no-reply@example.com' }],
  ])('go where the settings say: %j %j', (settings, context) => {
    const messages = withMessages(settings, { ...context }, known);

    expect(messages).toEqual({ settings, isChosen: true });
    expect(describeMessages('u', messages)).toBe('Messages to users are printed here, and listed at u');
  });
});
