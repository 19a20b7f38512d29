// A page hears its answers on one stream, which the server closes when nothing more is asked for; the page opens another
// with what it asks for next. But a question may cross the news of the end: the server has closed the stream, Gradio
// believes it open, and the answer is heard on none until something else is asked for.
//
// So Gradio learns that its question was taken when the stream has named it, or is over.

const PATIENCE_MS = 2000; // then the question goes its way as it would without this file

let open = null; // the stream of this page
let asking = 0; // questions that are under way, or not yet named

/** A stream that is being opened; `hear` gets all that comes on it, `end` is called when it is over. */
export function openStream() {
  const stream = { text: "", waiting: new Map() };
  const end = () => {
    for (const go of stream.waiting.values()) go();
    stream.waiting.clear();
    if (open === stream) open = null;
  };
  const hear = (bytes) => {
    if (asking === 0) {
      stream.text = "";
      return;
    }
    stream.text += new TextDecoder("latin1").decode(bytes); // names are letters and digits
    for (const [name, go] of stream.waiting) if (stream.text.includes(name)) go();
  };
  open = stream;
  return { hear, end };
}

/** The response to a question, once the page can hear the answer. */
export async function asked(request) {
  asking += 1;
  try {
    const response = await request();
    if (response.ok && open) await named((await response.clone().json()).event_id);
    return response;
  } finally {
    asking -= 1;
  }
}

async function named(name) {
  const stream = open;
  if (!stream || !name || stream.text.includes(name)) return;
  await new Promise((go) => {
    stream.waiting.set(name, go);
    setTimeout(go, PATIENCE_MS);
  });
  stream.waiting.delete(name);
}
