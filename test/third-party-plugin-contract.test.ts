// The suites of the example plugin, as its author runs them.
import '../examples/third-party-plugin/test/contract.test.ts';
