import { beforeEach, describe, expect, it, vi } from "vitest";

import { fetchModels, pruneModels, type Fetched } from "./models.js";
import {
  around,
  BASE,
  broken,
  digestOf,
  FakeNetwork,
  manifestOf,
  MemoryCache,
  type Answers,
} from "./testing.js";
import type { Manifest } from "./manifest.js";

const CONTENTS = { "model.json": "a graph", "one.bin": "weights", "two.bin": "more weights" };
const TOTAL = "a graph".length + "weights".length + "more weights".length + "{}".length;

const answer: Answers = ({ path }) => {
  const content = { ...CONTENTS, "self_test.json": "{}" }[path.split("/").at(-1) ?? ""];
  return content === undefined ? new Response("", { status: 404 }) : new Response(content);
};

/** The usual answers, but for one file. */
function but(name: string, other: Answers): Answers {
  return (asked) => (asked.path.endsWith(name) ? other(asked) : answer(asked));
}

describe("fetchModels", () => {
  let manifest: Manifest;
  let cache: MemoryCache;
  let told: Fetched[];

  beforeEach(async () => {
    manifest = await manifestOf(CONTENTS);
    cache = new MemoryCache();
    told = [];
  });

  const fetchAll = (answers: Answers, network = new FakeNetwork(answers)) => {
    const progress = (now: Fetched) => told.push(now);
    const done = fetchModels(manifest, BASE, progress, undefined, around(network, cache));
    return { done, network };
  };

  it("checks every file and keeps it under its digest", async () => {
    const { blobs, unstored } = await fetchAll(answer).done;
    const digest = await digestOf("weights");
    expect(await blobs.get(digest)?.text()).toBe("weights");
    expect(await (await cache.match(`${BASE}by-digest/${digest}`))?.text()).toBe("weights");
    expect(cache.entries.size).toBe(4);
    expect(unstored).toBeNull();
    expect(told.at(-1)).toEqual({ done: TOTAL, total: TOTAL, cached: 0 });
  });

  it("takes what is stored without asking the network", async () => {
    await fetchAll(answer).done;
    const { done, network } = fetchAll(answer);
    const { blobs } = await done;
    expect(network.asked).toEqual([]);
    expect(blobs.size).toBe(4);
    expect(told.at(-1)).toEqual({ done: TOTAL, total: TOTAL, cached: TOTAL });
  });

  it("fetches equal files once", async () => {
    manifest = await manifestOf({ "one.bin": "weights", "copy.bin": "weights" });
    const { done, network } = fetchAll(answer);
    expect((await done).blobs.size).toBe(2);
    expect(network.asked.length).toBe(2);
  });

  it("fetches a stored file anew that has changed, past the browser's cache", async () => {
    await fetchAll(answer).done;
    const key = `${BASE}by-digest/${await digestOf("weights")}`;
    cache.entries.set(key, new Response("wreckts"));
    const { done, network } = fetchAll(answer);
    await done;
    expect(network.asked).toMatchObject([{ path: "models/clf/one.bin", cache: "reload" }]);
    expect(await (await cache.match(key))?.text()).toBe("weights");
  });

  it("takes a wrong file from the network once more, past the browser's cache", async () => {
    const stale = but("one.bin", ({ cache: how }) => {
      return new Response(how === "reload" ? "weights" : "wreckts");
    });
    const { blobs } = await fetchAll(stale).done;
    expect(blobs.size).toBe(4);
    expect(told.at(-1)).toEqual({ done: TOTAL, total: TOTAL, cached: 0 });
  });

  it.each([
    ["of other bytes", "wreckts"],
    ["that is shorter", "weigh"],
    ["that is longer", "weights and more"],
  ])("refuses a file %s, naming it and what was found", async (_, content) => {
    const { done, network } = fetchAll(but("one.bin", () => new Response(content)));
    await expect(done).rejects.toMatchObject({
      code: "file-refused",
      facts: { file: "models/clf/one.bin" },
    });
    const tries = network.asked.filter(({ path }) => path.endsWith("one.bin"));
    expect(tries.map(({ cache: how }) => how)).toEqual(["default", "reload"]);
    expect(cache.entries.has(`${BASE}by-digest/${await digestOf("weights")}`)).toBe(false);
  });

  it("names both digests of a file of other bytes", async () => {
    const { done } = fetchAll(but("one.bin", () => new Response("wreckts")));
    const [expected, found] = [await digestOf("weights"), await digestOf("wreckts")];
    await expect(done).rejects.toMatchObject({ facts: { expected, found } });
  });

  it("keeps what is whole when another file cannot be had", async () => {
    const { done } = fetchAll(but("two.bin", () => new Response("", { status: 404 })));
    await expect(done).rejects.toMatchObject({ code: "unreachable", facts: { status: 404 } });
    expect(cache.entries.has(`${BASE}by-digest/${await digestOf("weights")}`)).toBe(true);
    const { done: again, network } = fetchAll(answer);
    await again;
    expect(network.asked.map(({ path }) => path)).toContain("models/clf/two.bin");
    expect(network.asked.map(({ path }) => path)).not.toContain("models/clf/one.bin");
  });

  it("says that files are missing where there is no network, without waiting", async () => {
    const network = new FakeNetwork(() => Promise.reject(new TypeError("failed to fetch")));
    network.connected = false;
    const { done } = fetchAll(answer, network);
    await expect(done).rejects.toMatchObject({ code: "offline" });
    await expect(done).rejects.toThrow("offline, and not all files are stored");
    expect(network.pauses).toEqual([]);
  });

  it("works without Cache Storage, and says so", async () => {
    const surroundings = around(new FakeNetwork(answer), null);
    const found = await fetchModels(manifest, BASE, () => {}, undefined, surroundings);
    expect(found.unstored).toBe("unavailable");
    expect(found.blobs.size).toBe(4);
  });

  it("works where there is no room left, and says so", async () => {
    cache.full = true;
    const found = await fetchAll(answer).done;
    expect(found.unstored).toBe("full");
    expect(found.blobs.size).toBe(4);
  });

  it("ends with an AbortError when called off, and keeps what is whole", async () => {
    const controller = new AbortController();
    const calledOff = but("two.bin", () => {
      controller.abort();
      throw controller.signal.reason;
    });
    const surroundings = around(new FakeNetwork(calledOff), cache);
    const done = fetchModels(manifest, BASE, () => {}, controller.signal, surroundings);
    await expect(done).rejects.toMatchObject({ name: "AbortError" });
  });
});

