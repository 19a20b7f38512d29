// What a handler is asked with: the models that the view of that id shows, also while the server has not yet heard of
// the last click. They are the second of its inputs.

export function withShown(inputs, id) {
  const shown = document.querySelector(`#${id} [data-models]`)?.dataset.models;
  return shown ? inputs.with(1, shown) : inputs;
}
