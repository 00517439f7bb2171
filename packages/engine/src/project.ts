/** The part of the engine that reads and plans projects: all that `orchestrate validate` has to load. */
export { realClock } from './drive/real-time.ts';
export { planProject } from './plan/plan-project.ts';
export { loadProject } from './project/on-demand.ts';
export { isProjectProblems } from './project/project-problems.ts';
export { renderProblems } from './project/render-problems.ts';
