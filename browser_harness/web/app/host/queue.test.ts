import { describe, expect, it } from "vitest";

import { Queue } from "./queue.js";

function deferred<T>() {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((done) => (resolve = done));
  return { promise, resolve };
}

describe("Queue", () => {
  it("does one piece of work at a time, in order", async () => {
    const queue = new Queue();
    const first = deferred<string>();
    const log: string[] = [];
    const a = queue.run(async () => log.push(await first.promise));
    const b = queue.run(async () => log.push("second"));
    await Promise.resolve();
    expect(log).toEqual([]);
    first.resolve("first");
    await Promise.all([a, b]);
    expect(log).toEqual(["first", "second"]);
  });

  it("leaves out work that is called off while it waits", async () => {
    const queue = new Queue();
    const first = deferred<number>();
    const controller = new AbortController();
    let done = false;
    const a = queue.run(() => first.promise);
    const b = queue.run(async () => (done = true), controller.signal);
    controller.abort();
    await expect(b).rejects.toMatchObject({ name: "AbortError" });
    first.resolve(1);
    expect(await a).toBe(1);
    await queue.run(async () => {});
    expect(done).toBe(false);
  });

  it("throws away the result of work that is called off, and begins the next only after it", async () => {
    const queue = new Queue();
    const [begun, slow] = [deferred<null>(), deferred<number>()];
    const controller = new AbortController();
    const log: string[] = [];
    const a = queue.run(async () => {
      begun.resolve(null);
      await slow.promise;
      log.push("ended");
    }, controller.signal);
    const b = queue.run(async () => log.push("next"));
    await begun.promise;
    controller.abort();
    await expect(a).rejects.toMatchObject({ name: "AbortError" });
    expect(log).toEqual([]);
    slow.resolve(1);
    await b;
    expect(log).toEqual(["ended", "next"]);
  });

  it("goes on after work that failed", async () => {
    const queue = new Queue();
    await expect(queue.run(() => Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(await queue.run(async () => 2)).toBe(2);
  });

  it("does not begin work that was called off before", async () => {
    const done = new Queue().run(async () => 1, AbortSignal.abort());
    await expect(done).rejects.toMatchObject({ name: "AbortError" });
  });
});
