// A conversation with Vigie's REST channel: streamed answers, an id given out by the server, erasure.

export type Choice = { title: string; payload: string };
export type Step = { path: string; title: string; number: number; total: number };
export type Said = {
  recipient_id: string;
  text: string;
  buttons?: Choice[];
  custom?: {
    answer?: string;
    sources?: string[];
    step?: Step;
    documents?: { id: string; title: string }[];
    department?: string;
    lines?: { source?: string; documents?: string; helpline?: string };
  };
};

/** The server read the message and refuses it; `message` may be shown. */
export class Refused extends Error {
  readonly wait: number; // seconds, 0 when trying again would not help
  constructor(message: string, wait: number) {
    super(message);
    this.wait = wait;
  }
}

const LONGEST = 25_000; // milliseconds without a word of the server

export class Conversation {
  id: string | undefined;
  private readonly server: string;
  private readonly traffic: Record<string, string>;
  private current: AbortController | undefined;

  /** `server` is Vigie's address, ending with a slash; `traffic` is formation or essai when this is no real use. */
  constructor(server: string, traffic: string | null) {
    this.server = server;
    this.traffic = traffic ? { "X-Vigie-Traffic": traffic } : {};
  }

  /** Send `message`; `hear` gets each message of the answer as it comes. True when the server had lost the conversation. */
  async send(message: string, hear: (said: Said) => void): Promise<boolean> {
    const silence = (this.current = new AbortController());
    let timer = setTimeout(() => silence.abort(), LONGEST);
    try {
      const answer = await fetch(`${this.server}webhooks/rest/webhook?stream=true`, {
        method: "POST",
        headers: { "Content-Type": "application/json", ...this.traffic },
        body: JSON.stringify({ sender: this.id, message }),
        signal: silence.signal,
        credentials: "omit",
      });
      if (answer.status === 403 && this.id) {
        // An id that this server did not give out: it restarted, or the conversation is old.
        this.id = undefined;
        await this.send(message, hear);
        return true;
      }
      if (!answer.ok || !answer.body) throw await refusal(answer);
      let rest = "";
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        clearTimeout(timer);
        timer = setTimeout(() => silence.abort(), LONGEST);
        const lines = (rest + value).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) {
          if (!line) continue;
          const said = JSON.parse(line) as Said;
          this.id = said.recipient_id;
          hear(said);
        }
      }
      return false;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Have the server count `what` (avis, clic); nothing waits for it, nothing is said when it fails. */
  count(what: string, values: object): void {
    if (!this.id) return;
    const body = JSON.stringify({ sender: this.id, ...values });
    const sent = fetch(`${this.server}webhooks/rest/${what}`, { method: "POST", keepalive: true, credentials: "omit", headers: this.traffic, body });
    sent.catch(() => undefined);
  }

  /** Have the server erase the conversation, even when the page is being left; an answer on its way is not heard. */
  erase(): void {
    this.current?.abort();
    if (this.id) navigator.sendBeacon(`${this.server}webhooks/rest/effacer`, JSON.stringify({ sender: this.id }));
    this.id = undefined;
  }
}

async function refusal(answer: Response): Promise<Error> {
  const said = (await answer.json().catch(() => ({}))) as { error?: string };
  const wait = Number(answer.headers.get("Retry-After") ?? 0);
  return said.error ? new Refused(said.error, wait || (answer.status >= 500 ? 5 : 0)) : new Error(String(answer.status));
}
