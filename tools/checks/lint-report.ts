import { runTool } from './external-tool.ts';

/** One complaint of a linter: `file rule`. */
export interface LintReport {
  readonly looked: number;
  readonly complaints: readonly string[];
}

interface OxlintOutput {
  readonly number_of_files: number;
  readonly diagnostics: readonly { readonly filename: string; readonly code: string }[];
}

interface BiomeOutput {
  readonly summary: { readonly changed: number; readonly unchanged: number };
  readonly diagnostics: readonly {
    readonly severity: string;
    readonly category: string;
    readonly location: { readonly path: string | { readonly file: string } };
  }[];
}

/** Runs oxlint with its type-aware rules over a whole tree. */
export async function runOxlint(root: string): Promise<LintReport> {
  const { stdout } = await runTool(root, 'oxlint', ['--type-aware', '--format', 'json', '.']);
  const { number_of_files, diagnostics } = JSON.parse(stdout) as OxlintOutput;
  return {
    looked: number_of_files,
    complaints: diagnostics.map(({ filename, code }) => `${filename} ${code}`),
  };
}

/** Runs biome's formatter check and linter over a whole tree. */
export async function runBiome(root: string): Promise<LintReport> {
  const args = ['check', '--reporter=json', '--max-diagnostics=none', '.'];
  const { stdout } = await runTool(root, 'biome', args);
  const { summary, diagnostics } = JSON.parse(stdout) as BiomeOutput;
  return {
    looked: summary.changed + summary.unchanged,
    complaints: diagnostics
      .filter(({ severity }) => severity === 'error')
      .map(
        ({ category, location: { path } }) =>
          `${typeof path === 'string' ? path : path.file} ${category}`,
      ),
  };
}
