const { default: Sequencer } = require('@jest/test-sequencer');

/** Begun last, each of them would keep the other cores waiting. */
const LONGEST = [/faults\/matrix/, /session-model/, /cli\/doctor/, /stack\/template/, /contract\//];

module.exports = class LongestFirst extends Sequencer {
  /**
   * Otherwise in the order that Jest would take.
   * @override
   * @param {Parameters<Sequencer['sort']>[0]} tests
   */
  async sort(tests) {
    const rank = ({ path = '' }) => Number(!LONGEST.some((pattern) => pattern.test(path)));
    const usual = await super.sort(tests);
    return [...usual].sort((one, other) => rank(one) - rank(other));
  }
};