describe("a download that breaks off", () => {
  const run = async (answers: Answers) => {
    const manifest = await manifestOf({ "one.bin": "weights" });
    const network = new FakeNetwork(answers);
    const told: Fetched[] = [];
    const progress = (now: Fetched) => told.push(now);
    const surroundings = around(network, new MemoryCache());
    const done = fetchModels(manifest, BASE, progress, undefined, surroundings);
    await done.catch(() => {});
    const asked = network.asked.filter(({ path }) => path.endsWith("one.bin"));
    return { done, asked, told, pauses: network.pauses };
  };
  const headers = { etag: '"1"' };

  it("goes on from the byte at which it did, of the same version", async () => {
    const { done, asked, told, pauses } = await run(
      but("one.bin", ({ range }) => {
        if (!range) return broken("wei", { headers });
        const answered = { "content-range": "bytes 3-6/7" };
        return new Response("ghts", { status: 206, headers: answered });
      }),
    );
    expect((await done).blobs.has(await digestOf("weights"))).toBe(true);
    expect(asked.map(({ range }) => range)).toEqual([null, "bytes=3-"]);
    expect(asked[1]?.ifRange).toBe('"1"');
    expect(pauses).toEqual([1]);
    expect(told.at(-1)).toEqual({ done: 9, total: 9, cached: 0 });
  });

  it("begins anew where the server sends the whole", async () => {
    const { done, told } = await run(
      but("one.bin", ({ range }) => (range ? new Response("weights") : broken("wei"))),
    );
    expect((await done).blobs.has(await digestOf("weights"))).toBe(true);
    expect(told.at(-1)?.done).toBe(9);
  });

  it("begins anew where the server sends another part", async () => {
    const other = { status: 206, headers: { "content-range": "bytes 0-3/7" } };
    let tries = 0;
    const { done, asked } = await run(
      but("one.bin", () => {
        tries += 1;
        if (tries === 1) return broken("wei");
        return tries === 2 ? new Response("weig", other) : new Response("weights");
      }),
    );
    expect((await done).blobs.has(await digestOf("weights"))).toBe(true);
    expect(asked.map(({ range }) => range)).toEqual([null, "bytes=3-", null]);
  });

  it("begins anew where what arrives was compressed", async () => {
    let first = true;
    const { done, asked } = await run(
      but("one.bin", () => {
        if (!first) return new Response("weights");
        first = false;
        return broken("wei", { headers: { "content-encoding": "gzip" } });
      }),
    );
    await done;
    expect(asked.map(({ range }) => range)).toEqual([null, null]);
  });

  it("is given up after three attempts with growing pauses", async () => {
    const { done, asked, pauses } = await run(but("one.bin", () => broken("w")));
    await expect(done).rejects.toMatchObject({ code: "offline" });
    expect(asked.length).toBe(3);
    expect(pauses).toEqual([1, 4]);
  });

  it("is tried again when the server is busy, and called unreachable in the end", async () => {
    const { done, pauses } = await run(but("one.bin", () => new Response("", { status: 503 })));
    await expect(done).rejects.toMatchObject({ code: "unreachable" });
    expect(pauses).toEqual([1, 4]);
  });
});

