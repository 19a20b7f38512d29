// Whether the process that made this page is still there. Where it is not, the page says so, and waits for nothing.
//
// A page lives in one process. When that ends, Gradio's own script takes no further events and knows one English line;
// behind a proxy the requests are answered by nobody (502). Both are noticed where the page asks for something.

import { make } from "./dom.js";
import { asked, openStream } from "./streams.js";

const OURS = "/gradio_api/";
const ANSWERS = /\/gradio_api\/queue\/data/;
const HEARTBEAT = /\/gradio_api\/heartbeat/;
const QUESTION = /\/gradio_api\/queue\/join/;
const NOBODY = new Set([502, 504]); // what a proxy answers for a process that is not there
const LOST = "connection-lost"; // a class of the page
const MILLISECONDS_BETWEEN_LOOKS = 2000;

const ask = window.fetch.bind(window);
const listeners = new Set();
let looking = false;
let leaving = false;

window.addEventListener("pagehide", () => (leaving = true));
window.addEventListener("pageshow", () => (leaving = false));
window.fetch = async (...request) => {
  const address = addressOf(request[0]);
  const isOurs = address.startsWith(new URL(document.baseURI).origin) && address.includes(OURS);
  if (!isOurs) return ask(...request);
  const stream = ANSWERS.test(address) ? openStream() : null;
  request[1]?.signal?.addEventListener("abort", () => stream?.end());
  try {
    const response = await (QUESTION.test(address) ? asked(() => ask(...request)) : ask(...request));
    if (NOBODY.has(response.status)) look();
    const isStream = (stream || HEARTBEAT.test(address)) && response.ok && response.body;
    if (!isStream) stream?.end();
    return isStream ? watched(response, stream) : response;
  } catch (error) {
    stream?.end();
    suspect(error);
    throw error;
  }
};

/** Tells when the connection is lost. */
export function onLost(listener) {
  listeners.add(listener);
}

/** The line at the top of the page, in the page's language; nothing is to be seen of it while all is well. */
export function drawConnection(root, languages) {
  const draw = () => {
    const { lost, reload } = languages[document.documentElement.lang] ?? languages.en;
    const button = make("button", "", { type: "button" }, reload);
    button.addEventListener("click", () => window.location.reload());
    root.replaceChildren(make("p", "", { role: "alert" }, lost), button);
  };
  draw();
  onLost(draw);
}

function addressOf(resource) {
  return new URL(resource instanceof Request ? resource.url : String(resource), document.baseURI).href;
}

/** The same response, heard on its way: a stream that breaks off tells nobody else. */
function watched(response, stream) {
  const reader = response.body.getReader();
  const body = new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (done) {
          stream?.end();
          controller.close();
        } else {
          controller.enqueue(value);
          stream?.hear(value);
        }
      } catch (error) {
        stream?.end();
        suspect(error);
        controller.error(error);
      }
    },
    cancel: (reason) => {
      stream?.end();
      return reader.cancel(reason);
    },
  });
  return new Response(body, { status: response.status, statusText: response.statusText, headers: response.headers });
}

function suspect(error) {
  if (!leaving && error?.name !== "AbortError") look();
}

/** Asks for the process by its name, again and again while it is not there: it may only have been out of reach. */
async function look() {
  if (looking) return;
  looking = true;
  while (!leaving && !(await isThere())) {
    if (!document.documentElement.classList.contains(LOST)) {
      document.documentElement.classList.add(LOST);
      for (const listener of listeners) listener();
    }
    await new Promise((resolve) => setTimeout(resolve, MILLISECONDS_BETWEEN_LOOKS));
  }
  document.documentElement.classList.remove(LOST);
  looking = false;
}

async function isThere() {
  try {
    const answer = await ask(new URL(`.${OURS}app_id`, document.baseURI), { cache: "no-store" });
    return answer.ok && (await answer.json()).app_id === window.gradio_config?.app_id;
  } catch {
    return false;
  }
}
