/** How a configuration of model-ensembler is imported. */
export interface ImportSetting {
  /** Write native ensembles, one for each batch, in place of a reference to the file. */
  readonly native?: boolean;
  /** Folder from which model_ensemble was started, below the project. Default: the project. */
  readonly launch?: string;
  /** Whether folders of runs are there already and are to be taken over. */
  readonly pickup?: boolean;
}