describe("a download that falls silent", () => {
  const headers = { etag: '"1"' };
  const silent = (content: string) => {
    const begun = new ReadableStream<Uint8Array>({
      start: (stream) => stream.enqueue(new TextEncoder().encode(content)),
    });
    return new Response(begun, { headers });
  };
  const rest = () =>
    new Response("ghts", { status: 206, headers: { "content-range": "bytes 3-6/7" } });
  const begun = async (answers: Answers) => {
    const network = new FakeNetwork(answers);
    const told: Fetched[] = [];
    const manifest = await manifestOf({ "one.bin": "weights" });
    const surroundings = around(network, new MemoryCache());
    const done = fetchModels(manifest, BASE, (now) => told.push(now), undefined, surroundings);
    await vi.waitFor(() => expect(told.at(-1)?.done).toBe(5));
    return { network, told, done };
  };
  const late = ({ timers }: FakeNetwork, seconds: number) => {
    [...timers].filter((timer) => timer.seconds === seconds).forEach(({ act }) => act());
  };
  const cut = but("one.bin", ({ range }) => (range ? rest() : silent("wei")));

  it("is told of, asked for anew from where it stopped, and no longer told of", async () => {
    const { network, told, done } = await begun(cut);
    late(network, 4);
    expect(told.at(-1)).toMatchObject({ done: 5, waiting: "slow" });
    late(network, 20);
    expect((await done).blobs.size).toBe(2);
    const asked = network.asked.filter(({ path }) => path.endsWith("one.bin"));
    expect(asked.map(({ range }) => range)).toEqual([null, "bytes=3-"]);
    expect(told.at(-1)).toEqual({ done: 9, total: 9, cached: 0 });
  });

  it("waits for a connection that is gone, and goes on when it is back", async () => {
    const { network, told, done } = await begun(cut);
    network.connected = false;
    network.listeners.forEach((tell) => tell(false));
    expect(told.at(-1)).toMatchObject({ waiting: "offline" });
    late(network, 20);
    await vi.waitFor(() => expect(network.listeners.size).toBe(1));
    expect(network.asked.filter(({ range }) => range)).toEqual([]);
    network.connected = true;
    network.listeners.forEach((tell) => tell(true));
    expect((await done).blobs.size).toBe(2);
  });

  it("is given up when it gets no further", async () => {
    const network = new FakeNetwork(but("one.bin", () => new Promise(() => {})));
    const manifest = await manifestOf({ "one.bin": "weights" });
    const surroundings = around(network, new MemoryCache());
    const done = fetchModels(manifest, BASE, () => {}, undefined, surroundings);
    const ended = expect(done).rejects.toMatchObject({ code: "unreachable" });
    for (const tries of [1, 2, 3]) {
      const asked = () => network.asked.filter(({ path }) => path.endsWith("one.bin")).length;
      await vi.waitFor(() => expect(asked()).toBe(tries));
      late(network, 20);
    }
    await ended;
  });

  it("is no tampering where a network's own page is in its place", async () => {
    const page = new Response("<p>Sign in", { headers: { "content-type": "text/html" } });
    const network = new FakeNetwork(but("one.bin", () => page));
    const manifest = await manifestOf({ "one.bin": "weights" });
    const done = fetchModels(manifest, BASE, () => {}, undefined, around(network, null));
    await expect(done).rejects.toMatchObject({ code: "unreachable" });
    expect(network.asked.filter(({ path }) => path.endsWith("one.bin")).length).toBe(1);
  });
});

describe("pruneModels", () => {
  it("deletes what the manifest does not name, of this page alone", async () => {
    const manifest = await manifestOf(CONTENTS);
    const cache = new MemoryCache();
    const surroundings = around(new FakeNetwork(answer), cache);
    await fetchModels(manifest, BASE, () => {}, undefined, surroundings);
    cache.entries.set(`${BASE}by-digest/${"0".repeat(64)}`, new Response("old"));
    cache.entries.set("https://example.org/other/by-digest/1", new Response("another page's"));
    expect(await pruneModels(manifest, BASE, surroundings)).toBe(1);
    expect(cache.entries.size).toBe(5);
  });
});
