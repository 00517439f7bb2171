/** Shell text that waits for a file in $EFFECTS, a minute at most. */
export function waitFor(name: string): string {
  return `i=0; until [ -e "$EFFECTS/${name}" ] || [ $i -gt 1200 ]; do sleep 0.05; i=$((i+1)); done`;
}

/**
 * A chain of three tasks with outputs, of which each leaves one line in `$EFFECTS/ran-NAME` when it runs to its end. The
 * middle one writes its output, says that it has started, and then waits for the file `go`.
 */
export const WAITING_CHAIN = `name: chain
flows:
  work:
    tasks:
      first:
        run: |
          echo one > {{ outputs.file }}
          echo ran >> "$EFFECTS/ran-first"
        outputs: { file: "out/first.txt" }
      middle:
        run: |
          cat {{ inputs.file }} > {{ outputs.file }}
          echo two >> {{ outputs.file }}
          touch "$EFFECTS/started-middle"
          ${waitFor('go')}
          echo ran >> "$EFFECTS/ran-middle"
        inputs: { file: "{{ tasks.first.outputs.file }}" }
        outputs: { file: "out/middle.txt" }
      last:
        run: |
          cat {{ inputs.file }} > {{ outputs.file }}
          echo three >> {{ outputs.file }}
          echo ran >> "$EFFECTS/ran-last"
        inputs: { file: "{{ tasks.middle.outputs.file }}" }
        outputs: { file: "out/last.txt" }
`;

/** What a chain that ran once, and only once, leaves behind. */
export const RAN_ONCE = { first: 1, last: 1, middle: 1 };
