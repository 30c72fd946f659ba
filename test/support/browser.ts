/** Chromium for a suite of test/browser: what its pages ask for, and what they complain about, in each test. */
import {
  type Browser,
  type BrowserContext,
  chromium,
  type Request,
  type ViewportSize,
} from 'playwright-core';

export interface TestBrowser {
  /** A new one in each test. */
  readonly context: BrowserContext;
  readonly requests: readonly Request[];
  /** Violations of the policy, and what the page did not catch. */
  readonly complaints: readonly string[];
}

/** For all tests of the suite. */
export function openBrowser(viewport: ViewportSize): TestBrowser {
  let browser: Browser;
  let context: BrowserContext;
  const requests: Request[] = [];
  const complaints: string[] = [];

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: process.env['CHROMIUM_PATH']! });
  });

  afterAll(() => browser?.close());

  beforeEach(async () => {
    requests.length = 0;
    complaints.length = 0;
    context = await browser.newContext({ viewport });
    context.on('request', (request) => requests.push(request));
    context.on('weberror', (error) => complaints.push(error.error().message));
    context.on('console', (message) => {
      // The browser's own line about a 400, 401 or 429.
      const isAnswer = message.text().startsWith('Failed to load resource: the server responded');
      if (['error', 'warning'].includes(message.type()) && !isAnswer) complaints.push(message.text());
    });
  });

  afterEach(() => context.close());

  return {
    requests,
    complaints,
    get context() {
      return context;
    },
  };
}
