const fromSource = import.meta.url.endsWith('.ts');

/** URL of the module whose functions make directories of members. */
export const MEMBER_MODULE = new URL(fromSource ? '../member.ts' : './member.js', import.meta.url)
  .href;

/** URL of the module whose functions carry out what configurations of model-ensembler say. */
export const UPSTREAM_MODULE = new URL(
  fromSource ? '../upstream-steps.ts' : './upstream-steps.js',
  import.meta.url,
).href;

/** URL of the package with the steps that hooks are. */
export const STEPS_MODULE = import.meta.resolve('@orchestrate/steps');
