/*
 * Worker threads: one question, one answer, until the questions are out.
 */
import { Worker } from "node:worker_threads";

/** Feeds one worker until the queue is empty. */
export async function drain<Question, Answer>(queue: Question[], done: (answer: Answer, question: Question) => void): Promise<void> {
  const worker = startWorker();
  try {
    for (let question = queue.shift(); question !== undefined; question = queue.shift())
      done(await ask<Answer>(worker, question), question);
  } finally {
    await worker.terminate();
  }
}

/** The worker runs what this file is: JavaScript from the package, or TypeScript from the checkout, for which it needs its own loader. */
export function startWorker(): Worker {
  if (!import.meta.url.endsWith(".ts")) return new Worker(new URL("./worker.js", import.meta.url));
  const [loader, worker] = [import.meta.resolve("tsx/esm/api"), new URL("./worker.ts", import.meta.url).href];
  return new Worker(`import(${JSON.stringify(loader)}).then(({ register }) => { register(); return import(${JSON.stringify(worker)}); })`, {
    eval: true,
    execArgv: [],
  });
}

/** One question, one answer. Rejects when the worker dies. */
export function ask<T>(worker: Worker, question: unknown): Promise<T> {
  return new Promise((resolve, reject) => {
    worker.removeAllListeners("message").removeAllListeners("error");
    worker.once("message", (answer: { value?: T; error?: string }) => {
      if (answer.error === undefined) resolve(answer.value as T);
      else reject(new Error(answer.error));
    });
    worker.once("error", reject);
    worker.postMessage(question);
  });
}
