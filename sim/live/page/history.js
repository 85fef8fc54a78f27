// The current view, earlier views and undone views.

/** Keeps a view and its history; `changed(view, why)` is called after every change. */
export function createHistory(first, changed) {
  let present = first;
  let past = [];
  let future = [];

  function become(view, why) {
    present = view;
    changed(present, why);
  }

  return {
    get view() {
      return present;
    },
    get canUndo() {
      return past.length > 0;
    },
    get canRedo() {
      return future.length > 0;
    },
    change(view, why = "change") {
      if (JSON.stringify(view) === JSON.stringify(present)) return;
      past = [...past, present].slice(-200);
      future = [];
      become(view, why);
    },
    undo() {
      if (!past.length) return;
      future.push(present);
      become(past.pop(), "undo");
    },
    redo() {
      if (!future.length) return;
      past.push(present);
      become(future.pop(), "redo");
    },
    /** Takes a refused change out of the history, as if it had not been asked for. */
    refuse(view) {
      present = view;
      if (past.length && JSON.stringify(past.at(-1)) === JSON.stringify(view)) past.pop();
    },
  };
}
