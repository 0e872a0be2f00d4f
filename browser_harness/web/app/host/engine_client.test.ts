import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { EngineClient, isLoss, type WorkerLike } from "./engine_client.js";
import type { Reply, Request } from "./protocol.js";

class FakeWorker implements WorkerLike {
  onmessage: WorkerLike["onmessage"] = null;
  onerror: WorkerLike["onerror"] = null;
  onmessageerror: WorkerLike["onmessageerror"] = null;
  readonly asked: Request[] = [];
  ended = false;

  postMessage = (message: Request) => void this.asked.push(message);
  terminate = () => void (this.ended = true);

  reply(reply: Reply): void {
    this.onmessage?.call(this as unknown as Worker, { data: reply } as MessageEvent);
  }

  fail(message: string): void {
    this.onerror?.call(this as unknown as Worker, { message } as ErrorEvent);
  }
}

describe("EngineClient", () => {
  let worker: FakeWorker;
  let client: EngineClient;
  let visible: boolean;

  beforeEach(() => {
    vi.useFakeTimers();
    worker = new FakeWorker();
    visible = true;
    const clock = { now: () => Date.now(), visible: () => visible };
    client = new EngineClient(worker, "webgl", clock);
  });
  afterEach(() => vi.useRealTimers());

  const memory = () => {
    const asked = client.ask("memory", null);
    asked.catch(() => {});
    return asked;
  };

  it("gives the answer to what was asked", async () => {
    const [a, b] = [memory(), memory()];
    worker.reply({ id: 2, kind: "answer", answer: "second" });
    worker.reply({ id: 1, kind: "answer", answer: "first" });
    expect(await a).toBe("first");
    expect(await b).toBe("second");
  });

  it("throws the worker's errors with code and facts", async () => {
    const asked = memory();
    const error = { name: "UnfitOutput", code: "constant", message: "m", facts: { model: "x" } };
    worker.reply({ id: 1, kind: "error", error } as Reply);
    await expect(asked).rejects.toMatchObject(error);
  });

  it("takes a worker that breaks down for lost", async () => {
    const asked = memory();
    worker.fail("out of memory");
    await expect(asked).rejects.toSatisfy(isLoss);
    await expect(asked).rejects.toMatchObject({ code: "worker-died" });
    await expect(memory()).rejects.toMatchObject({ code: "worker-died" });
    expect(worker.ended).toBe(true);
  });

  it("takes a worker for hung that has not answered for two minutes", async () => {
    const asked = memory();
    vi.advanceTimersByTime(119_000);
    expect(worker.ended).toBe(false);
    vi.advanceTimersByTime(2_000);
    await expect(asked).rejects.toMatchObject({ code: "worker-hung" });
    expect(worker.ended).toBe(true);
  });

  it("does not count the time for which the page is in the background", async () => {
    memory();
    visible = false;
    vi.advanceTimersByTime(3_600_000);
    visible = true;
    vi.advanceTimersByTime(100_000);
    expect(worker.ended).toBe(false);
    vi.advanceTimersByTime(21_000);
    expect(worker.ended).toBe(true);
  });

  it("does not count the sleep of the machine", () => {
    memory();
    vi.setSystemTime(Date.now() + 3_600_000);
    vi.advanceTimersByTime(60_000);
    expect(worker.ended).toBe(false);
  });

  it("waits anew after a sign of life", () => {
    const heard: number[] = [];
    const ask = { document: { schema_version: 1, models: {}, pictures: [] }, blobs: new Map() };
    client.ask("selfTest", ask as never, (done) => heard.push(done)).catch(() => {});
    vi.advanceTimersByTime(100_000);
    worker.reply({ id: 1, kind: "progress", done: 1 });
    vi.advanceTimersByTime(100_000);
    expect(heard).toEqual([1]);
    expect(worker.ended).toBe(false);
    vi.advanceTimersByTime(21_000);
    expect(worker.ended).toBe(true);
  });

  it("fails what is under way when it is closed, which is no loss", async () => {
    const asked = memory();
    client.close();
    await expect(asked).rejects.toMatchObject({ code: "not-open" });
    await expect(asked).rejects.not.toSatisfy(isLoss);
  });
});
